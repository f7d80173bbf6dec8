// Starting a payment, push or collect, and reviewing a held one. Judged as one ladder of early
// returns in the contract's order of problems, so that two faults in one request always give the
// same code. What is refused here stays refused under its key. Refunds are refund.ts.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { JournalContext } from '../journal/batch.ts';
import type { Sealable } from '../journal/table.ts';
import { MAX_AMOUNT_MINOR } from '../money/index.ts';
import { defect } from '../runtime/defect.ts';
import { snapshot } from './book.ts';
import { claimOrder } from './claims.ts';
import {
  type Engine,
  instruct,
  isLasting,
  lasts,
  newLeg,
  paymentEvent,
  writePayment,
} from './engine.deps.ts';
import { isCurrencyOpen, reserve } from './money-flow.ts';
import type {
  PaymentResult,
  PrepareCommand,
  ReceiveBulkCommand,
  RefuseCommand,
} from './payment.commands.ts';
import { mayBegin, move } from './payment.states.ts';
import { EXTERNAL_IDS, PAYMENTS } from './payment.tables.ts';
import { isEnded, type Leg, type Order, type Payment, type PaymentState } from './payment.ts';

/** How long a held payment waits for its reviewer at least. */
const REVIEW_MS = 86_400_000;

type Draft = Omit<
  Payment,
  | 'state'
  | 'previousState'
  | 'movements'
  | 'problem'
  | 'endedAtMs'
  | 'createdAtMs'
  | 'createdSeq'
  | 'updatedSeq'
  | 'refundedMinor'
  | 'refundingMinor'
>;

/** A payment that has not begun: it stands in no book and no table, and has moved nothing. */
export function draft(fields: Draft, context: JournalContext): Payment {
  return {
    ...fields,
    state: 'rejected',
    previousState: null,
    movements: [],
    problem: null,
    endedAtMs: null,
    createdAtMs: context.nowMs,
    createdSeq: context.seq,
    updatedSeq: context.seq,
    refundedMinor: 0n,
    refundingMinor: 0n,
  };
}

/** Writes a new payment in its first state, with its event and its key. */
export function begin(
  engine: Engine,
  payment: Payment,
  state: PaymentState,
  context: JournalContext,
  evidence: Sealable | null,
): PaymentResult {
  if (!mayBegin(state)) defect(`a payment cannot begin as ${state}`);
  payment.state = state;
  if (isEnded(state)) payment.endedAtMs = context.nowMs;
  context.insert(PAYMENTS, payment);
  context.claimKey('payment', payment.id);
  if (payment.reference !== null) {
    const connectionId = payment.legs[0]?.connectionId ?? '';
    context.insert(EXTERNAL_IDS, {
      connectionId,
      kind: 'reference',
      externalId: payment.reference,
      paymentId: payment.id,
    });
  }
  engine.book.addPayment(payment);
  if (isLasting(payment)) lasts(engine, payment, context);
  paymentEvent(payment, `payment.${state}`, context, evidence);
  return { ok: true, payment: snapshot(payment) };
}

/** Amounts that no payment can have, and no row could hold. */
export function judgeAmounts(payment: Payment): ProblemCode | null {
  if (payment.amountMinor < 0n) return 'amount_negative';
  if (payment.amountMinor === 0n) return 'amount_zero';
  const isTooLarge =
    payment.amountMinor > MAX_AMOUNT_MINOR || payment.debitMinor > MAX_AMOUNT_MINOR;
  return isTooLarge ? 'amount_too_large' : null;
}

function judgeParties(engine: Engine, payment: Payment): ProblemCode | null {
  const credit = payment.legs[1];
  if (!engine.isActive(payment.payeeParticipantId)) return 'payee_participant_unavailable';
  if (credit === undefined || !engine.can(credit.connectionId, 'push')) return 'payee_not_payable';
  return payment.payer.subjects[0] === payment.payee.subjects[0] ? 'payer_is_payee' : null;
}

