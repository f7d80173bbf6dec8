// The fixture itself: each test file gets all tables and nobody else's rows.
import { expect, test } from 'vitest';
import { openClient } from '../../src/postgres/pool.ts';
import { createTestDatabase } from './database.ts';

const database = await createTestDatabase();
const other = await createTestDatabase();

test('a test database has the migrations and its rows are its own', async () => {
  const one = await openClient({ connection: database.connection, applicationName: 'one' });
  const two = await openClient({ connection: other.connection, applicationName: 'two' });
  try {
    await one.query('create table only_here (id int8)');
    const tables = (client: typeof one) =>
      client
        .query<{ n: string[] }>(
          `select array_agg(tablename::text) as n from pg_tables where schemaname = 'public'`,
        )
        .then(({ rows }) => rows[0]?.n ?? []);
    expect(await tables(one)).toEqual(expect.arrayContaining(['schema_migrations', 'only_here']));
    expect(await tables(two)).toContain('batches');
    expect(await tables(two)).not.toContain('only_here');
  } finally {
    await Promise.all([one.end(), two.end()]);
  }
});
