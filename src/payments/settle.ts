// What a connection's answer does to its payment. A final answer is taken once; the opposite of
// what was recorded is a contradiction, written down with its evidence; nothing is ever guessed.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { JournalContext } from '../journal/batch.ts';
import { snapshot } from './book.ts';
import { type Engine, instruct, newLeg, paymentEvent, writePayment } from './engine.deps.ts';
import { post, reserve, reserveFact, voidAll } from './money-flow.ts';
import type { PaymentResult, SettleCommand } from './payment.commands.ts';
import { move } from './payment.states.ts';
import { isEnded, type Leg, type Payment, type PaymentState } from './payment.ts';
import { begin, claimOrder } from './prepare.ts';

type Fact = Exclude<SettleCommand['outcome'], 'pending'>;

export function settle(
  engine: Engine,
  command: SettleCommand,
  context: JournalContext,
): PaymentResult {
  const payment = engine.book.payment(command.paymentId);
  const leg = payment?.legs[command.leg];
  if (payment === undefined || leg === undefined) return { ok: false, code: 'payment_not_found' };
  if (command.connectionId !== null && command.connectionId !== leg.connectionId) {
    return { ok: false, code: 'payment_not_found' };
  }
  if (leg.state === 'none') return { ok: false, code: 'transition_refused' };
  if (leg.state !== 'sent') return known(engine, payment, leg, command, context);
  leg.externalId = command.externalId ?? leg.externalId;
  if (command.record !== undefined) leg.record = command.record;
  if (command.outcome === 'pending') return doubt(engine, payment, leg, context);
  leg.state = command.outcome;
  leg.inDoubt = false;
  // what began the closing or returning stays the reason
  if (command.outcome !== 'completed') payment.problem ??= reasonOf(command, leg);
  apply(engine, payment, leg, command.outcome, context);
  writePayment(engine, payment, context);
  paymentEvent(payment, `payment.${payment.state}`, context, command.evidence);
  return { ok: true, payment: snapshot(payment) };
}

function reasonOf(command: SettleCommand, leg: Leg): ProblemCode {
  if (command.problem !== null) return command.problem;
  if (command.outcome === 'not_sent') return 'payee_participant_unavailable';
  return leg.role === 'debit' ? 'refused_by_payer' : 'refused_by_payee';
}

/** Marks the leg in doubt, once: the reservation stays until it is known. */
function doubt(engine: Engine, payment: Payment, leg: Leg, context: JournalContext): PaymentResult {
  if (leg.instruction === 'collect' && payment.expiresAtMs > context.nowMs) {
    // the payer has been asked and has not answered: nothing is in doubt yet
    writePayment(engine, payment, context);
  } else if (!leg.inDoubt) {
    leg.inDoubt = true;
    writePayment(engine, payment, context);
    paymentEvent(payment, 'payment.in_doubt', context, null);
  }
  return { ok: true, payment: snapshot(payment) };
}

/** The leg was settled before. */
function known(
  engine: Engine,
  payment: Payment,
  leg: Leg,
  command: SettleCommand,
  context: JournalContext,
): PaymentResult {
  if (command.outcome === 'pending' || command.outcome === leg.state) {
    return { ok: true, payment: snapshot(payment) };
  }
  const isCapture = leg.instruction === 'collect' || leg.instruction === 'close';
  if (isCapture && command.outcome === 'completed') {
    return linkedReturn(engine, payment, leg, command, context);
  }
  paymentEvent(payment, 'payment.contradicted', context, command.evidence);
  return { ok: false, code: 'outcome_contradicts' };
}

/** The platform captured although it had confirmed the order closed: the payer gets it back. */
function linkedReturn(
  engine: Engine,
  cause: Payment,
  leg: Leg,
  command: SettleCommand,
  context: JournalContext,
): PaymentResult {
  leg.state = 'completed';
  leg.externalId = command.externalId ?? leg.externalId;
  writePayment(engine, cause, context);
  paymentEvent(cause, 'payment.contradicted', context, command.evidence);
  const back: Payment = {
    ...cause,
    id: command.returnId,
    kind: 'return',
    flow: 'collect',
    causeId: cause.id,
    quoteId: null,
    orderId: null,
    state: 'returning',
    previousState: null,
    movements: [],
    legs: [{ ...leg, n: 0 }, newLeg(1, 'credit', leg, 'none')],
    problem: cause.problem,
    reference: null,
    createdAtMs: context.nowMs,
    createdSeq: context.seq,
    updatedSeq: context.seq,
    endedAtMs: null,
    refundedMinor: 0n,
    refundingMinor: 0n,
  };
  reserveFact(back, 'payer_to_transit', context);
  post(back, context);
  reserveFact(back, 'transit_to_payer', context);
  instruct(engine, back, back.legs[1] as Leg, 'refund', context);
  return begin(engine, back, 'returning', context, null);
}

function to(payment: Payment, state: PaymentState, context: JournalContext): void {
  move(payment, state, context.nowMs, context.seq);
}

function apply(
  engine: Engine,
  payment: Payment,
  leg: Leg,
  fact: Fact,
  context: JournalContext,
): void {
  if (payment.state === 'returning') returned(engine, payment, leg, fact, context);
  else if (leg.instruction === 'collect' || leg.instruction === 'close') {
    if (fact === 'completed') captured(engine, payment, context);
    else closed(engine, payment, context);
  } else if (payment.flow === 'push') delivered(engine, payment, fact, context);
  else credited(engine, payment, fact, context);
}

