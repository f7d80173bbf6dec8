import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase } from '../../test/setup/database.ts';
import { clearAway, quiet, temporaryFolder } from '../../test/setup/embedded.ts';
import { loadMigrations, type Migration, migrate } from './migrate.ts';
import { openClient } from './pool.ts';

const folder = temporaryFolder();
afterAll(() => clearAway(folder));

const database = await createTestDatabase({ content: 'empty' });
// A new schema takes 2 ms, a new database 200.
beforeEach(() => ask('drop schema public cascade; create schema public'));

const accounts: Migration = {
  version: 1,
  name: '0001-accounts',
  sql: `create table accounts (id int4 primary key);
    insert into accounts values (1);`,
};
const limits: Migration = {
  version: 2,
  name: '0002-limits',
  sql: 'alter table accounts add limit_minor int8',
};

const apply = (...migrations: Migration[]) =>
  migrate({ connection: database.connection, log: quiet, migrations });

async function ask<T extends pg.QueryResultRow>(text: string): Promise<T[]> {
  const client = await openClient({ connection: database.connection, applicationName: 'test' });
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

test('each migration is applied once, later ones are added', async () => {
  expect(await apply(accounts)).toEqual(['0001-accounts']);
  expect(await apply(accounts)).toEqual([]);
  expect(await apply(limits, accounts)).toEqual(['0002-limits']);
  expect(await ask('select * from accounts')).toEqual([{ id: 1, limit_minor: null }]);
  expect(await ask('select version, name from schema_migrations order by version')).toEqual([
    { version: 1, name: '0001-accounts' },
    { version: 2, name: '0002-limits' },
  ]);
});

test('four switches that migrate at once apply each migration once', async () => {
  const slow = { ...limits, sql: `${limits.sql}; select pg_sleep(0.1)` };
  const results = await Promise.all([1, 2, 3, 4].map(() => apply(accounts, slow)));
  expect(results.flat().sort()).toEqual(['0001-accounts', '0002-limits']);
  expect(await ask('select count(*) as n from accounts')).toEqual([{ n: 1n }]);
});

test('a migration that fails leaves nothing of itself, and those before it stay', async () => {
  const failing = { ...limits, sql: `${limits.sql}; insert into accounts values (1, 0)` };
  await expect(apply(accounts, failing)).rejects.toMatchObject({ code: 'migration_failed' });
  expect(await ask('select * from accounts')).toEqual([{ id: 1 }]);
  expect(await apply(accounts, limits)).toEqual(['0002-limits']);
});

const refusals: { name: string; known: Migration[]; code: string }[] = [
  {
    name: 'an applied migration whose text has changed',
    known: [{ ...accounts, sql: `${accounts.sql} -- better` }, limits],
    code: 'migration_changed',
  },
  {
    name: 'an applied migration under another name',
    known: [{ ...accounts, name: '0001-ledger' }, limits],
    code: 'migration_changed',
  },
  { name: 'a database newer than the program', known: [accounts], code: 'database_newer' },
  {
    name: 'a program that has lost an applied migration',
    known: [limits],
    code: 'migration_changed',
  },
  {
    name: 'a number twice',
    known: [accounts, limits, { ...limits, name: '0002-other' }],
    code: 'migration_disordered',
  },
  {
    name: 'a migration that commits by itself',
    known: [accounts, limits, { version: 3, name: '0003-x', sql: 'commit; begin' }],
    code: 'migration_failed',
  },
];

test.each(refusals)('refused: $name', async ({ known, code }) => {
  await apply(accounts, limits);
  await expect(apply(...known)).rejects.toMatchObject({ code });
  expect(await ask('select count(*) as n from schema_migrations')).toEqual([{ n: 2n }]);
});

test('a number that comes too late is refused', async () => {
  const third = { version: 3, name: '0003-fees', sql: 'create table fees ()' };
  await apply(accounts, third);
  await expect(apply(accounts, limits, third)).rejects.toMatchObject({
    code: 'migration_disordered',
  });
});

test('line ends of another system change nothing', async () => {
  await apply(accounts);
  const windows = { ...accounts, sql: accounts.sql.replaceAll('\n', '\r\n') };
  expect(await apply(windows)).toEqual([]);
});

test('nobody at the address is told with a remedy, and without the password', async () => {
  const connection = { connectionString: 'postgres://hutong:pass-word@127.0.0.1:1/db' };
  const attempt = migrate({ connection, log: quiet, migrations: [] });
  await expect(attempt).rejects.toMatchObject({ code: 'unreachable' });
  await expect(attempt).rejects.not.toThrow(/pass-word/);
});

test('a folder of migrations is read in order; one may be a folder of parts', () => {
  writeFileSync(join(folder, '0002-limits.sql'), 'second');
  mkdirSync(join(folder, '0001-accounts'));
  writeFileSync(join(folder, '0001-accounts', '2-rows.sql'), 'b');
  writeFileSync(join(folder, '0001-accounts', '1-table.sql'), 'a');
  writeFileSync(join(folder, '0001-accounts', 'README.md'), 'no SQL');
  expect(loadMigrations(folder)).toEqual([
    { version: 1, name: '0001-accounts', sql: 'a\nb' },
    { version: 2, name: '0002-limits', sql: 'second' },
  ]);
  writeFileSync(join(folder, 'notes.sql'), '');
  expect(() => loadMigrations(folder)).toThrow(/not named like/);
});

test('the program’s own migrations apply to an empty database', async () => {
  const migrations = loadMigrations();
  expect(await apply(...migrations)).toEqual(migrations.map(({ name }) => name));
});
