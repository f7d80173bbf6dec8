// Makes the payments of mandates: an order in the payee's name and a collection at the payer's
// wallet, through the payments service. Only the leader does. Each attempt has a key of its own,
// mandate, number and attempt, so that whatever dies in between, it moves money once.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { Journal } from '../journal/journal.ts';
import { openParty } from '../payments/party-file.ts';
import { isEnded } from '../payments/payment.ts';
import type { Credential, PaymentsPort } from '../payments/port.ts';
import { definitionOf } from '../problems/index.ts';
import type { Clock } from '../runtime/clock.ts';
import type { MandateBook } from './mandate.machine.ts';
import type { Execution, Mandate } from './mandate.ts';

const LOOK_EVERY_MS = 250;
/** Payments that are begun at the same time: a day's first minute is everybody's. */
const LANES = 64;

/** The payer may have the money later, or the way to them be open again. */
const PASSING: ReadonlySet<ProblemCode> = new Set([
  'refused_by_payer',
  'limit_exceeded',
  'payment_expired',
  'participant_not_active',
  'participant_suspended',
  'payee_participant_unavailable',
]);

/** How the payer's wallet knows that its user has agreed already. */
const referenceOf = (mandateId: string): string => `mandate:${mandateId}`;

export function createCollector(deps: {
  readonly journal: Journal;
  readonly book: MandateBook;
  /** Its `collect` takes a mandate's id for the alias of the payer. */
  readonly payments: Pick<
    PaymentsPort,
    'createOrder' | 'closeOrder' | 'collect' | 'payment' | 'order'
  >;
  /** False while a payment is known to be under way: then nothing has to be read. */
  readonly mayHaveEnded: (paymentId: string) => boolean;
  readonly clock: Clock;
  readonly onDefect: (error: unknown) => void;
}): { look(): Promise<void>; stop(): void } {
  const { journal, book, payments, clock } = deps;
  const { machine } = book;
  const busy = new Set<string>();
  let isStopped = false;

  const credentialOf = (mandate: Readonly<Mandate>): Credential => ({
    participantId: mandate.payeeParticipantId,
    connectionId: mandate.payeeConnectionId,
    keyId: '',
  });

  /** No client's key has spaces, so that nobody can take it before. */
  function askedFor(mandate: Readonly<Mandate>, { n, attempt, amountMinor }: Execution) {
    const key = `mandate ${mandate.id} ${n} ${attempt}`;
    const content = `${key} ${amountMinor}`;
    return { credential: credentialOf(mandate), idempotencyKey: key, content, evidence: null };
  }

  async function end(
    { mandateId: id, n, attempt }: Readonly<Execution>,
    problem: ProblemCode | null,
    mayRetry = problem !== null && PASSING.has(problem),
  ): Promise<void> {
    await journal.submit(machine, { type: 'ended', id, n, attempt, problem, mayRetry });
  }

  /** What was only not decided is asked again, under the same key. */
  const isUndecided = (code: ProblemCode) => definitionOf(code).retry === 'same_key';

  /** After a failure nobody else shall pay the order, for it may be tried again. */
  async function close(
    mandate: Readonly<Mandate>,
    execution: Readonly<Execution>,
    orderId: string,
  ) {
    const asked = askedFor(mandate, execution);
    return payments.closeOrder({ ...asked, orderId, content: `close ${asked.content}` });
  }

  async function fail(
    mandate: Readonly<Mandate>,
    execution: Readonly<Execution>,
    orderId: string | null,
    problem: ProblemCode,
  ): Promise<void> {
    if (orderId === null) return end(execution, problem);
    const closed = await close(mandate, execution, orderId);
    if (closed.ok) return end(execution, problem);
    const { code } = closed.problem;
    if (isUndecided(code)) return;
    await end(execution, code, false);
  }

  async function asked(
    execution: Readonly<Execution>,
    orderId: string,
    paymentId: string,
  ): Promise<void> {
    const { mandateId: id, n, attempt } = execution;
    await journal.submit(machine, { type: 'asked', id, n, attempt, orderId, paymentId });
  }

  /** Ended before it was asked, as far as this process knows: only what was begun goes on. */
  async function giveUp(mandate: Readonly<Mandate>, execution: Readonly<Execution>): Promise<void> {
    const { credential, idempotencyKey } = askedFor(mandate, execution);
    const order = await payments.order(credential, { by: 'key', idempotencyKey });
    if (!order.ok && order.problem.code !== 'order_not_found') return;
    const begun = await payments.payment(credential, { by: 'key', idempotencyKey });
    if (begun.ok && order.ok) return asked(execution, order.value.id, begun.value.payment.id);
    if (!begun.ok && begun.problem.code !== 'payment_not_found') return;
    await fail(mandate, execution, order.ok ? order.value.id : null, 'transition_refused');
  }

  async function begin(mandate: Readonly<Mandate>, execution: Readonly<Execution>): Promise<void> {
    if (mandate.status !== 'active') return giveUp(mandate, execution);
    const wish = askedFor(mandate, execution);
    const { account, name, note } = openParty(mandate.payee);
    const order = await payments.createOrder({
      ...wish,
      payee: { account, name },
      amount: { currency: mandate.currency, minor: execution.amountMinor },
      reference: null,
      description: note,
      record: null,
      expiresAtMs: null,
    });
    if (!order.ok) {
      const { code } = order.problem;
      return isUndecided(code) ? undefined : end(execution, code);
    }
    const orderId = order.value.id;
    const payment = await payments.collect({
      ...wish,
      orderId,
      payerAlias: mandate.id,
      reference: referenceOf(mandate.id),
      waitMs: 0,
    });
    if (payment.ok) return asked(execution, orderId, payment.value.payment.id);
    const { code } = payment.problem;
    if (!isUndecided(code)) await fail(mandate, execution, orderId, code);
  }

  async function follow(
    mandate: Readonly<Mandate>,
    execution: Readonly<Execution>,
    paymentId: string,
  ): Promise<void> {
    if (!deps.mayHaveEnded(paymentId)) return;
    const seen = await payments.payment(credentialOf(mandate), { by: 'id', id: paymentId });
    if (!seen.ok || !isEnded(seen.value.state)) return;
    if (seen.value.state === 'completed') return end(execution, null);
    const isLate = seen.value.state === 'expired';
    const problem = seen.value.payment.problem ?? (isLate ? 'payment_expired' : 'refused_by_payer');
    await fail(mandate, execution, execution.orderId, problem);
  }

  async function work(execution: Readonly<Execution>): Promise<void> {
    const mandate = book.mandate(execution.mandateId);
    if (mandate === undefined) return;
    // as it stands at the start: it changes only by commands, and those are ours
    const now = { ...execution };
    if (now.paymentId !== null) return follow(mandate, now, now.paymentId);
    if (now.dueAtMs <= clock.nowMs() || mandate.status !== 'active') await begin(mandate, now);
  }

  async function once(key: string, act: () => Promise<unknown>): Promise<void> {
    if (busy.has(key) || busy.size >= LANES) return;
    busy.add(key);
    try {
      await act();
    } catch (error) {
      deps.onDefect(error);
    } finally {
      busy.delete(key);
    }
  }

  /** Exposed for tests that move the clock by hand. */
  async function look(): Promise<void> {
    if (isStopped || !journal.isFresh()) return;
    const all: Promise<void>[] = [];
    for (const { id } of book.ticking(clock.nowMs())) {
      all.push(once(id, () => journal.submit(machine, { type: 'tick', id })));
    }
    for (const execution of book.open()) {
      const key = `${execution.mandateId}/${execution.n}`;
      all.push(once(key, () => work(execution)));
    }
    await Promise.all(all);
  }

  const timer = setInterval(() => void look().catch(deps.onDefect), LOOK_EVERY_MS);
  timer.unref();
  return {
    look,
    stop() {
      isStopped = true;
      clearInterval(timer);
    },
  };
}
