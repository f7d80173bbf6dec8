// What the concept pages claim is computed or found: the example of positions by the ledger itself,
// and every test that the threat model leans on.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  balanceMinor,
  createLedger,
  headroomMinor,
  type Ledger,
  type Movement,
  type NewAccount,
} from '../../src/ledger/ledger.ts';
import { repositoryRoot } from '../house/source-tree.ts';

const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');

const yuan = (minor: bigint) => {
  const digits = String(minor < 0n ? -minor : minor).padStart(3, '0');
  return `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

const LOTUS = 1;
const BAMBOO = 2;
const pay = (amountMinor: bigint): Movement => ({ debit: LOTUS, credit: BAMBOO, amountMinor });
const earn = (amountMinor: bigint): Movement => ({ debit: BAMBOO, credit: LOTUS, amountMinor });

/** What happens in the lines of the page, in its order. */
const story: readonly ((ledger: Ledger) => void)[] = [
  () => {},
  (l) => expect(l.reserve([pay(12_000n)])).toBe('ok'),
  (l) => expect(l.reserve([pay(4_000n)])).toBe('exceeds_headroom'),
  (l) => l.post(pay(12_000n)),
  (l) => expect(l.reserve([earn(6_000n)])).toBe('ok'),
  (l) => l.post(earn(6_000n)),
  (l) => expect(l.reserve([pay(9_000n)])).toBe('ok'),
  (l) => l.void(pay(9_000n)),
  (l) => expect(l.transfer(pay(10_000n), true)).toBe('ok'),
];

test('the numbers of docs/concepts/positions.md are those of the ledger', () => {
  const ledger = createLedger();
  const position = (number: number, participantId: string, limitMinor: bigint): NewAccount => {
    return { number, participantId, currency: 'CNY', kind: 'position', limitMinor };
  };
  const lotus = ledger.open(position(LOTUS, 'lotus', 10_000n + 5_000n));
  ledger.open(position(BAMBOO, 'bamboo', 100_000n));
  const rows = read('docs/concepts/positions.md')
    .split('\n')
    .filter((line) => /^\| .* \| -?\d/.test(line))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(2, 5),
    );
  const computed = story.map((step) => {
    step(ledger);
    const { debitsPendingMinor } = lotus;
    return [balanceMinor(lotus), debitsPendingMinor, headroomMinor(lotus) ?? 0n].map(yuan);
  });
  expect(rows).toEqual(computed);
});

const named = [...read('docs/concepts/threat-model.md').matchAll(/`([^`]+\.test\.ts)` "([^"]+)"/g)];

test('the threat model names tests for every boundary and every risk', () => {
  expect(named.length).toBeGreaterThan(30);
});

test.each(named.map(([, path, title]) => [path, title]))('%s: %s', (path = '', title = '') => {
  const text = read(path).replaceAll("\\'", "'").replaceAll('\\u2019', '’');
  expect(text).toContain(title);
});

const rows = [
  ...read('docs/reference/glossary.md').matchAll(/^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm),
].filter(([, word]) => word !== 'word' && !/^-+$/.test(word ?? ''));

test('the glossary is in both languages, each word once, in order', () => {
  const words = rows.map(([, word = '']) => word);
  expect(words.length).toBeGreaterThan(30);
  expect([...new Set(words)].sort((a, b) => a.localeCompare(b, 'en'))).toEqual(words);
  expect(rows.filter(([, , chinese = '']) => !/\p{Script=Han}/u.test(chinese))).toEqual([]);
});

/** Words of the design that the pages for newcomers use: each must be explained. */
const TERMS =
  /\b(participant|connection|sponsor|dialect|alias|quote|order|payment|leg|transfer|position|cover|cap|transit|capture|refund|return|wallet|scheme|journal|batch|commitment|idempotency|in doubt|lookup|hold|fulfilment|preimage|matrix|invariant|event|notice|webhook|outbox|seal|evidence|settlement|shred|term|leader)(?:s|ed)?\b/gi;

test.each(['README.md', 'ARCHITECTURE.md'])('%s uses no word that the glossary lacks', (path) => {
  const known = new Set(rows.flatMap(([, word = '']) => word.toLowerCase().split(/, | \/ /)));
  const used = new Set([...read(path).matchAll(TERMS)].map(([, term = '']) => term.toLowerCase()));
  expect([...used].filter((term) => !known.has(term))).toEqual([]);
});
