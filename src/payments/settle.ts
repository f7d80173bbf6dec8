// What a connection's answer does to its payment. A final answer is taken once; the opposite of
// what was recorded is a contradiction, written down with its evidence; nothing is ever guessed.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { JournalContext } from '../journal/batch.ts';
import type { Sealable } from '../journal/table.ts';
import { required } from '../runtime/defect.ts';
import { snapshot } from './book.ts';
import { claimOrder, closeAttempt, concludeOrder } from './claims.ts';
import {
  contradictionEvent,
  type Engine,
  instruct,
  lasts,
  paymentEvent,
  writePayment,
} from './engine.deps.ts';
import { isCurrencyOpen, post, reserve, voidAll } from './money-flow.ts';
import type { PaymentResult, SettleCommand } from './payment.commands.ts';
import { move } from './payment.states.ts';
import { isEnded, type Leg, type Payment, type PaymentState } from './payment.ts';
import { giveBack, linkedReturn, returnRefused } from './returns.ts';

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
  if (leg.state === 'none') return unasked(engine, payment, leg, command, context);
  if (leg.state !== 'sent') return known(engine, payment, leg, command, context);
  const { outcome, evidence } = command;
  const hasLearned = learn(leg, command);
  // a close that never left says nothing of the collect before it, which did
  const isOpen = outcome === 'pending' || (outcome === 'not_sent' && leg.instruction === 'close');
  if (isOpen) return doubt(engine, payment, leg, hasLearned, context, evidence);
  // what began the closing or returning stays the reason
  if (outcome !== 'completed') payment.problem ??= reasonOf(command, leg);
  if (outcome !== 'completed' && payment.state === 'returning') {
    returnRefused(engine, payment, leg, context, evidence);
    return { ok: true, payment: snapshot(payment) };
  }
  leg.state = outcome;
  leg.inDoubt = false;
  apply(engine, payment, leg, outcome, context);
  writePayment(engine, payment, context);
  paymentEvent(payment, `payment.${payment.state}`, context, evidence);
  return { ok: true, payment: snapshot(payment) };
}

/** Takes in what the connection calls it; true where that is news. */
function learn(leg: Leg, command: SettleCommand): boolean {
  const { externalId, record } = leg;
  leg.externalId = command.externalId ?? externalId;
  if (command.record !== undefined) leg.record = command.record;
  return leg.externalId !== externalId || leg.record !== record;
}

function reasonOf(command: SettleCommand, leg: Leg): ProblemCode {
  if (command.problem !== null) return command.problem;
  if (leg.role === 'debit') return 'refused_by_payer';
  return command.outcome === 'not_sent' ? 'payee_participant_unavailable' : 'refused_by_payee';
}

/** Marks the leg in doubt, once: the reservation stays until it is known. */
function doubt(
  engine: Engine,
  payment: Payment,
  leg: Leg,
  hasLearned: boolean,
  context: JournalContext,
  evidence: Sealable | null,
): PaymentResult {
  // a payer who was asked and has not answered leaves nothing in doubt: expiry takes it back
  const isNews = !leg.inDoubt && leg.instruction !== 'collect';
  if (isNews) leg.inDoubt = true;
  const isLate = payment.expiresAtMs <= context.nowMs;
  if (isLate && engine.book.lasting(payment.id) === undefined) lasts(engine, payment, context);
  if (isNews || hasLearned) writePayment(engine, payment, context);
  if (isNews) paymentEvent(payment, 'payment.in_doubt', context, evidence);
  return { ok: true, payment: snapshot(payment) };
}

/** Nothing was asked of this leg, and yet it answers. */
function unasked(
  engine: Engine,
  payment: Payment,
  leg: Leg,
  command: SettleCommand,
  context: JournalContext,
): PaymentResult {
  if (command.outcome !== 'completed') return { ok: false, code: 'transition_refused' };
  if (leg.role === 'credit' || !isCurrencyOpen(payment, context)) {
    return contradicted(payment, leg, command, context);
  }
  // captured without having been asked: what was only held ends here, and the payer gets it back
  if (payment.state === 'held') {
    payment.problem = 'outcome_contradicts';
    move(payment, 'rejected', context.nowMs, context.seq);
    paymentEvent(payment, 'payment.rejected', context, null);
  }
  return linkedReturn(engine, payment, leg, command, context);
}

