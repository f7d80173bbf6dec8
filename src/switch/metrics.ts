// What an operator watches, for Prometheus. Fed by what was committed and answered, after the fact:
// no decision waits for a counter. Labels are few by construction: participants, dialects, route
// templates, codes; never an id of a payment, an account or a path.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ObserveAnswer } from '../http/index.ts';
import type { CommittedBatch } from '../journal/writer.ts';
import { isEnded, legIdOf, type Payment } from '../payments/payment.ts';
import type { Core } from './core.ts';

const LATENCY_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];
const BATCH_SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];
/** Destinations with a series of their own, the fullest first; the others are one, `(others)`. */
const DESTINATIONS_MAX = 50;
/** Legs whose calls are timed at once; beyond it, a payment's own share is not measured. */
const LEGS_TIMED_MAX = 50_000;

export interface Metrics {
  readonly registry: Registry;
  readonly observeAnswer: ObserveAnswer;
  /** Time that a leg's connection took for one call. */
  readonly observeCall: (legId: string, dialect: string, outcome: string, tookMs: number) => void;
  /** From now on the core's commits are counted. */
  follow(core: Core): void;
}

function paymentMetrics(registry: Registry) {
  const registers = [registry];
  const outbound = new Histogram({
    name: 'hutong_leg_call_seconds',
    help: 'Calls to connections, by dialect and outcome',
    labelNames: ['dialect', 'outcome'],
    buckets: LATENCY_SECONDS,
    registers,
  });
  return {
    payments: new Counter({
      name: 'hutong_payments_total',
      help: 'Payments that ended, counted once for each side',
      labelNames: ['participant', 'dialect', 'side', 'kind', 'outcome'],
      registers,
    }),
    problems: new Counter({
      name: 'hutong_payment_problems_total',
      help: 'Payments that ended otherwise than completed, by problem code',
      labelNames: ['code'],
      registers,
    }),
    total: new Histogram({
      name: 'hutong_payment_seconds',
      help: 'From the commit that made a payment to the commit that ended it',
      labelNames: ['outcome'],
      buckets: LATENCY_SECONDS,
      registers,
    }),
    added: new Histogram({
      name: 'hutong_payment_added_seconds',
      help: 'The same, less the time that connections took: what the switch itself adds',
      buckets: LATENCY_SECONDS,
      registers,
    }),
    outbound,
  };
}

function journalMetrics(registry: Registry) {
  const registers = [registry];
  const size = new Histogram({
    name: 'hutong_journal_batch_commands',
    help: 'Commands in a committed batch; heartbeats, which have none, are left out',
    buckets: BATCH_SIZES,
    registers,
  });
  const commit = new Histogram({
    name: 'hutong_journal_commit_seconds',
    help: 'From sending a batch to PostgreSQL until it is durable',
    buckets: LATENCY_SECONDS,
    registers,
  });
  return { size, commit };
}

/** Read when asked, not kept: a look at memory each time Prometheus comes by. */
function gauges(registry: Registry, core: Core): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  const { journal, machine, notices, webhooks } = core;
  const isLeading = () => (journal.role() === 'leading' ? 1 : 0);
  gauge('hutong_journal_leading', 'Whether this instance is the leader', isLeading);
  gauge('hutong_journal_fresh', '1 while this instance may answer', () =>
    Number(journal.isFresh()),
  );
  gauge('hutong_journal_term', 'The term of leadership', journal.term);
  gauge('hutong_journal_seq', 'The newest durable batch', journal.durableSeq);
  gauge('hutong_journal_queue', 'Commands that wait to be decided', journal.backlog);
  gauge('hutong_payments_open', 'Payments without an end', () => machine.book.counts().open);
  gauge('hutong_orders_open', 'Orders without an end', () => machine.book.counts().orders);
  gauge('hutong_notices_due', 'Notices to connections that are not taken yet', () => {
    let due = 0;
    for (const _ of notices.due()) due += 1;
    return due;
  });
  gauge('hutong_webhook_endpoints', 'Active webhook endpoints', () => {
    let active = 0;
    for (const _ of webhooks.active()) active += 1;
    return active;
  });
  laneGauges(registry, core);
}

/** Counts by destination, folded where there are too many of them. */
function bounded(counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  if (counts.size <= DESTINATIONS_MAX) return counts;
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const rest = sorted.slice(DESTINATIONS_MAX).reduce((sum, [, count]) => sum + count, 0);
  return new Map([...sorted.slice(0, DESTINATIONS_MAX), ['(others)', rest]]);
}

