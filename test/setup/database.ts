// A database of its own for a test file: a copy of a template that has all migrations, on a server
// that the first caller of a run starts (or on the one at DATABASE_URL). The end of the server is
// run.ts.
//
//   const database = await createTestDatabase();      // at the top of the file, or in beforeAll
//   const client = await openClient({ connection: database.connection, applicationName: 'test' });
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, inject } from 'vitest';
import { withDatabaseName } from '../../src/postgres/database.ts';
import { startEmbedded } from '../../src/postgres/embedded.ts';
import { withLock } from '../../src/postgres/folder-lock.ts';
import { fingerprint, loadMigrations, migrate } from '../../src/postgres/migrate.ts';
import { openClient } from '../../src/postgres/pool.ts';
import { quiet, type TestRun } from './run.ts';

export interface TestDatabase {
  readonly name: string;
  readonly connection: { readonly connectionString: string };
  /** The same text, with the password. */
  readonly url: string;
  /** Cuts off who is still connected. Done by itself at the end of the file. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** With all migrations unless `empty`. */
  readonly content?: 'migrated' | 'empty';
}

export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const run: TestRun | undefined = inject('testRun');
  if (run === undefined) throw new Error('vitest.config.ts lacks globalSetup: test/setup/run.ts');
  const server = await serverUrl(run);
  const name = `hutong_test_${run.name}_${randomBytes(5).toString('hex')}`;
  const template = options.content === 'empty' ? 'template0' : await templateOf(run, server);
  await administer(server, (client) =>
    client.query(`create database ${name} template ${template}`),
  );
  const url = withDatabaseName(server, name);
  let dropped: Promise<unknown> | undefined;
  const drop = async () => {
    dropped ??= administer(server, (client) =>
      client.query(`drop database if exists ${name} with (force)`),
    );
    await dropped;
  };
  afterAll(drop);
  return { name, connection: { connectionString: url }, url, drop };
}

/** Of a database where others can be created. */
async function serverUrl({ folder, pid }: TestRun): Promise<string> {
  const external = process.env['DATABASE_URL'];
  if (external !== undefined && external !== '') return external;
  const dataDir = join(folder, 'data');
  const server = await startEmbedded({ dataDir, log: quiet, holderPid: pid });
  return withDatabaseName(server.url, 'postgres');
}

/** Made by whoever comes first; named by what is in it, as watch mode may change migrations. */
async function templateOf({ folder, name: run }: TestRun, server: string): Promise<string> {
  const migrations = loadMigrations();
  const hash = createHash('sha256');
  for (const migration of migrations) hash.update(`${migration.name} ${fingerprint(migration)}\n`);
  const name = `hutong_test_${run}_template_${hash.digest('hex').slice(0, 8)}`;
  await withLock(join(folder, 'lock'), 60_000, () =>
    administer(server, async (client) => {
      const found = await client.query('select from pg_database where datname = $1', [name]);
      if (found.rowCount !== 0) return;
      const unfinished = `${name}_new`;
      await client.query(`drop database if exists ${unfinished} with (force)`);
      await client.query(`create database ${unfinished} template template0`);
      const connection = { connectionString: withDatabaseName(server, unfinished) };
      await migrate({ connection, migrations, log: quiet });
      await client.query(`alter database ${unfinished} rename to ${name}`);
    }),
  );
  return name;
}

async function administer<T>(server: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const connection = { connectionString: server };
  const client = await openClient({ connection, applicationName: 'hutong-test-setup' });
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
