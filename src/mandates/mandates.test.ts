// Mandates over a real PostgreSQL: what is collected stays within what the payer agreed to, each
// payment of a schedule is made once, and all of it survives a restart.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../test/setup/database.ts';
import { createScheme, credited, type Scheme } from '../../test/setup/scheme.ts';
import type { JournalContext } from '../journal/batch.ts';
import { subjectId } from '../journal/vault.ts';
import { createLedger } from '../ledger/ledger.ts';
import type { LegReport, StoredInstruction } from '../payments/port.ts';
import { openClient } from '../postgres/pool.ts';
import type { MandateCommand, MandateResult } from './mandate.commands.ts';
import { createMandateBook } from './mandate.machine.ts';
import { MANDATE_TRANSITIONS } from './mandate.states.ts';
import { dueAtMs, windowOf } from './period.ts';

const DAY_MS = 86_400_000;
const kek = Buffer.alloc(32, 5);
const database = await createTestDatabase();
const rejected: LegReport = { ...credited, outcome: 'rejected', problem: 'refused_by_payer' };
let sent: string[] = [];
let answer = (_stored: StoredInstruction): LegReport => credited;
let scheme: Scheme;

async function start(): Promise<Scheme> {
  const made = createScheme({
    connection: database.connection,
    kek,
    answer(_connection, stored, asking) {
      if (asking === 'execute') sent.push(`${stored.kind} ${stored.legId}`);
      return answer(stored);
    },
  });
  await made.start();
  return made;
}
beforeAll(async () => {
  scheme = await start();
  await scheme.open();
});
afterAll(() => scheme.stop());

type Terms = Extract<MandateCommand, { type: 'propose' }>['terms'];
const seal = (account: string, subject: string) => ({
  bytes: Buffer.from(JSON.stringify({ account, name: null, note: 'newspaper' })),
  subjects: [subject],
});
function terms(id: string, indexKey: Uint8Array, wish: Partial<Terms> = {}): Terms {
  return {
    id,
    initiator: 'payee',
    isScheduled: false,
    isFixed: false,
    payerParticipantId: 'lotus',
    payerConnectionId: 'lotus-main',
    payeeParticipantId: 'panda',
    payeeConnectionId: 'panda-main',
    currency: 'CNY',
    amountMinor: 50_00n,
    period: 'month',
    periodMaxMinor: 80_00n,
    firstAtMs: 0,
    endsAtMs: null,
    countMax: null,
    payer: seal('acct-li', subjectId(indexKey, 'lotus', 'acct-li')),
    payee: seal('acct-mei', subjectId(indexKey, 'panda', 'acct-mei')),
    ...wish,
  };
}

async function submit(command: MandateCommand): Promise<MandateResult> {
  const { indexKey, journal, mandates } = scheme.core;
  const subjects = [
    subjectId(indexKey, 'lotus', 'acct-li'),
    subjectId(indexKey, 'panda', 'acct-mei'),
  ];
  const done = await journal.submit(mandates.machine, command, { subjects });
  if (done.kind !== 'applied') throw new Error(done.kind);
  return done.result;
}

let ids = 0;
/** A mandate the payer has consented to. */
async function agreed(wish: Partial<Terms> = {}): Promise<string> {
  ids += 1;
  const id = `019a0000-0000-7000-8000-${String(ids).padStart(12, '0')}`;
  const { indexKey } = scheme.core;
  const subject = subjectId(indexKey, 'lotus', 'acct-li');
  expect(
    await submit({ type: 'propose', terms: terms(id, indexKey, wish), consent: null }),
  ).toEqual(expect.objectContaining({ ok: true }));
  const consent = { bytes: Buffer.from('{"method":"pin"}'), subjects: [subject] };
  const done = await submit({ type: 'consent', id, participantId: 'lotus', consent });
  expect(done.ok && done.mandate.status).toBe('active');
  return id;
}
const collect = (id: string, minor: bigint, participantId = 'panda') =>
  submit({ type: 'collect', id, participantId, currency: 'CNY', amountMinor: minor });
const codeOf = (result: MandateResult) => (result.ok ? 'ok' : result.code);

