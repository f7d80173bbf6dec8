// What the journal is measured against: one transaction per step that locks the two positions'
// rows, in two forms. `transaction`: prepared statements between begin and commit, as services
// write it. `statement`: all of a step in one prepared statement, the kindest form there is. Same
// rows, columns and bytes as the journal's.
import { createHash, randomBytes } from 'node:crypto';
import { canonicalBody } from '../../src/journal/batch.ts';
import { type DatabaseConnection, openClient } from '../../src/postgres/index.ts';
import { MESSAGE_BYTES, type Work } from './book.ts';

const PREPARE = {
  name: 'naive_prepare',
  text: `with locked as (
    select number from accounts where number in ($5, $6) order by number for update
  ), debit as (
    update accounts set debits_pending_minor = debits_pending_minor + $7::int8
    where number = $5 and (select count(*) from locked) = 2
      and limit_minor + credits_posted_minor - debits_posted_minor
        - debits_pending_minor >= $7::int8
    returning number
  ), credit as (
    update accounts set credits_pending_minor = credits_pending_minor + $7::int8
    from debit where accounts.number = $6 returning accounts.number
  ), k as (
    insert into keys (key, content, resource, resource_id)
    select $1::bytea, $2::bytea, 'payment', $3::uuid from debit
  ), e as (
    insert into events (seq, ordinal, type, subject_id, audience, body, salt, commitment, evidence)
    select nextval('naive_seq'), 0, 'payment.delivering', $3::uuid::text, $4, $8, $9, $10, $11
    from debit
  ), o as (
    insert into outbox (seq, ordinal, destination, kind, payment_id, leg, message)
    select nextval('naive_seq'), 0, $12, 'credit', $3::uuid, 1, $13 from debit
  )
  insert into payments (id, kind, flow, state, payer_participant_id, payee_participant_id, currency,
    amount_minor, debit_minor, credit_minor, fee_minor, movements, legs, created_at_ms,
    expires_at_ms, created_seq, updated_seq, refunded_minor, refunding_minor, payer, payee)
  select $3::uuid, 'payment', 'push', 'delivering', $14, $15, 'CNY', $7, $7, $7, 0, $16, $17, $18,
    $19, 0, 0, 0, 0, $20, $21 from debit, credit returning 1`,
} as const;

const SETTLE = {
  name: 'naive_settle',
  text: `with locked as (
    select number from accounts where number in ($2, $3) order by number for update
  ), p as (
    update payments set state = 'completed', previous_state = 'delivering', movements = $5,
      legs = $6, ended_at_ms = $7 where id = $1 and state = 'delivering' returning id
  ), debit as (
    update accounts set debits_pending_minor = debits_pending_minor - $4::int8,
      debits_posted_minor = debits_posted_minor + $4::int8
    from p where number = $2 and (select count(*) from locked) = 2
  ), credit as (
    update accounts set credits_pending_minor = credits_pending_minor - $4::int8,
      credits_posted_minor = credits_posted_minor + $4::int8
    from p where number = $3
  ), t as (
    insert into transfers (seq, ordinal, payment_id, debit_account, credit_account,
      amount_minor, business_day)
    select nextval('naive_seq'), 0, id, $2, $3, $4::int8, 20000 from p
  )
  insert into events (seq, ordinal, type, subject_id, audience, body, salt, commitment, evidence)
  select nextval('naive_seq'), 0, 'payment.completed', $1::uuid::text, $8, $9, $10, $11, $12
  from p returning 1`,
} as const;

function event(id: string, state: string) {
  const salt = randomBytes(16);
  const body = canonicalBody({ id, state, currency: 'CNY', problem: null, causeId: null });
  return { salt, body, commitment: createHash('sha256').update(salt).update(body).digest() };
}

