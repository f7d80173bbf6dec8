// Brings a database to this program's schema: numbered texts, each applied once in a transaction of
// its own, remembered with its SHA-256 and never changed afterwards. Two switches may do it at
// once.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import type { DatabaseLog } from './embedded.ts';
import { DatabaseFault } from './fault.ts';
import { type DatabaseConnection, openClient } from './pool.ts';

export interface Migration {
  /** From 1; gaps are allowed. */
  readonly version: number;
  /** `0001-journal` */
  readonly name: string;
  readonly sql: string;
}

export const MIGRATIONS_FOLDER = join(import.meta.dirname, 'migrations');
const NAME = /^(\d{4})-[a-z0-9-]+$/;

/**
 * All of a folder: `0001-journal.sql`, or a folder `0001-journal` whose .sql files are taken in
 * order of their names. @throws DatabaseFault `migration_disordered`
 */
export function loadMigrations(folder: string = MIGRATIONS_FOLDER): Migration[] {
  const migrations: Migration[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const name = entry.name.replace(/\.sql$/, '');
    const isFolder = entry.isDirectory();
    const version = NAME.exec(name)?.[1];
    if (version === undefined || (!isFolder && name === entry.name)) {
      throw disordered(`${entry.name} is not named like 0001-journal.sql`);
    }
    const sql = isFolder ? readParts(path) : readFileSync(path, 'utf8');
    migrations.push({ version: Number(version), name, sql });
  }
  return inOrder(migrations);
}

function readParts(folder: string): string {
  const parts = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return parts
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}

function inOrder(migrations: readonly Migration[]): Migration[] {
  const sorted = migrations.toSorted((a, b) => a.version - b.version);
  sorted.forEach(({ version, name }, index) => {
    const before = sorted[index - 1];
    if (before?.version !== version) return;
    throw disordered(`${before.name} and ${name} have the same number`);
  });
  return sorted;
}

function disordered(message: string): DatabaseFault {
  const suggestion = 'give the newest migration the next free number';
  return new DatabaseFault('migration_disordered', message, suggestion);
}

/** Line ends don't count: a checkout on another system may change them. */
export function fingerprint({ sql }: Pick<Migration, 'sql'>): string {
  return createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex');
}

export interface MigrateOptions {
  readonly connection: DatabaseConnection;
  readonly log: DatabaseLog;
  /** The room's folder if absent. */
  readonly migrations?: readonly Migration[];
}

/** Names of those applied now. @throws DatabaseFault */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const migrations = inOrder(options.migrations ?? loadMigrations());
  const client = await firstContact(options.connection);
  try {
    await createRecord(client);
    const applied: string[] = [];
    for (const migration of migrations) {
      const startedMs = performance.now();
      if (!(await applyOnce(client, migration, migrations))) continue;
      const tookMs = Math.round(performance.now() - startedMs);
      options.log.info({ migration: migration.name, tookMs }, 'migration applied');
      applied.push(migration.name);
    }
    return applied;
  } finally {
    await client.end();
  }
}

/** Migrating is the first thing done to a database: here it shows that nobody is there. */
async function firstContact(connection: DatabaseConnection): Promise<pg.Client> {
  try {
    return await openClient({ connection, applicationName: 'hutong-migrate' });
  } catch (cause) {
    // with several addresses of a name, each fails for itself and the whole has no text
    const each = cause instanceof AggregateError ? cause.errors : [cause];
    const reasons = each.map((error) => (error instanceof Error ? error.message : String(error)));
    throw new DatabaseFault(
      'unreachable',
      `the database cannot be reached: ${reasons.join('; ')}`,
      'see that PostgreSQL runs there and that address, user and password are right',
      { cause },
    );
  }
}

/** Any constant will do; nothing else in the program uses advisory locks. */
const LOCK = 'select pg_advisory_xact_lock(4711201)';

async function createRecord(client: pg.Client): Promise<void> {
  // "if not exists" alone fails when two create it at once (a unique violation in pg_type).
  await inTransaction(client, async () => {
    await client.query(LOCK);
    await client.query(`create table if not exists schema_migrations (
      version int4 primary key,
      name text not null,
      sha256 text not null,
      applied_at timestamptz not null default now()
    )`);
  });
}

interface Applied {
  readonly version: number;
  readonly name: string;
  readonly sha256: string;
}

/**
 * False when it was there already: perhaps another switch's work, while this one waited for the
 * lock.
 */
async function applyOnce(
  client: pg.Client,
  migration: Migration,
  all: readonly Migration[],
): Promise<boolean> {
  return inTransaction(client, async () => {
    await client.query(LOCK);
    const { rows } = await client.query<Applied>(
      'select version, name, sha256 from schema_migrations order by version',
    );
    check(rows, all);
    if (rows.some(({ version }) => version === migration.version)) return false;
    const newest = rows.at(-1);
    if (newest !== undefined && newest.version > migration.version) {
      throw disordered(`${migration.name} comes before ${newest.name}, which is applied already`);
    }
    await run(client, migration);
    await client.query(
      'insert into schema_migrations (version, name, sha256) values ($1, $2, $3)',
      [migration.version, migration.name, fingerprint(migration)],
    );
    return true;
  });
}

/** What is recorded must be what we know. */
function check(applied: readonly Applied[], known: readonly Migration[]): void {
  const newest = known.at(-1)?.version ?? 0;
  for (const { version, name, sha256 } of applied) {
    const migration = known.find((each) => each.version === version);
    if (migration === undefined && version > newest) {
      throw new DatabaseFault(
        'database_newer',
        `this database is newer than this program: it has ${name}`,
        'install the version that migrated it, or restore a copy from before',
      );
    }
    if (migration === undefined || migration.name !== name || fingerprint(migration) !== sha256) {
      throw new DatabaseFault(
        'migration_changed',
        `the applied migration ${name} is not what this program has as number ${version}`,
        'restore its text; what must change goes into a new migration',
      );
    }
  }
}

async function run(client: pg.Client, migration: Migration): Promise<void> {
  const transaction = 'select pg_current_xact_id()::text as id';
  const before = await client.query<{ id: string }>(transaction);
  try {
    await client.query(migration.sql);
  } catch (cause) {
    throw new DatabaseFault(
      'migration_failed',
      `the migration ${migration.name} failed: ${cause instanceof Error ? cause.message : 'unknown'}`,
      'nothing of it was applied; mend the cause and start again',
      { cause },
    );
  }
  const after = await client.query<{ id: string }>(transaction);
  if (before.rows[0]?.id !== after.rows[0]?.id) {
    throw new DatabaseFault(
      'migration_failed',
      `the migration ${migration.name} ends its transaction`,
      'take commit and rollback out of it',
    );
  }
}

async function inTransaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    const result = await work();
    const { command } = await client.query('commit');
    // A failed commit isn't an error to pg: it answers ROLLBACK.
    if (command !== 'COMMIT') throw new Error(`commit was answered by ${command}`);
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}
