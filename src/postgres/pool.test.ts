import { afterAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../test/setup/database.ts';
import { openClient, openPool } from './pool.ts';

const { connection } = await createTestDatabase({ content: 'empty' });
const pool = openPool({ connection, applicationName: 'hutong-test', max: 2 });
afterAll(() => pool.end());

test('an int8 is a bigint to the last minor unit, alone and in arrays', async () => {
  const { rows } = await pool.query(
    `select 9223372036854775807::int8 as max, (-9223372036854775808)::int8 as min,
       null::int8 as none,
       array[1, null, -2]::int8[] as list, '{}'::int8[] as empty, 7::int4 as int4`,
  );
  expect(rows).toEqual([
    {
      max: 9_223_372_036_854_775_807n,
      min: -9_223_372_036_854_775_808n,
      none: null,
      list: [1n, null, -2n],
      empty: [],
      int4: 7,
    },
  ]);
});

test('a read is cut off, the journal’s connection never is', async () => {
  const setting = `select current_setting('statement_timeout') as timeout,
    current_setting('application_name') as name`;
  const client = await openClient({ connection, applicationName: 'hutong-journal' });
  expect((await client.query(setting)).rows).toEqual([{ timeout: '0', name: 'hutong-journal' }]);
  await client.end();
  expect((await pool.query(setting)).rows).toEqual([{ timeout: '10s', name: 'hutong-test' }]);
  const short = openPool({ connection, applicationName: 'test', statementTimeoutMs: 50 });
  await expect(short.query('select pg_sleep(5)')).rejects.toMatchObject({ code: '57014' });
  await short.end();
});

test('in a pipeline a failed query stops none of those behind it', async () => {
  const client = await openClient({ connection, applicationName: 'test', pipeline: true });
  const answers = await Promise.allSettled([
    client.query('select 1 as n'),
    client.query('select 1 / 0'),
    client.query('select 3 as n'),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  await client.end();
});

test('a lost connection is told, and does not end the process', async () => {
  const { promise, resolve } = Promise.withResolvers<Error>();
  const client = await openClient({ connection, applicationName: 'doomed', onLost: resolve });
  await pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'doomed'`,
  );
  expect((await promise).message).toMatch(/terminat/);
  await expect(client.query('select 1')).rejects.toThrow();
});