const SEALED_OVERHEAD = 62;
const LEGS = JSON.stringify(
  [0, 1].map((n) => ({
    role: n === 0 ? 'debit' : 'credit',
    participant: 'bench-100',
    connection: 'bench-100-main',
    instruction: 'credit',
    state: 'completed',
    inDoubt: false,
    externalId: null,
    sentAt: [1, 1],
    record: null,
  })),
);

type Client = Awaited<ReturnType<typeof openClient>>;
type Step = (values: unknown[]) => Promise<number>;

/** One two-phase payment in two steps. */
async function payOnce(prepareStep: Step, settleStep: Step, work: Work): Promise<void> {
  const { prepare, settle, payer, payee, key } = work.next();
  const [from, to] = [work.positionOf(payer), work.positionOf(payee)];
  const audience = `bench-${payer} bench-${payee}`;
  const amount = prepare.amountMinor.toString();
  const movements = `[[${from},${to},"${amount}","pending"]]`;
  const sealed = (bytes: number) => Buffer.alloc(bytes + SEALED_OVERHEAD, 120);
  const first = event(prepare.id, 'delivering');
  const evidence = sealed(prepare.evidence?.bytes.length ?? 0);
  const prepared = await prepareStep([
    Buffer.from(key.hash, 'hex'),
    Buffer.from(key.content, 'hex'),
    prepare.id,
    audience,
    from,
    to,
    amount,
    first.body,
    first.salt,
    first.commitment,
    evidence,
    prepare.payee.connectionId,
    sealed(MESSAGE_BYTES),
    prepare.payer.participantId,
    prepare.payee.participantId,
    movements,
    LEGS,
    Date.now(),
    prepare.expiresAtMs,
    sealed(prepare.payer.party.bytes.length),
    sealed(prepare.payee.party.bytes.length),
  ]);
  if (prepared !== 1) throw new Error('the naive writer refused a payment');
  const second = event(prepare.id, 'completed');
  const answer = sealed(settle.evidence?.bytes.length ?? 0);
  const settled = await settleStep([
    prepare.id,
    from,
    to,
    amount,
    movements,
    LEGS,
    Date.now(),
    audience,
    second.body,
    second.salt,
    second.commitment,
    answer,
  ]);
  if (settled !== 1) throw new Error('the naive writer lost a payment');
}

const DEADLOCK = '40P01';

/** `statement`: the step as it is; a deadlock is tried again, as a service would. */
function inOneStatement(client: Client, step: typeof PREPARE | typeof SETTLE): Step {
  return async function run(values): Promise<number> {
    try {
      return (await client.query({ ...step, values })).rowCount ?? 0;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === DEADLOCK) return run(values);
      throw error;
    }
  };
}

interface Part {
  readonly name: string;
  readonly text: string;
  /** Which of the step's values, by position from 1. */
  readonly takes: readonly number[];
}

const PREPARE_PARTS: readonly Part[] = [
  {
    name: 'lock',
    text: 'select number from accounts where number in ($1, $2) order by number for update',
    takes: [5, 6],
  },
  {
    name: 'debit',
    text: `update accounts set debits_pending_minor = debits_pending_minor + $2::int8
      where number = $1
      and limit_minor + credits_posted_minor - debits_posted_minor
        - debits_pending_minor >= $2::int8`,
    takes: [5, 7],
  },
  {
    name: 'credit',
    text: `update accounts set credits_pending_minor = credits_pending_minor + $2::int8
      where number = $1`,
    takes: [6, 7],
  },
  {
    name: 'key',
    text: `insert into keys (key, content, resource, resource_id)
      values ($1::bytea, $2::bytea, 'payment', $3::uuid)`,
    takes: [1, 2, 3],
  },
  {
    name: 'event',
    text: `insert into events (seq, ordinal, type, subject_id, audience, body, salt, commitment,
      evidence)
      values (nextval('naive_seq'), 0, 'payment.delivering', $1, $2, $3, $4, $5, $6)`,
    takes: [3, 4, 8, 9, 10, 11],
  },
  {
    name: 'outbox',
    text: `insert into outbox (seq, ordinal, destination, kind, payment_id, leg, message)
      values (nextval('naive_seq'), 0, $2, 'credit', $1::uuid, 1, $3)`,
    takes: [3, 12, 13],
  },
  {
    name: 'payment',
    text: `insert into payments (id, kind, flow, state, payer_participant_id, payee_participant_id,
      currency, amount_minor, debit_minor, credit_minor, fee_minor, movements, legs, created_at_ms,
      expires_at_ms, created_seq, updated_seq, refunded_minor, refunding_minor, payer, payee)
      values ($1::uuid, 'payment', 'push', 'delivering', $3, $4, 'CNY', $2, $2, $2, 0, $5, $6, $7,
        $8, 0, 0, 0, 0, $9, $10)`,
    takes: [3, 7, 14, 15, 16, 17, 18, 19, 20, 21],
  },
];

