// The batch statement against a real PostgreSQL: the row of its predecessor is the fence.
import { randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/setup/database.ts';
import { query } from '../../test/setup/query.ts';
import { createTill } from '../../test/setup/till.ts';
import { createLedger } from '../ledger/ledger.ts';
import { type BatchHead, type ClosedBatch, openBatch } from './batch.ts';
import { buildStatement } from './statement.ts';
import { createPostgresStore } from './store.postgres.ts';
import type { BatchStatement } from './store.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});

const ledger = createLedger();
const till = createTill();
let written = 0;

/** A batch of one deposit behind `previous`. */
function batchAfter(previous: BatchHead, fault?: 'data'): ClosedBatch {
  const batch = openBatch({ previous, term: 1, nowMs: previous.atMs + 1, ledger, randomBytes });
  written += 1;
  const id = `00000000-0000-7000-8000-${String(written).padStart(12, '0')}`;
  till.apply({ id, amountMinor: 1n, ...(fault === undefined ? {} : { fault }) }, batch);
  return batch.close(null, (value) => value.bytes);
}

function statementOf({ writes, parameters }: ClosedBatch): BatchStatement {
  const text = buildStatement(writes);
  return { name: `t${text.length}`, text, parameters };
}

const count = async (table: string) =>
  Number((await query(database.url, `select count(*) as n from ${table}`))[0]?.['n']);

test('those sent behind a batch that failed write nothing, though PostgreSQL runs them', async () => {
  const store = createPostgresStore({ connection: database.connection });
  const head = await store.head();
  const first = batchAfter(head);
  await store.write(statementOf(first));
  const before = await count('transfers');
  const bad = batchAfter(first.head, 'data');
  const second = batchAfter(bad.head);
  const third = batchAfter(second.head);
  // sent at once, without waiting for the answers of those before
  const kinds = await Promise.all(
    [bad, second, third].map((batch) =>
      store.write(statementOf(batch)).then(
        () => 'written',
        (error: unknown) => (error instanceof Error && 'kind' in error ? error.kind : 'other'),
      ),
    ),
  );
  expect(kinds).toEqual(['data', 'fenced', 'fenced']);
  expect(await count('transfers')).toBe(before);
  expect((await store.head()).seq).toBe(first.head.seq);
  await store.close();
});

test('of two writers racing for one place in the chain exactly one wins', async () => {
  const stores = [1, 2].map(() => createPostgresStore({ connection: database.connection }));
  const [one, two] = stores;
  if (one === undefined || two === undefined) throw new Error('two stores');
  for (let round = 0; round < 20; round += 1) {
    const head = await one.head();
    const before = await count('transfers');
    const outcomes = await Promise.allSettled([
      one.write(statementOf(batchAfter(head))),
      two.write(statementOf(batchAfter(head))),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await count('transfers')).toBe(before + 1);
  }
  await Promise.all(stores.map((store) => store.close()));
});
