import { expect, test } from 'vitest';
import { createTestDatabase } from '../../test/setup/database.ts';
import { quiet } from '../../test/setup/embedded.ts';
import { describeUrl, resolveDatabase, withDatabaseName } from './database.ts';
import { openClient } from './pool.ts';

const forms = [
  {
    url: 'postgres://me:secret@db.example:6432/switch',
    says: 'PostgreSQL at db.example:6432, database switch',
    moved: 'postgres://me:secret@db.example:6432/other',
  },
  {
    url: 'postgresql://db.example',
    says: 'PostgreSQL at db.example:5432',
    moved: 'postgresql://db.example/other',
  },
  {
    url: 'postgres://me:secret@/switch?host=/run/postgresql',
    says: 'PostgreSQL at /run/postgresql:5432, database switch',
    moved: 'postgres://me:secret@/other?host=/run/postgresql',
  },
  {
    url: 'postgres:///switch?host=%2Frun%2Fpostgresql&port=5433',
    says: 'PostgreSQL at /run/postgresql:5433, database switch',
    moved: 'postgres:///other?host=%2Frun%2Fpostgresql&port=5433',
  },
  {
    url: 'postgres://me@[::1]/a%20b?sslmode=require',
    says: 'PostgreSQL at [::1]:5432, database a b',
    moved: 'postgres://me@[::1]/other?sslmode=require',
  },
];

test.each(forms)('$url is understood, and told without its password', ({ url, says, moved }) => {
  expect(describeUrl(url)).toBe(says);
  expect(withDatabaseName(url, 'other')).toBe(moved);
});

const refused = ['mysql://me:secret@db/x', 'db.example:5432', 'postgres://me:sec ret@a b:x/db'];
test.each(refused)('%s is refused without repeating it', (url) => {
  expect(() => describeUrl(url)).toThrow(expect.objectContaining({ code: 'bad_url' }));
  expect(() => describeUrl(url)).not.toThrow(/sec ?ret/);
});

test('with a DATABASE_URL no server is started', async () => {
  const { url, name } = await createTestDatabase({ content: 'empty' });
  const database = await resolveDatabase({
    databaseUrl: url,
    dataDir: '/nowhere/at/all',
    log: quiet,
  });
  expect(database.kind).toBe('external');
  const client = await openClient({ connection: database.connection, applicationName: 'test' });
  expect((await client.query('select current_database() as name')).rows).toEqual([{ name }]);
  await client.end();
  await database.stop();
});