/** The leg was settled before. */
function known(
  engine: Engine,
  payment: Payment,
  leg: Leg,
  command: SettleCommand,
  context: JournalContext,
): PaymentResult {
  const { outcome, externalId } = command;
  const isCapture = leg.instruction === 'collect' || leg.instruction === 'close';
  const isCompleted = outcome === 'completed';
  if (isCapture && isCompleted && leg.state !== 'completed') {
    return linkedReturn(engine, payment, leg, command, context);
  }
  if (outcome === 'pending') return { ok: true, payment: snapshot(payment) };
  // rejected and not_sent agree: no money moved
  const isSame = isCompleted === (leg.state === 'completed');
  const isOther = externalId !== null && leg.externalId !== null && externalId !== leg.externalId;
  // one leg captured twice, under two ids of the platform, is money that nobody asked for
  if (!isSame || (isCapture && isCompleted && isOther)) {
    return contradicted(payment, leg, command, context);
  }
  if (leg.externalId === null && externalId !== null) {
    leg.externalId = externalId;
    writePayment(engine, payment, context);
  }
  return { ok: true, payment: snapshot(payment) };
}

function contradicted(
  payment: Payment,
  leg: Leg,
  command: SettleCommand,
  context: JournalContext,
): PaymentResult {
  contradictionEvent(payment, leg, command, context, command.evidence);
  return { ok: false, code: 'outcome_contradicts' };
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
  if (payment.state === 'returning') {
    post(payment, context);
    to(payment, 'returned', context);
  } else if (leg.instruction === 'collect' || leg.instruction === 'close') {
    if (fact === 'completed') captured(engine, payment, context);
    else closed(payment, context);
  } else if (payment.flow === 'push') delivered(engine, payment, fact, context);
  else credited(engine, payment, fact, context);
}

/** Push: the payee's answer ends the payment. */
function delivered(engine: Engine, payment: Payment, fact: Fact, context: JournalContext): void {
  const isCompleted = fact === 'completed';
  if (isCompleted) post(payment, context);
  else voidAll(payment, context);
  to(payment, isCompleted ? 'completed' : 'rejected', context);
  if (payment.kind === 'refund') {
    const original = required(engine.book.payment(payment.causeId ?? ''), 'the refunded payment');
    original.refundingMinor -= payment.amountMinor;
    if (isCompleted) original.refundedMinor += payment.amountMinor;
    writePayment(engine, original, context);
  }
  concludeOrder(engine, payment, isCompleted, context);
}

/** Why the payee cannot have what was captured, if so. */
function judgeCapture(
  engine: Engine,
  payment: Payment,
  context: JournalContext,
): ProblemCode | null {
  const order = payment.orderId === null ? undefined : engine.book.order(payment.orderId);
  if (payment.orderId !== null) {
    if (order?.state === 'closed') return 'order_closed';
    if (order?.state === 'claimed') return 'order_already_claimed';
    if (order?.state !== 'open') return 'order_already_paid';
  }
  if (!engine.isActive(payment.payeeParticipantId)) return 'payee_participant_unavailable';
  const credit = payment.legs[1];
  return credit !== undefined && engine.can(credit.connectionId, 'push')
    ? reserve(payment, 'transit_to_payee', context, true)
    : 'payee_not_payable';
}

/**
 * Collect: the payer's platform has the money. Post it to transit, and credit the payee, or return
 * it.
 */
function captured(engine: Engine, payment: Payment, context: JournalContext): void {
  post(payment, context);
  to(payment, 'paid_in', context);
  payment.problem = judgeCapture(engine, payment, context);
  if (payment.problem !== null) return giveBack(engine, payment, context);
  claimOrder(engine, payment, context);
  instruct(engine, payment, payment.legs[1] as Leg, 'credit', context);
  to(payment, 'delivering', context);
}

/** Collect: the payee was, or was not, credited with what stands in transit. */
function credited(engine: Engine, payment: Payment, fact: Fact, context: JournalContext): void {
  if (fact === 'completed') {
    post(payment, context);
    to(payment, 'completed', context);
  } else {
    voidAll(payment, context);
    giveBack(engine, payment, context);
  }
  concludeOrder(engine, payment, fact === 'completed', context);
}

function closed(payment: Payment, context: JournalContext): void {
  voidAll(payment, context);
  const isExpired = payment.state === 'closing' && payment.problem === 'payment_expired';
  to(payment, isExpired ? 'expired' : 'rejected', context);
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
      concludeOrder(engine, payment, false, context);
      writePayment(engine, payment, context);
      paymentEvent(payment, 'payment.expired', context, null);
      break;
    case 'awaiting_payer':
      closeAttempt(engine, payment, 'payment_expired', context);
      break;
    default: {
      const open = payment.legs.find((leg) => leg.state === 'sent');
      if (open !== undefined) return doubt(engine, payment, open, false, context, null);
    }
  }
  return { ok: true, payment: snapshot(payment) };
}
