import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { consumerCodes, merchantCodes, schemeCodes, shopText } from '../../test/setup/codes.ts';
import {
  profiles,
  readChainRequest,
  readCode,
  readConsumerCode,
  readMerchantCode,
  readUpiLink,
  writeChainRequest,
  writeConsumerCode,
  writeMerchantCode,
  writeSchemeCode,
  writeUpiLink,
} from './index.ts';

test('what is written as a merchant code is read back the same, strictly', () => {
  fc.assert(
    fc.property(merchantCodes, (code) => {
      const written = writeMerchantCode(code);
      if (!written.ok) {
        // Nothing is wrong with it but its length: values or the whole are too long.
        const lengths = ['emv.too_long', 'emv.value_too_long'];
        expect(written.problems.every((each) => lengths.includes(each.code))).toBe(true);
        return;
      }
      const read = readMerchantCode(written.value);
      expect(read.problems).toEqual([]);
      expect(read.code).toEqual(code);
    }),
  );
});

test('one altered character of a merchant code is always refused', () => {
  const place = fc.nat();
  const char = fc.constantFrom(...'0123456789ABCXYZ茶😀');
  fc.assert(
    fc.property(merchantCodes, place, char, (code, at, other) => {
      const written = writeMerchantCode(code);
      fc.pre(written.ok);
      const chars = [...written.value];
      fc.pre(chars[at % chars.length] !== other);
      chars[at % chars.length] = other;
      expect(readCode(chars.join('')).ok).toBe(false);
    }),
  );
});

test('a merchant code without its end is refused', () => {
  fc.assert(
    fc.property(merchantCodes, fc.nat(), (code, cut) => {
      const written = writeMerchantCode(code);
      fc.pre(written.ok);
      const chars = [...written.value];
      expect(readCode(chars.slice(0, cut % chars.length).join('')).ok).toBe(false);
    }),
  );
});

const ways = profiles.flatMap((profile) =>
  profile.payee.map((rule, index) => [profile.id, rule.variant, index, profile] as const),
);

describe('a code of each national scheme, for each way of naming its payee', () => {
  test.each(ways)(
    '%s, %s (%i): read back, the payee and the amount are the same',
    (_, __, index, profile) => {
      fc.assert(
        fc.property(schemeCodes(profile, index), (code) => {
          const written = writeSchemeCode(code);
          expect(written.problems).toEqual([]);
          if (!written.ok) return;
          const reading = readCode(written.value, { strict: true });
          expect(reading.problems).toEqual([]);
          expect(reading).toMatchObject({ ok: true, scheme: profile.id });
          expect(reading.fields['payee']).toMatchObject(code.payee ?? {});
          expect(Number(reading.fields['amount'] ?? 0)).toBe(Number(code.amount ?? 0));
          if (profile.payee[index]?.alias === undefined || reading.alias === null) return;
          const own = profile.payee[index]?.fields ?? [];
          const others = Object.entries(code.payee ?? {}).filter(([name]) => !own.includes(name));
          const payee = Object.fromEntries(others);
          const again = writeSchemeCode({ ...code, payee, alias: reading.alias.text });
          expect(again.problems).toEqual([]);
          if (again.ok) expect(readCode(again.value).alias).toEqual(reading.alias);
        }),
        { numRuns: 40 },
      );
    },
  );
});

test('what is written as a consumer code is read back the same', () => {
  fc.assert(
    fc.property(consumerCodes, (code) => {
      const written = writeConsumerCode(code);
      if (!written.ok) {
        expect(written.problems.map((each) => each.code)).toEqual(['cpm.too_long']);
        return;
      }
      expect(readConsumerCode(written.value)).toEqual({ code, problems: [] });
    }),
  );
});

test('a UPI link is read back with the same payee, name, amount and note', () => {
  const links = fc.record(
    {
      action: fc.constantFrom('pay', 'mandate'),
      vpa: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{1,20}@[A-Za-z][A-Za-z0-9]{1,10}$/),
      name: shopText(20),
      amount: fc.integer({ min: 1, max: 99_999 }).map((rupees) => `${rupees}.50`),
      note: shopText(20),
    },
    { requiredKeys: ['action', 'vpa'] },
  );
  fc.assert(
    fc.property(links, (link) => {
      const written = writeUpiLink(link);
      expect(written.ok).toBe(true);
      if (written.ok)
        expect(readUpiLink(written.value, { strict: true }).fields).toMatchObject(link);
    }),
  );
});

test('a chain request is read back with the same token, recipient and amount', () => {
  const address = fc.stringMatching(/^0x[0-9a-f]{40}$/);
  const requests = fc.record(
    {
      chainId: fc.integer({ min: 1, max: 99_999 }).map(String),
      recipient: address,
      token: address,
      amountAtomic: fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }).map(String),
    },
    { requiredKeys: ['chainId', 'recipient'] },
  );
  fc.assert(
    fc.property(requests, (request) => {
      const written = writeChainRequest(request);
      expect(written.ok).toBe(true);
      if (written.ok) expect(readChainRequest(written.value).fields).toMatchObject(request);
    }),
  );
});
