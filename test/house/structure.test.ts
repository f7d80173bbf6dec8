// The house keeps its order: imports go one way, the core names no dialect. First the checks are
// shown a wrong tree (a check that cannot fail proves nothing), then the real one.
import { expect, test } from 'vitest';
import { readTree, type SourceTree } from './source-tree.ts';
import {
  fileCycles,
  namedDialects,
  roomCycles,
  roomOf,
  unknownRooms,
  wrongImports,
} from './structure.ts';

/** So that a tree in ruins still gives an answer that can be read. */
const REPORTED_MAX = 40;

const small = (files: Record<string, string>): SourceTree => new Map(Object.entries(files));
const one = (path: string, specifier: string) =>
  wrongImports(small({ [path]: `import { x } from '${specifier}';\n` }));

test.each([
  ['src/money/amount.ts', '../payments/port.ts', 'money may not import payments'],
  ['src/ledger/ledger.ts', '../journal/journal.ts', 'ledger may not import journal'],
  ['src/journal/journal.ts', '../payments/payment.ts', 'journal may not import payments'],
  ['src/payments/refund.ts', '../dialects/registry.ts', 'payments may not import dialects'],
  ['src/http/server.ts', '../cli/main.ts', 'http may not import cli'],
  ['src/money/amount.ts', 'node:fs', 'money is pure: no node:fs'],
  ['src/ledger/ledger.ts', '../runtime/clock.ts', 'ledger is pure: nothing that acts'],
  ['src/ledger/ledger.ts', '../postgres/pool.ts', 'ledger may not import postgres'],
  ['src/quotes/fees.ts', 'pg', 'only journal and postgres may import pg'],
  ['sdk/src/contract/ids.ts', 'hono', 'the contract is zod only'],
  ['sdk/src/contract/ids.ts', '../client.ts', 'contract may not import sdk'],
  ['sdk/src/client.ts', '../../src/money/amount.ts', 'sdk imports nothing from src'],
  ['sdk/src/client.ts', 'node:crypto', 'the SDK runs in browsers too'],
  ['src/money/amount.ts', '../../sdk/src/contract/ids.ts', 'imported as @hutong/sdk'],
  ['src/dialects/a/a.inbound.ts', '../../payments/engine.ts', 'through its port'],
  ['src/dialects/a/a.inbound.ts', '../b/b.outbound.ts', 'imports no other dialect'],
  ['src/dialects/a/a.wallet.ts', './a.outbound.ts', 'shares no mapper or verifier'],
  ['src/dialects/a/a.wallet/server.ts', '../a.auth.ts', 'shares no mapper or verifier'],
  ['src/http/mount.ts', '../dialects/a/a.dialect.ts', 'only src/dialects/registry.ts imports'],
  ['src/transparency/log.ts', '../payments/payment.ts', 'reads the journal only'],
  ['src/money/amount.ts', '../../test/house/rooms.ts', 'is in no room'],
  ['src/money/amount.ts', '../ledger/ledger.test.ts', 'no source imports a test'],
])('a wrong import is caught: %s → %s', (path, specifier, why) => {
  expect(one(path, specifier).join('\n')).toContain(why);
});

test.each([
  ['src/payments/engine.ts', '../ledger/ledger.ts'],
  ['src/payments/engine.ts', '@hutong/sdk/contract'],
  ['src/journal/store.postgres.ts', 'pg'],
  ['src/problems/problem.ts', '../money/amount.ts'],
  ['src/money/arithmetic.ts', '../runtime/defect.ts'],
  ['src/dialects/a/a.inbound.ts', '../../payments/port.ts'],
  ['src/dialects/a/a.wallet.ts', './a.messages.ts'],
  ['src/dialects/registry.ts', './a/a.dialect.ts'],
  ['src/money/amount.test.ts', '../cli/main.ts'],
])('a right import passes: %s → %s', (path, specifier) => {
  expect(one(path, specifier)).toEqual([]);
});

test.each([
  ["import type { A } from '../cli/a.ts';", 1],
  ["export * from '../cli/a.ts';", 1],
  ["import {\n  a,\n  b,\n} from '../cli/a.ts';", 1],
  ["import '../cli/a.ts';", 1],
  ["const a = await import('../cli/a.ts');", 1],
  ["// import { a } from '../cli/a.ts';", 0],
  ["/* import { a } from '../cli/a.ts'; */", 0],
  ["const url = 'http://x'; // import { a } from '../cli/a.ts'", 0],
])('every way of importing is seen: %s', (text, count) => {
  expect(wrongImports(small({ 'src/money/amount.ts': `${text}\n` }))).toHaveLength(count);
});

test('a pure room may ask for a clock by its type, not take one', () => {
  const text = "import type { Clock } from '../runtime/clock.ts';\n";
  expect(wrongImports(small({ 'src/ledger/a.ts': text }))).toEqual([]);
  expect(wrongImports(small({ 'src/ledger/a.ts': text.replace('type ', '') }))).toHaveLength(1);
});

test('a cycle between files is caught, through types too', () => {
  const tree = small({
    'src/money/a.ts': "import { b } from './b.ts';",
    'src/money/b.ts': "import { c } from './c.ts';",
    'src/money/c.ts': "import type { A } from './a.ts';",
  });
  expect(fileCycles(tree)).toEqual([
    'src/money/a.ts → src/money/b.ts → src/money/c.ts → src/money/a.ts',
  ]);
});

test('a cycle between neighbouring rooms is caught', () => {
  const tree = small({
    'src/directory/a.ts': "import { b } from '../quotes/b.ts';",
    'src/quotes/c.ts': "import { d } from '../directory/d.ts';",
  });
  expect(roomCycles(tree)).toEqual(['directory → quotes → directory']);
});

test('a dialect named in the core is caught, a comment is not code', () => {
  const tree = small({
    'src/payments/refund.ts': "// as Alipay does\nif (dialect === 'alipay') refund();\n",
    'src/dialects/alipay/alipay.auth.ts': "export const id = 'alipay';\n",
  });
  expect(namedDialects(tree)).toEqual(['src/payments/refund.ts:2: alipay']);
});

test('a folder that is no room is caught', () => {
  expect(unknownRooms(small({ 'src/shared/x.ts': '' }))).toEqual(['shared']);
});

const tree = readTree((path) => path.endsWith('.ts'));

test('the tree is read at all', () => {
  expect([...tree.keys()].filter((path) => roomOf(path) !== undefined).length).toBeGreaterThan(20);
});

test.each([
  ['every folder of src is a room of the design', unknownRooms],
  ['imports go one way', wrongImports],
  ['no file imports itself through others', fileCycles],
  ['no room imports itself through others', roomCycles],
  ['no room names a dialect but dialects', namedDialects],
])('%s', (_, check) => {
  expect(check(tree).slice(0, REPORTED_MAX)).toEqual([]);
});