function laneGauges(registry: Registry, { delivery, machine }: Core): void {
  const byDestination = (name: string, help: string, read: () => ReadonlyMap<string, number>) =>
    new Gauge({
      name,
      help,
      labelNames: ['connection'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [connection, count] of bounded(read())) this.labels(connection).set(count);
      },
    });
  const lanes = (of: 'inFlight' | 'queued') => () =>
    new Map([...delivery.depth()].map(([connection, lane]) => [connection, lane[of]]));
  byDestination('hutong_lane_in_flight', 'Calls under way', lanes('inFlight'));
  byDestination('hutong_lane_queued', 'Calls that wait for their lane', lanes('queued'));
  byDestination('hutong_legs_in_doubt', 'Legs without a known outcome, asked again', () => {
    const counts = new Map<string, number>();
    for (const payment of machine.book.openPayments()) {
      for (const { inDoubt, connectionId } of payment.legs) {
        if (inDoubt) counts.set(connectionId, (counts.get(connectionId) ?? 0) + 1);
      }
    }
    return counts;
  });
}

function httpMetrics(registry: Registry): ObserveAnswer {
  const registers = [registry];
  const requests = new Histogram({
    name: 'hutong_http_request_seconds',
    help: 'Answered requests by route template, method and status',
    labelNames: ['route', 'method', 'status'],
    buckets: LATENCY_SECONDS,
    registers,
  });
  const problems = new Counter({
    name: 'hutong_problems_total',
    help: 'Refused requests by problem code',
    labelNames: ['code'],
    registers,
  });
  return (route, method, status, code, tookMs) => {
    requests.labels(route, methodOf(method), String(status)).observe(tookMs / 1_000);
    if (code !== null) problems.labels(code).inc();
  };
}

/** Clients may write any word there. */
function methodOf(method: string): string {
  return /^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$/.test(method) ? method : '(other)';
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const money = paymentMetrics(registry);
  const journal = journalMetrics(registry);
  const callMs = new Map<string, number>();

  /** What connections took of a payment's time, told and forgotten. */
  function takeCalls({ id, legs }: Payment): number | null {
    let sum: number | null = null;
    for (const { n } of legs) {
      const legId = legIdOf(id, n);
      const tookMs = callMs.get(legId);
      if (tookMs === undefined) continue;
      callMs.delete(legId);
      sum = (sum ?? 0) + tookMs;
    }
    return sum;
  }

  function ended(payment: Payment, core: Core, atMs: number): void {
    const { kind, state, legs } = payment;
    const { view } = core.participants;
    for (const { participantId, connectionId, role } of legs) {
      const dialect = view.connection(connectionId)?.dialect ?? '(none)';
      const side = role === 'debit' ? 'payer' : 'payee';
      money.payments.labels(participantId, dialect, side, kind, state).inc();
    }
    if (state !== 'completed') money.problems.labels(payment.problem ?? '(none)').inc();
    const totalMs = Math.max(0, atMs - payment.createdAtMs);
    money.total.labels(state).observe(totalMs / 1_000);
    const calls = takeCalls(payment);
    if (calls !== null) money.added.observe(Math.max(0, totalMs - calls) / 1_000);
  }

  function committed({ events, atMs, commands, tookMs }: CommittedBatch, core: Core): void {
    journal.commit.observe(tookMs / 1_000);
    if (commands > 0) journal.size.observe(commands);
    for (const { type, subjectId } of events) {
      if (!ENDS.has(type)) continue;
      const payment = core.machine.book.payment(subjectId);
      if (payment !== undefined && isEnded(payment.state)) ended(payment, core, atMs);
    }
  }

  return {
    registry,
    observeAnswer: httpMetrics(registry),
    observeCall(legId, dialect, outcome, tookMs) {
      money.outbound.labels(dialect, outcome).observe(tookMs / 1_000);
      const before = callMs.get(legId);
      if (before === undefined && callMs.size >= LEGS_TIMED_MAX) return;
      callMs.set(legId, (before ?? 0) + tookMs);
    },
    follow(core) {
      gauges(registry, core);
      core.journal.onCommit((batch) => committed(batch, core));
    },
  };
}

const ENDS: ReadonlySet<string> = new Set([
  'payment.completed',
  'payment.rejected',
  'payment.expired',
  'payment.returned',
]);