function judgeOrder(order: Order | undefined, payment: Payment, nowMs: number): ProblemCode | null {
  if (order === undefined || order.payeeParticipantId !== payment.payeeParticipantId) {
    return 'order_not_found';
  }
  if (order.state === 'paid') return 'order_already_paid';
  if (order.state === 'closed') return 'order_closed';
  if (order.expiresAtMs <= nowMs) return 'order_expired';
  if (order.state === 'claimed') return 'order_already_claimed';
  const same =
    order.currency === payment.currency &&
    order.amountMinor === payment.amountMinor &&
    payment.exchange === null;
  return same ? null : 'order_amount_mismatch';
}

/**
 * Everything that may speak against a payment, in the contract's order. `isNew`: a payment that
 * was held has used up its quote already, and keeps that price.
 */
function judge(
  engine: Engine,
  payment: Payment,
  isNew: boolean,
  context: JournalContext,
): ProblemCode | null {
  if (!engine.isActive(payment.payerParticipantId)) return 'participant_not_active';
  if (!isCurrencyOpen(payment, context)) return 'currency_not_supported';
  const wrong = judgeAmounts(payment) ?? judgeParties(engine, payment);
  if (wrong !== null) return wrong;
  if (isNew && payment.quoteId !== null) {
    const problem = engine.useQuote(payment.quoteId, payment, context);
    if (problem !== null) return problem;
  }
  const { exchange } = payment;
  if (exchange !== null && !engine.isActive(exchange.participantId)) return 'rate_unavailable';
  if (payment.creditMinor <= 0n) return 'fee_exceeds_amount';
  if (payment.orderId !== null) {
    const problem = judgeOrder(engine.book.order(payment.orderId), payment, context.nowMs);
    if (problem !== null) return problem;
  }
  if (payment.expiresAtMs <= context.nowMs) return 'payment_expired';
  const debit = payment.legs[0];
  if (payment.flow === 'collect') {
    // a platform that captures first neither waits nor exchanges
    if (payment.hold !== null || payment.exchange !== null) return 'capability_unsupported';
    if (!(debit && engine.can(debit.connectionId, 'collect'))) return 'capability_unsupported';
  }
  const isPartial = payment.hold?.until === 'capture' && payment.exchange !== null;
  return isPartial ? 'capability_unsupported' : null;
}

/** Reserves and instructs; the state it gives is the payment's next one. */
export function launch(
  engine: Engine,
  payment: Payment,
  context: JournalContext,
): PaymentState | ProblemCode {
  const [debit, credit] = payment.legs as [Leg, Leg];
  const isPush = payment.flow === 'push';
  const refused = reserve(payment, isPush ? 'payer_to_payee' : 'payer_to_transit', context);
  if (refused !== null) return refused;
  if (!isPush) {
    instruct(engine, payment, debit, 'collect', context);
    return 'awaiting_payer';
  }
  claimOrder(engine, payment, context);
  if (payment.hold !== null) return 'reserved';
  instruct(engine, payment, credit, payment.kind === 'refund' ? 'refund' : 'credit', context);
  return 'delivering';
}

const STATES = new Set<string>(['delivering', 'awaiting_payer', 'reserved']);
const isState = (value: PaymentState | ProblemCode): value is PaymentState => STATES.has(value);

/** Begins the payment as what was decided about it. */
export function conclude(
  engine: Engine,
  payment: Payment,
  verdict: PaymentState | ProblemCode,
  context: JournalContext,
  evidence: Sealable | null,
): PaymentResult {
  if (isState(verdict)) {
    engine.policy.began(payment, context);
    return begin(engine, payment, verdict, context, evidence);
  }
  payment.problem = verdict;
  return begin(engine, payment, 'rejected', context, evidence);
}