/** Push: the payee's answer ends the payment. */
function delivered(engine: Engine, payment: Payment, fact: Fact, context: JournalContext): void {
  const isCompleted = fact === 'completed';
  if (isCompleted) post(payment, context);
  else voidAll(payment, context);
  to(payment, isCompleted ? 'completed' : 'rejected', context);
  const original =
    payment.kind === 'refund' ? engine.book.payment(payment.causeId ?? '') : undefined;
  if (original !== undefined) {
    original.refundingMinor -= payment.amountMinor;
    if (isCompleted) original.refundedMinor += payment.amountMinor;
    writePayment(engine, original, context);
  }
  freeOrder(engine, payment, isCompleted, context);
}

/** Collect: the payer's platform has the money. Post it to transit, and credit the payee, or return it. */
function captured(engine: Engine, payment: Payment, context: JournalContext): void {
  post(payment, context);
  to(payment, 'paid_in', context);
  payment.problem = null;
  const order = payment.orderId === null ? undefined : engine.book.order(payment.orderId);
  if (payment.orderId !== null && order?.state !== 'open') {
    payment.problem = order?.state === 'closed' ? 'order_closed' : 'order_already_paid';
    giveBack(engine, payment, context);
    return;
  }
  if (order !== undefined) {
    claimOrder(engine, order, payment.id, 'claimed', context);
    for (const rival of engine.book.rivals(order.id, payment.id)) {
      if (rival.state === 'awaiting_payer') close(engine, rival, 'order_already_claimed', context);
    }
  }
  const refused = engine.isActive(payment.payeeParticipantId)
    ? reserve(payment, 'transit_to_payee', context, true)
    : 'payee_participant_unavailable';
  if (refused !== null) {
    payment.problem = refused;
    giveBack(engine, payment, context);
    freeOrder(engine, payment, false, context);
    return;
  }
  instruct(engine, payment, payment.legs[1] as Leg, 'credit', context);
  to(payment, 'delivering', context);
}

/** Collect: the payee was, or was not, credited with what stands in transit. */
function credited(engine: Engine, payment: Payment, fact: Fact, context: JournalContext): void {
  if (fact === 'completed') {
    post(payment, context);
    to(payment, 'completed', context);
    freeOrder(engine, payment, true, context);
    return;
  }
  voidAll(payment, context);
  giveBack(engine, payment, context);
  freeOrder(engine, payment, false, context);
}

/** From paid-in, failure leads only to giving the money back through the platform it came from. */
function giveBack(engine: Engine, payment: Payment, context: JournalContext): void {
  const debit = payment.legs[0] as Leg;
  const back = newLeg(payment.legs.length, 'credit', debit, 'none');
  payment.legs.push(back);
  reserveFact(payment, 'transit_to_payer', context);
  instruct(engine, payment, back, 'refund', context);
  to(payment, 'returning', context);
}

/** A return that is refused is tried again, and shown to an operator: the money is not ours to keep. */
function returned(
  engine: Engine,
  payment: Payment,
  leg: Leg,
  fact: Fact,
  context: JournalContext,
): void {
  if (fact === 'completed') {
    post(payment, context);
    to(payment, 'returned', context);
    return;
  }
  leg.state = 'sent';
  leg.inDoubt = true;
  engine.book.settle(payment);
  paymentEvent(payment, 'payment.return_refused', context, null);
}

/** Takes an unanswered collect back; it ends only when the platform confirms. */
export function close(
  engine: Engine,
  payment: Payment,
  problem: ProblemCode,
  context: JournalContext,
): void {
  payment.problem = problem;
  instruct(engine, payment, payment.legs[0] as Leg, 'close', context);
  to(payment, 'closing', context);
  writePayment(engine, payment, context);
  paymentEvent(payment, 'payment.closing', context, null);
}

function closed(engine: Engine, payment: Payment, context: JournalContext): void {
  voidAll(payment, context);
  const isExpired = payment.state === 'closing' && payment.problem === 'payment_expired';
  to(payment, isExpired ? 'expired' : 'rejected', context);
  engine.book.settle(payment);
}

/** The winner of an order has ended: the order is paid, or open to another wallet again. */
function freeOrder(
  engine: Engine,
  payment: Payment,
  isPaid: boolean,
  context: JournalContext,
): void {
  const order = payment.orderId === null ? undefined : engine.book.order(payment.orderId);
  if (order === undefined || order.winnerId !== payment.id) return;
  if (isPaid) claimOrder(engine, order, payment.id, 'paid', context);
  else {
    const isOver = order.expiresAtMs <= context.nowMs;
    claimOrder(engine, order, null, isOver ? 'closed' : 'open', context);
  }
}

/** Time is up. What may already have moved money is only marked; the rest ends or is closed. */
export function expire(engine: Engine, payment: Payment, context: JournalContext): PaymentResult {
  if (isEnded(payment.state) || payment.expiresAtMs > context.nowMs) {
    return { ok: true, payment: snapshot(payment) };
  }
  switch (payment.state) {
    case 'held':
    case 'reserved':
      voidAll(payment, context);
      payment.problem = 'payment_expired';
      to(payment, 'expired', context);
      writePayment(engine, payment, context);
      paymentEvent(payment, 'payment.expired', context, null);
      break;
    case 'awaiting_payer':
      close(engine, payment, 'payment_expired', context);
      break;
    default: {
      const open = payment.legs.find((leg) => leg.state === 'sent');
      if (open !== undefined) return doubt(engine, payment, open, context);
    }
  }
  return { ok: true, payment: snapshot(payment) };
}
