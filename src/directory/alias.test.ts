// The same person is found however the alias is written, and nothing else is.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ALIAS_TYPES, namedParticipant, parseAlias } from './alias.ts';

const parsed = (text: string) => {
  const result = parseAlias(text);
  return result.ok ? result.alias.text : result.code;
};

test.each([
  ['phone:+86 138 1234 5678', 'phone:+8613812345678'],
  ['phone:+1 (415) 555-2671', 'phone:+14155552671'],
  ['phone: +33.1.42.68.53.00 ', 'phone:+33142685300'],
  ['email:Ada@Example.COM', 'email:ada@example.com'],
  ["email:o'neil+tag@mail.example.co", "email:o'neil+tag@mail.example.co"],
  ['email:a@bücher.example', 'email:a@xn--bcher-kva.example'],
  ['wallet:Ann.Lee@lotus', 'wallet:ann.lee@lotus'],
  ['wallet:a@lotus-pay-2', 'wallet:a@lotus-pay-2'],
  ['merchant:mch-00.12', 'merchant:MCH-00.12'],
  ['merchant:1900009191', 'merchant:1900009191'],
  ['iban:de89 3704 0044 0532 0130 00', 'iban:DE89370400440532013000'],
  ['iban:GB82WEST12345698765432', 'iban:GB82WEST12345698765432'],
  ['iban:NO9386011117947', 'iban:NO9386011117947'],
  ['iban:MT84MALT011000012345MTLCAST001S', 'iban:MT84MALT011000012345MTLCAST001S'],
  ['pointer:$Wallet.Example', 'pointer:$wallet.example'],
  ['pointer:$wallet.example/', 'pointer:$wallet.example'],
  ['pointer:$wallet.example/.well-known/pay', 'pointer:$wallet.example'],
  ['pointer:https://wallet.example/Alice', 'pointer:$wallet.example/Alice'],
  ['pointer:$wallet.example/a/b%20c', 'pointer:$wallet.example/a/b%20c'],
  [
    'chain:eip155:1:0xAb5801a7D398351b8bE11C439e05C5B3259aeC9B',
    'chain:eip155:1:0xab5801a7d398351b8be11c439e05c5b3259aec9b',
  ],
  [
    'chain:solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp:7S3P4HxJpyyigGzodYwHtCxZyUQe9JiBMHyRWXArAaKv',
    'chain:solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp:7S3P4HxJpyyigGzodYwHtCxZyUQe9JiBMHyRWXArAaKv',
  ],
  ['vpa:Ravi.K@okhdfc', 'vpa:ravi.k@okhdfc'],
])('%s is %s', (written, canonical) => {
  expect(parsed(written)).toBe(canonical);
});

test.each([
  '',
  'phone',
  'phone:',
  'phone:13812345678',
  'phone:0086 138 1234 5678',
  'phone:+0123456789',
  'phone:+1234567890123456',
  'phone:+86１３８12345678',
  'PHONE:+8613812345678',
  'fax:+8613812345678',
  'email:a@b',
  'email:@example.com',
  'email:a..b@example.com',
  'email:.a@example.com',
  'email:a b@example.com',
  'email:a@exa mple.com',
  'email:a@[127.0.0.1]',
  'email:a@1.2.3.4',
  'email:a@-x.example',
  `email:${'a'.repeat(65)}@example.com`,
  'wallet:a',
  'wallet:a@Lotus--x',
  'wallet:a@-lotus',
  'wallet:.a@lotus',
  `wallet:a@${'l'.repeat(41)}`,
  'merchant:a b',
  'merchant:',
  'iban:DE89370400440532013001',
  'iban:DE8937040044053201300',
  'iban:XX00ABCDEFGHIJK',
  'pointer:wallet.example',
  'pointer:$wallet.example/../x',
  'pointer:$wallet.example?x=1',
  'pointer:$wallet.example#x',
  'pointer:$user@wallet.example',
  'pointer:$wallet.example:8080/x',
  'pointer:$wallet.example//x',
  'pointer:$127.0.0.1/x',
  'chain:eip155:1:0x12',
  'chain:eip155:01:0xab5801a7d398351b8be11c439e05c5b3259aec9b',
  'chain:1:0xab',
  'vpa:a@okhdfc',
  'vpa:ravi@ok-hdfc',
  'phone:+8613812345678\u0000',
  `email:${'a'.repeat(400)}@example.com`,
])('%j is no alias', (written) => {
  expect(parsed(written)).toBe('alias_malformed');
});