function draftOf(command: PrepareCommand, context: JournalContext): Payment {
  const { payer, payee } = command;
  const isPush = command.flow === 'push';
  return draft(
    {
      id: command.id,
      kind: 'payment',
      flow: command.flow,
      causeId: null,
      orderId: command.orderId,
      quoteId: command.quoteId,
      payerParticipantId: payer.participantId,
      payeeParticipantId: payee.participantId,
      currency: command.currency,
      amountMinor: command.amountMinor,
      debitMinor: command.debitMinor,
      creditMinor: command.creditMinor,
      feeMinor: command.feeMinor,
      feeParticipantId: command.feeParticipantId,
      hold: command.hold,
      exchange: command.exchange,
      legs: [
        newLeg(0, 'debit', payer, isPush ? 'completed' : 'none'),
        newLeg(1, 'credit', payee, 'none'),
      ],
      reference: command.reference,
      expiresAtMs: command.expiresAtMs,
      payer: payer.party,
      payee: payee.party,
    },
    context,
  );
}

export function prepare(
  engine: Engine,
  command: PrepareCommand,
  context: JournalContext,
): PaymentResult {
  const payment = draftOf(command, context);
  const { evidence } = command;
  if (payment.feeMinor < 0n || payment.debitMinor !== payment.creditMinor + payment.feeMinor) {
    defect(`payment ${payment.id}: debit is not credit and fee`);
  }
  const problem = judge(engine, payment, true, context);
  if (problem !== null) {
    // an amount that no row can hold leaves only the refusal behind
    if (judgeAmounts(payment) === null && payment.creditMinor > 0n) {
      return conclude(engine, payment, problem, context, evidence);
    }
    const { participantId } = command.payer;
    return refuse(
      { type: 'refuse', id: command.id, participantId, code: problem, evidence },
      context,
    );
  }
  const verdict = engine.policy.judge(payment, context);
  if (verdict === 'held') {
    // a reviewer is a person: what the payer's wallet allows for a machine is too short
    const expiresAtMs = Math.max(payment.expiresAtMs, context.nowMs + REVIEW_MS);
    return begin(engine, { ...payment, expiresAtMs }, 'held', context, evidence);
  }
  if (verdict !== 'allow') return conclude(engine, payment, verdict, context, evidence);
  return conclude(engine, payment, launch(engine, payment, context), context, evidence);
}

/** A reviewer releases or declines a held payment; everything is judged anew on release. */
export function review(
  engine: Engine,
  payment: Payment,
  decision: 'release' | 'decline',
  reviewer: string,
  context: JournalContext,
): PaymentResult {
  if (payment.state !== 'held') return { ok: false, code: 'already_resolved' };
  let verdict: PaymentState | ProblemCode = 'policy_refused';
  if (decision === 'release') {
    verdict = judge(engine, payment, false, context) ?? launch(engine, payment, context);
  }
  if (isState(verdict)) {
    engine.policy.began(payment, context);
    move(payment, verdict, context.nowMs, context.seq);
  } else {
    payment.problem = verdict;
    move(payment, 'rejected', context.nowMs, context.seq);
  }
  writePayment(engine, payment, context);
  // who decided is the operator's business: no participant reads it
  context.event({
    type: 'payment.reviewed',
    subjectId: payment.id,
    audience: [],
    body: { id: payment.id, decision, by: reviewer, state: payment.state, atMs: context.nowMs },
  });
  paymentEvent(payment, `payment.${payment.state}`, context, null);
  return { ok: true, payment: snapshot(payment) };
}

/** Remembers a refusal under its key: a late retry of a refused attempt can never succeed. */
export function refuse(command: RefuseCommand, context: JournalContext): PaymentResult {
  context.claimKey(`refused:${command.code}`, command.id);
  context.event({
    type: 'payment.refused',
    subjectId: command.id,
    audience: [command.participantId],
    body: { id: command.id, participant: command.participantId, problem: command.code },
    evidence: command.evidence,
  });
  return { ok: false, code: command.code };
}

/** One message that brings many payments: kept once, as the evidence of them all. */
export function receiveBulk(
  engine: Engine,
  { id, participantId, items, evidence }: ReceiveBulkCommand,
  context: JournalContext,
): PaymentResult {
  if (!engine.isActive(participantId)) return { ok: false, code: 'participant_not_active' };
  context.claimKey('action', id);
  context.event({
    type: 'bulk.received',
    subjectId: id,
    audience: [participantId],
    body: { id, participant: participantId, items },
    evidence,
  });
  return { ok: true, bulkId: id };
}
