// Limits over a real PostgreSQL: what is used is used in the payment's own commit, what moved no
// money is free again, and all of it survives a restart and is recomputed by verification.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../test/setup/database.ts';
import { createScheme, credential, credited, type Scheme } from '../../test/setup/scheme.ts';
import type { LegReport } from '../payments/port.ts';
import { verify } from '../transparency/index.ts';
import type { LimitWish } from './limits.ts';

const database = await createTestDatabase();
let scheme: Scheme;
let answer: LegReport = credited;
const rejected: LegReport = { ...credited, outcome: 'rejected', problem: 'refused_by_payee' };
const unknown: LegReport = { ...credited, outcome: 'pending', externalId: null, evidence: null };

const kek = Buffer.alloc(32, 3);
async function start(): Promise<Scheme> {
  const made = createScheme({ connection: database.connection, kek, answer: () => answer });
  await made.start();
  return made;
}

beforeAll(async () => {
  scheme = await start();
  await scheme.open();
});
afterAll(() => scheme.stop());

const rule: LimitWish = {
  id: 'person-day',
  currency: 'CNY',
  subject: 'payer',
  participantId: null,
  measure: 'sum',
  period: 'day',
  limit: 100_00n,
  outcome: 'refuse',
  setBy: 'test',
};

async function set(wish: Partial<LimitWish>): Promise<void> {
  const command = { type: 'set_limit', rule: { ...rule, ...wish } } as const;
  const done = await scheme.core.journal.submit(scheme.core.limits.machine, command);
  expect(done.kind === 'applied' && done.result.ok).toBe(true);
}
async function retire(id: string): Promise<void> {
  await scheme.core.journal.submit(scheme.core.limits.machine, {
    type: 'retire_limit',
    id,
    by: 'test',
  });
}

/** What became of a payment of so many yuan. */
async function pay(yuan: number, account = 'acct-zhang', more = {}): Promise<string> {
  const done = await scheme.pay({
    payer: { account, name: null },
    to: { alias: 'wallet:mei@panda', amount: { currency: 'CNY', minor: BigInt(yuan * 100) } },
    ...more,
  });
  if (!done.ok) return done.problem.code;
  const { state, payment } = done.value;
  return payment.problem ?? state;
}

const isWhole = async () => {
  const report = await verify({ connection: database.connection, personalData: [] });
  return report.checks.filter(({ ok }) => !ok);
};

test('a person may pay so much in a day, each person by themselves, and not a fen more', async () => {
  await set({});
  expect(await pay(60)).toBe('completed');
  expect(await pay(41)).toBe('limit_exceeded');
  expect(await pay(40)).toBe('completed');
  expect(await pay(0.01)).toBe('limit_exceeded');
  expect(await pay(100, 'acct-other')).toBe('completed');
  expect(await isWhole()).toEqual([]);
});

test('what was refused by the payee is free again; what is under way is used', async () => {
  await set({ id: 'person-day' });
  answer = rejected;
  expect(await pay(100)).toBe('refused_by_payee');
  answer = unknown;
  expect(await pay(70, 'acct-zhang', { waitMs: 50 })).toBe('delivering');
  answer = credited;
  expect(await pay(31)).toBe('limit_exceeded');
  expect(await isWhole()).toEqual([]);
});

test('two at once cannot pass where one may', async () => {
  await set({ id: 'person-day', limit: 100_00n });
  const all = await Promise.all(Array.from({ length: 8 }, () => pay(60, 'acct-rush')));
  expect(all.filter((each) => each === 'completed').length).toBe(1);
  expect(all.filter((each) => each === 'limit_exceeded').length).toBe(7);
});

test('a deposit uses what is authorised, and frees what was not captured', async () => {
  const shared = { payer: { account: 'acct-ride', name: null }, hold: 'capture' } as const;
  const amount = { currency: 'CNY', minor: 80_00n };
  const to = { alias: 'wallet:mei@panda', amount };
  const held = await scheme.pay({ ...shared, to });
  expect(held.ok && held.value.state).toBe('reserved');
  expect(await pay(30, 'acct-ride')).toBe('limit_exceeded');
  await scheme.core.payments.capture({
    credential: credential('panda'),
    evidence: null,
    paymentId: held.ok ? held.value.payment.id : '',
    amount: { currency: 'CNY', minor: 10_00n },
    idempotencyKey: 'ride',
    content: 'ride',
    waitMs: 2_000,
  });
  expect(await pay(90, 'acct-ride')).toBe('completed');
  expect(await pay(1, 'acct-ride')).toBe('limit_exceeded');
  expect(await isWhole()).toEqual([]);
});

test.each<[string, Partial<LimitWish>, readonly [number, string][]]>([
  [
    'one payment',
    { measure: 'amount', period: 'payment', limit: 50_00n },
    [
      [50, 'completed'],
      [51, 'limit_exceeded'],
    ],
  ],
  [
    'so many in a day',
    { measure: 'count', limit: 2n },
    [
      [1, 'completed'],
      [1, 'completed'],
      [1, 'limit_exceeded'],
    ],
  ],
  [
    'a corridor in a month',
    { subject: 'corridor', period: 'month', limit: 70_00n },
    [
      [70, 'completed'],
      [1, 'limit_exceeded'],
    ],
  ],
  ['another participant’s people alone', { participantId: 'panda', limit: 0n }, [[5, 'completed']]],
  ['another currency alone', { currency: 'SGD', limit: 0n }, [[5, 'completed']]],
  [
    'a review instead of a refusal',
    { limit: 10_00n, outcome: 'hold' },
    [
      [10, 'completed'],
      [11, 'held'],
    ],
  ],
])('a limit of %s', async (_what, wish, payments) => {
  await retire('person-day');
  await set({ id: 'case', ...wish });
  for (const [yuan, expected] of payments) {
    expect(await pay(yuan, `acct-${_what}`, { waitMs: 300 })).toBe(expected);
  }
  await retire('case');
  expect(await isWhole()).toEqual([]);
});

test('a restart forgets nothing of what was used', async () => {
  await set({ id: 'person-day', limit: 100_00n });
  expect(await pay(99, 'acct-later')).toBe('completed');
  await scheme.stop();
  scheme = await start();
  expect(await pay(2, 'acct-later')).toBe('limit_exceeded');
  expect(await pay(1, 'acct-later')).toBe('completed');
  expect(await isWhole()).toEqual([]);
});
