// Money that is reserved and waits: captured in full or in part, released, or moved by whoever
// shows the preimage of its condition. What nobody takes in time expires, which is settle.ts.
import { createHash } from 'node:crypto';
import type { ProblemCode } from '@hutong/sdk/contract';
import type { JournalContext } from '../journal/batch.ts';
import { snapshot } from './book.ts';
import { concludeOrder } from './claims.ts';
import { type Engine, instruct, paymentEvent, writePayment } from './engine.deps.ts';
import { recut, voidAll } from './money-flow.ts';
import type {
  CaptureCommand,
  FulfilCommand,
  PaymentResult,
  ReleaseCommand,
} from './payment.commands.ts';
import { move } from './payment.states.ts';
import type { Hold, Leg, Payment } from './payment.ts';
import { refuse as rememberRefusal } from './prepare.ts';

type Asked = CaptureCommand | ReleaseCommand | FulfilCommand;

const refused = (code: ProblemCode): PaymentResult => ({ ok: false, code });

/** A late retry of a refused request stays refused. */
function refuse(
  code: ProblemCode,
  { id, requesterParticipantId: by }: Asked,
  context: JournalContext,
): PaymentResult {
  return rememberRefusal({ type: 'refuse', id, participantId: by, code, evidence: null }, context);
}

function isPartOf(payment: Payment, participantId: string): boolean {
  const { payerParticipantId, payeeParticipantId, exchange } = payment;
  return [payerParticipantId, payeeParticipantId, exchange?.participantId].includes(participantId);
}

/** Why the hold cannot be acted on now. */
function judge(
  payment: Payment,
  until: Hold['until'],
  context: JournalContext,
): ProblemCode | null {
  if (payment.hold?.until !== until) return 'transition_refused';
  if (payment.state === 'expired') return 'payment_expired';
  if (payment.state !== 'reserved') return 'already_resolved';
  return payment.expiresAtMs <= context.nowMs ? 'payment_expired' : null;
}

/** The payee is told to take the money: from here on it is a payment like any other. */
function deliver(engine: Engine, payment: Payment, context: JournalContext): PaymentResult {
  // the key stands for what was done to the payment, which another key stands for
  context.claimKey('action', payment.id);
  move(payment, 'delivering', context.nowMs, context.seq);
  instruct(engine, payment, payment.legs[1] as Leg, 'credit', context);
  writePayment(engine, payment, context);
  paymentEvent(payment, 'payment.delivering', context, null);
  return { ok: true, payment: snapshot(payment) };
}

/** The fee of a part is the same part of the fee, rounded down: never more than was agreed. */
function takePart(payment: Payment, amountMinor: bigint, context: JournalContext): void {
  const { amountMinor: wholeMinor, debitMinor } = payment;
  const byPayer = debitMinor > wholeMinor;
  const feeMinor = (payment.feeMinor * amountMinor) / wholeMinor;
  payment.amountMinor = amountMinor;
  payment.feeMinor = feeMinor;
  payment.debitMinor = byPayer ? amountMinor + feeMinor : amountMinor;
  payment.creditMinor = payment.debitMinor - feeMinor;
  recut(payment, context);
}

export function capture(
  engine: Engine,
  command: CaptureCommand,
  context: JournalContext,
): PaymentResult {
  const payment = engine.book.payment(command.paymentId);
  const { requesterParticipantId: by } = command;
  if (payment === undefined || !isPartOf(payment, by)) return refused('payment_not_found');
  if (payment.payeeParticipantId !== by) return refuse('not_permitted', command, context);
  const wrong = judge(payment, 'capture', context);
  if (wrong !== null) return refuse(wrong, command, context);
  const amountMinor = command.amountMinor ?? payment.amountMinor;
  if ((command.currency ?? payment.currency) !== payment.currency) {
    return refuse('refund_currency_mismatch', command, context);
  }
  if (amountMinor <= 0n) {
    return refuse(amountMinor < 0n ? 'amount_negative' : 'amount_zero', command, context);
  }
  if (amountMinor > payment.amountMinor) return refuse('capture_exceeds_hold', command, context);
  if (amountMinor < payment.amountMinor) {
    // an order is paid as it was asked for, or not at all
    if (payment.orderId !== null) return refuse('order_amount_mismatch', command, context);
    takePart(payment, amountMinor, context);
  }
  return deliver(engine, payment, context);
}

export function release(
  engine: Engine,
  command: ReleaseCommand,
  context: JournalContext,
): PaymentResult {
  const payment = engine.book.payment(command.paymentId);
  const { requesterParticipantId: by } = command;
  if (payment === undefined || !isPartOf(payment, by)) return refused('payment_not_found');
  // the payer has promised it until it expires
  if (payment.payeeParticipantId !== by) return refuse('not_permitted', command, context);
  if (payment.hold === null) return refuse('transition_refused', command, context);
  if (payment.state !== 'reserved') return refuse('already_resolved', command, context);
  context.claimKey('action', payment.id);
  voidAll(payment, context);
  payment.problem = 'refused_by_payee';
  move(payment, 'rejected', context.nowMs, context.seq);
  concludeOrder(engine, payment, false, context);
  writePayment(engine, payment, context);
  paymentEvent(payment, 'payment.rejected', context, null);
  return { ok: true, payment: snapshot(payment) };
}

/** Whether `fulfilment` is the preimage of `condition`; both 32 bytes, base64url. */
function fulfils(condition: string, fulfilment: string): boolean {
  const preimage = Buffer.from(fulfilment, 'base64url');
  return createHash('sha256').update(preimage).digest('base64url') === condition;
}

export function fulfil(
  engine: Engine,
  command: FulfilCommand,
  context: JournalContext,
): PaymentResult {
  const payment = engine.book.payment(command.paymentId);
  const { requesterParticipantId: by, fulfilment } = command;
  if (payment === undefined || !isPartOf(payment, by)) return refused('payment_not_found');
  const wrong = judge(payment, 'fulfilment', context);
  if (wrong !== null) return refuse(wrong, command, context);
  const { hold } = payment;
  if (hold?.until !== 'fulfilment' || !fulfils(hold.condition, fulfilment)) {
    return refuse('fulfilment_mismatch', command, context);
  }
  payment.hold = { ...hold, fulfilment };
  return deliver(engine, payment, context);
}