async function rows(text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> {
  const client = await openClient({ connection: database.connection, applicationName: 'test' });
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}
const executionsOf = (id: string) =>
  rows(
    'select n, state, attempt, problem from mandate_executions where mandate_id = $1 order by n',
    id,
  );

/** Looks, as the clock does, until nothing of it is open. */
async function settled(id: string): Promise<void> {
  for (let look = 0; look < 100; look += 1) {
    await scheme.core.collector.look();
    const open = [...scheme.core.mandates.open()].filter((each) => each.mandateId === id);
    if (open.every((each) => each.dueAtMs > Date.now())) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it never settled');
}

test('a payee collects what was agreed to, and not a fen more in a month', async () => {
  const id = await agreed();
  expect(codeOf(await collect(id, 50_01n))).toBe('limit_exceeded');
  expect(codeOf(await collect(id, 50_00n))).toBe('ok');
  // it is only under way, and counts
  expect(codeOf(await collect(id, 30_01n))).toBe('limit_exceeded');
  expect(codeOf(await collect(id, 30_00n))).toBe('ok');
  await settled(id);
  expect((await executionsOf(id)).map(({ state }) => state)).toEqual(['completed', 'completed']);
  const paid = await rows(
    'select amount_minor, state from payments where reference = $1',
    `mandate:${id}`,
  );
  expect(
    paid.map(({ amount_minor: minor, state }) => `${String(minor)} ${String(state)}`).sort(),
  ).toEqual(['3000 completed', '5000 completed']);
});

test('what the payer’s wallet refused may be collected again', async () => {
  const id = await agreed();
  answer = () => rejected;
  expect(codeOf(await collect(id, 50_00n))).toBe('ok');
  await settled(id);
  answer = () => credited;
  expect(scheme.core.mandates.mandate(id)?.usedMinor).toBe(0n);
  expect(codeOf(await collect(id, 50_00n))).toBe('ok');
  await settled(id);
  expect((await executionsOf(id)).map(({ state }) => state)).toEqual(['failed', 'completed']);
});

test('nobody but the payer consents, pauses and resumes; both may end it; others see none', async () => {
  const id = await agreed();
  const turn = (participantId: string, to: 'paused' | 'active' | 'revoked' | 'declined') =>
    submit({ type: 'move', id, participantId, to }).then(codeOf);
  expect(await turn('panda', 'paused')).toBe('not_permitted');
  expect(await turn('crane', 'revoked')).toBe('resource_not_found');
  expect(await turn('lotus', 'paused')).toBe('ok');
  expect(codeOf(await collect(id, 1_00n))).toBe('transition_refused');
  expect(await turn('lotus', 'active')).toBe('ok');
  expect(codeOf(await collect(id, 1_00n, 'lotus'))).toBe('not_permitted');
  expect(await turn('panda', 'revoked')).toBe('ok');
  expect(codeOf(await collect(id, 1_00n))).toBe('resource_not_found');
});

test('of a schedule each payment is made once, what was missed is not caught up', async () => {
  const firstAtMs = Date.now() - 2.5 * DAY_MS;
  const wish = { isScheduled: true, isFixed: true, period: 'day', firstAtMs } as const;
  const id = await agreed({ ...wish, amountMinor: 50_00n });
  await Promise.all([
    submit({ type: 'tick', id }),
    submit({ type: 'tick', id }),
    scheme.core.collector.look(),
  ]);
  await settled(id);
  expect(await executionsOf(id)).toEqual([
    expect.objectContaining({ n: 2, state: 'completed', attempt: 1 }),
  ]);
  expect(scheme.core.mandates.mandate(id)?.nextN).toBe(3);
});

test('a scheduled payment without funds is tried again later, under its own number', async () => {
  const firstAtMs = Date.now() - 1_000;
  const id = await agreed({ isScheduled: true, isFixed: true, firstAtMs });
  answer = () => rejected;
  await submit({ type: 'tick', id });
  await settled(id);
  answer = () => credited;
  expect(await executionsOf(id)).toEqual([
    expect.objectContaining({ n: 0, state: 'due', attempt: 2, problem: 'refused_by_payer' }),
  ]);
});

test('a switch that dies between asking and remembering asks nobody twice', async () => {
  const id = await agreed();
  expect(codeOf(await collect(id, 40_00n))).toBe('ok');
  sent = [];
  const { core } = scheme;
  const { submit: real } = core.journal;
  const lost: typeof real = (machine, command, options) =>
    JSON.stringify(command, (_key, value: unknown) =>
      typeof value === 'bigint' ? '' : value,
    ).includes('"asked"')
      ? Promise.resolve({ kind: 'refused', code: 'outcome_unknown' })
      : real(machine, command, options);
  Object.assign(core.journal, { submit: lost });
  await core.collector.look();
  await scheme.stop();
  scheme = await start();
  await settled(id);
  expect(await executionsOf(id)).toEqual([expect.objectContaining({ state: 'completed' })]);
  const paid = await rows('select id from payments where reference = $1', `mandate:${id}`);
  expect(paid.length).toBe(1);
  expect(new Set(sent).size).toBe(sent.length);
});

test('the ways of a mandate are those its table allows', async () => {
  const [row] = await rows(
    `select pg_get_constraintdef(oid) as text from pg_constraint where conname = 'mandates_way'`,
  );
  const stored = [...String(row?.['text']).matchAll(/'([a-z]*>[a-z]+)'/g)].map(([, way]) => way);
  const listed = MANDATE_TRANSITIONS.map(({ from, to }) => `${from ?? ''}>${to}`);
  expect(new Set(stored)).toEqual(new Set(listed));
});

test('a schedule of the 31st is due on the last day of a short month', () => {
  const first = Date.parse('2027-01-31T09:30:00.000Z');
  const due = (n: number) => new Date(dueAtMs('month', first, n)).toISOString();
  expect([0, 1, 2, 13].map(due)).toEqual([
    '2027-01-31T09:30:00.000Z',
    '2027-02-28T09:30:00.000Z',
    '2027-03-31T09:30:00.000Z',
    '2028-02-29T09:30:00.000Z',
  ]);
  expect(windowOf('week', Date.parse('2027-01-01T00:00:00Z'))).toBe('w2026-12-28');
  expect(windowOf('quarter', first)).toBe('2027-q1');
});

test('whatever happens, a period’s sum is its payments’, and never beyond what was agreed', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('collect' as const), minor: fc.bigInt(1n, 60_00n) }),
    fc.record({ do: fc.constant('end' as const), n: fc.nat(20), isPaid: fc.boolean() }),
    fc.record({ do: fc.constant('wait' as const), days: fc.nat(20) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const book = createMandateBook();
      let nowMs = Date.parse('2027-01-01T00:00:00Z');
      const context = (): JournalContext => ({
        nowMs,
        seq: 1,
        ledger: createLedger(),
        insert: () => {},
        update: () => {},
        event: () => ({ seq: 1, ordinal: 0 }),
        send: () => ({ seq: 1, ordinal: 0 }),
        posted: () => {},
        claimKey: () => {},
      });
      const id = 'm';
      const consent = { bytes: Buffer.alloc(0), subjects: [] };
      book.machine.apply({ type: 'propose', terms: terms(id, kek), consent }, context());
      const made: { span: string; minor: bigint; n: number; isOver: boolean }[] = [];
      let all: typeof made = [];
      for (const each of steps) {
        if (each.do === 'wait') nowMs += each.days * DAY_MS;
        else if (each.do === 'collect') {
          const wish = { id, participantId: 'panda', currency: 'CNY', amountMinor: each.minor };
          const done = book.machine.apply({ type: 'collect', ...wish }, context());
          const span = windowOf('month', nowMs);
          const usedMinor = all
            .filter((e) => e.span === span)
            .reduce((sum, e) => sum + e.minor, 0n);
          const fits = each.minor <= 50_00n && usedMinor + each.minor <= 80_00n;
          expect(done.ok).toBe(fits);
          if (done.ok)
            all.push({ span, minor: each.minor, n: done.execution?.n ?? -1, isOver: false });
        } else {
          const found = all.find((e) => e.n === each.n && !e.isOver);
          if (found === undefined) continue;
          const problem = each.isPaid ? null : ('refused_by_payer' as const);
          const ended = { id, n: each.n, attempt: 1, problem, mayRetry: true };
          book.machine.apply({ type: 'ended', ...ended }, context());
          found.isOver = true;
          if (!each.isPaid) all = all.filter((e) => e !== found);
        }
        const mandate = book.mandate(id);
        const sum = all
          .filter((e) => e.span === mandate?.span)
          .reduce((total, e) => total + e.minor, 0n);
        expect(mandate?.usedMinor).toBe(sum);
      }
    }),
    { numRuns: 200 },
  );
});