const SETTLE_PARTS: readonly Part[] = [
  {
    name: 'settle_lock',
    text: 'select number from accounts where number in ($1, $2) order by number for update',
    takes: [2, 3],
  },
  {
    name: 'settle_payment',
    text: `update payments set state = 'completed', previous_state = 'delivering', movements = $2,
      legs = $3, ended_at_ms = $4 where id = $1 and state = 'delivering'`,
    takes: [1, 5, 6, 7],
  },
  {
    name: 'settle_debit',
    text: `update accounts set debits_pending_minor = debits_pending_minor - $2::int8,
      debits_posted_minor = debits_posted_minor + $2::int8 where number = $1`,
    takes: [2, 4],
  },
  {
    name: 'settle_credit',
    text: `update accounts set credits_pending_minor = credits_pending_minor - $2::int8,
      credits_posted_minor = credits_posted_minor + $2::int8 where number = $1`,
    takes: [3, 4],
  },
  {
    name: 'settle_transfer',
    text: `insert into transfers (seq, ordinal, payment_id, debit_account, credit_account,
      amount_minor, business_day) values (nextval('naive_seq'), 0, $1, $2, $3, $4::int8, 20000)`,
    takes: [1, 2, 3, 4],
  },
  {
    name: 'settle_event',
    text: `insert into events (seq, ordinal, type, subject_id, audience, body, salt, commitment,
      evidence)
      values (nextval('naive_seq'), 0, 'payment.completed', $1, $2, $3, $4, $5, $6)`,
    takes: [1, 8, 9, 10, 11, 12],
  },
];

/** `transaction`: the same step as prepared statements, one after the other. */
function inTransaction(client: Client, parts: readonly Part[]): Step {
  return async (values) => {
    await client.query('begin');
    let last = 0;
    for (const { name, text, takes } of parts) {
      const taken = takes.map((at) => values[at - 1]);
      last = (await client.query({ name, text, values: taken })).rowCount ?? 0;
    }
    await client.query('commit');
    return last;
  };
}

export type NaiveForm = 'transaction' | 'statement';

/** Payments per second with this many connections, each with one payment under way. */
export async function naiveRate(
  connection: DatabaseConnection,
  work: Work,
  form: NaiveForm,
  connections: number,
  durationMs: number,
): Promise<number> {
  const clients = await Promise.all(
    Array.from({ length: connections }, () =>
      openClient({ connection, applicationName: 'hutong-bench-naive' }),
    ),
  );
  let done = 0;
  const startedMs = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      const steps =
        form === 'statement'
          ? [inOneStatement(client, PREPARE), inOneStatement(client, SETTLE)]
          : [inTransaction(client, PREPARE_PARTS), inTransaction(client, SETTLE_PARTS)];
      const [prepareStep, settleStep] = steps;
      if (prepareStep === undefined || settleStep === undefined) return;
      while (performance.now() - startedMs < durationMs) {
        await payOnce(prepareStep, settleStep, work);
        done += 1;
      }
      await client.end();
    }),
  );
  return done / ((performance.now() - startedMs) / 1000);
}