const word = fc.stringMatching(/^[a-z0-9]{2,12}$/);
const handle = fc.stringMatching(/^[a-z][a-z0-9]{1,12}$/);
const written = fc.oneof(
  fc.stringMatching(/^\+[1-9][0-9 ()-]{6,20}$/).map((text) => `phone:${text}`),
  fc.tuple(word, handle).map(([name, domain]) => `email:${name}@${domain}.example`),
  fc.tuple(word, handle).map(([name, id]) => `wallet:${name}@${id}`),
  word.map((code) => `merchant:${code}`),
  fc.tuple(handle, word).map(([name, path]) => `pointer:$${name}.example/${path}`),
  fc.stringMatching(/^[0-9a-fA-F]{40}$/).map((hex) => `chain:eip155:1:0x${hex}`),
  fc.tuple(word, handle).map(([name, psp]) => `vpa:${name}@${psp}`),
  fc.string().map((text) => `phone:${text}`),
  fc.tuple(fc.constantFrom(...ALIAS_TYPES), fc.string({ unit: 'binary' })).map((p) => p.join(':')),
);

test('the canonical text of an alias is its own canonical text', () => {
  fc.assert(
    fc.property(written, (text) => {
      const first = parseAlias(text);
      if (!first.ok) return;
      const again = parseAlias(first.alias.text);
      expect(again).toEqual(first);
      expect(first.alias.text).toMatch(/^[\x21-\x7e]+$/);
    }),
    { numRuns: 2_000 },
  );
});

test('letter case, spaces and hyphens never make another person', () => {
  fc.assert(
    fc.property(word, handle, (name, domain) => {
      const email = `email:${name}@${domain}.example`;
      expect(parsed(`email:${name.toUpperCase()}@${domain.toUpperCase()}.EXAMPLE`)).toBe(email);
    }),
    { numRuns: 200 },
  );
});

/** Check digits as a bank computes them: 98 − (number with 00) mod 97. */
function makeIban(country: string, account: string): string {
  const digits = [...`${account}${country}00`].map((c) => Number.parseInt(c, 36)).join('');
  return `${country}${String(98n - (BigInt(digits) % 97n)).padStart(2, '0')}${account}`;
}

test('an IBAN with right check digits is one; with any one character mistyped it is none', () => {
  const account = fc.stringMatching(/^[0-9]{18}$/);
  fc.assert(
    fc.property(account, fc.nat(17), fc.integer({ min: 1, max: 9 }), (digits, at, by) => {
      const iban = makeIban('DE', digits);
      expect(parsed(`iban:${iban}`)).toBe(`iban:${iban}`);
      const place = at + 4;
      const wrong = String((Number(iban.charAt(place)) + by) % 10);
      const mistyped = iban.slice(0, place) + wrong + iban.slice(place + 1);
      expect(parsed(`iban:${mistyped}`)).toBe('alias_malformed');
    }),
    { numRuns: 500 },
  );
});

test('a wallet alias names its participant, other aliases name nobody', () => {
  const named = (text: string) => {
    const result = parseAlias(text);
    return result.ok ? namedParticipant(result.alias) : 'malformed';
  };
  expect(named('wallet:ann@lotus')).toBe('lotus');
  expect(named('vpa:ann@lotus')).toBeUndefined();
  expect(named('email:ann@lotus.example')).toBeUndefined();
});
