// First a good database, made by the real engine, passes; then copies of it are damaged in one way
// each, and the check that stands against that damage, by name, must speak.
import { beforeAll, expect, test } from 'vitest';
import { damages } from '../../test/setup/damages.ts';
import { createTestDatabase } from '../../test/setup/database.ts';
import { query } from '../../test/setup/query.ts';
import type { Story } from '../../test/setup/story.ts';
import { tellStory } from '../../test/setup/story.ts';
import { ORDER_TRANSITIONS, PAYMENT_TRANSITIONS } from '../payments/payment.states.ts';
import { withDatabaseName } from '../postgres/index.ts';
import { LEGAL_ORDER_WAYS, LEGAL_PAYMENT_WAYS } from './payment.checks.ts';
import type { Report } from './verify.report.ts';
import { verify } from './verify.ts';

const database = await createTestDatabase();
const { connection } = database;
let story: Story;

beforeAll(async () => {
  const told = await tellStory({ connection });
  story = told.story;
  await told.scheme.stop();
});

const PERSONAL = ['Wang Xiao Mei', 'Zhang San', 'acct-mei', 'acct-zhang', 's3cret-token', 'dinner'];

let copies = 0;
/** Verifies a copy of the good database after `sql` was done to it. */
async function verifyAfter(sql: string): Promise<Report> {
  copies += 1;
  const name = `${database.name}_c${copies}`;
  const url = withDatabaseName(database.url, name);
  const administration = withDatabaseName(database.url, 'postgres');
  await query(administration, `create database ${name} template ${database.name}`);
  try {
    await query(url, sql);
    return await verify({ connection: { connectionString: url }, personalData: PERSONAL });
  } finally {
    await query(administration, `drop database if exists ${name} with (force)`);
  }
}

const broken = (report: Report) => report.checks.filter((c) => !c.ok).map((c) => c.id);

test('a database that the real engine wrote is found whole, and every check had something to look at', async () => {
  const report = await verify({ connection, personalData: PERSONAL });
  expect(report.checks.filter((check) => !check.ok)).toEqual([]);
  expect(report.ok).toBe(true);
  expect(report.checks.filter((check) => check.checked === 0)).toEqual([]);
  expect(report.seq).toBeGreaterThan(50);
  // the one that led, and the one in which it gave its leadership up when it was stopped
  expect(report.term).toBe(2);
});

test('the story behind it has every end and some payments under way', async () => {
  const rows = await query(
    database.url,
    `select distinct kind || ' ' || flow || ' ' || state as way from payments order by way`,
  );
  expect(rows.map((row) => row['way'])).toEqual([
    'payment collect awaiting_payer',
    'payment collect completed',
    'payment collect rejected',
    'payment collect returned',
    'payment collect returning',
    'payment push completed',
    'payment push delivering',
    'payment push rejected',
    'payment push reserved',
    'refund push completed',
    'return collect returned',
  ]);
  expect(new Set(Object.values(story)).size).toBe(19);
});

test('the ways that verification allows are those of the engine, written down a second time', () => {
  const ways = (list: readonly { readonly from: string | null; readonly to: string }[]) =>
    [...new Set(list.map(({ from, to }) => `${from ?? ''}>${to}`))].sort();
  expect([...LEGAL_PAYMENT_WAYS].sort()).toEqual(ways(PAYMENT_TRANSITIONS));
  expect([...LEGAL_ORDER_WAYS].sort()).toEqual(ways(ORDER_TRANSITIONS));
});

test.each(damages)('%s is found by %s', async (_what, check, sql) => {
  const report = await verifyAfter(sql);
  expect(broken(report)).toContain(check);
  expect(report.ok).toBe(false);
  expect(report.checks.find(({ id }) => id === check)?.detail).toMatch(/\S/);
});

test('every check is shown to speak by at least one damage', async () => {
  const report = await verify({ connection, personalData: PERSONAL });
  const shown = new Set(damages.map(([, check]) => check));
  expect(report.checks.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([]);
});

test('shredding a person breaks nothing', async () => {
  const report = await verifyAfter('update subjects set wrapped_key = null');
  expect(broken(report)).toEqual([]);
});
