// Starting a payment: push, collect and refund. Judged as one ladder of early returns, so that two
// faults in one request always give the same code. What is refused here stays refused under its key.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { JournalContext } from '../journal/batch.ts';
import type { Sealable } from '../journal/table.ts';
import { defect } from '../runtime/defect.ts';
import { snapshot } from './book.ts';
import {
  type Engine,
  instruct,
  newLeg,
  paymentEvent,
  writeOrder,
  writePayment,
} from './engine.deps.ts';
import { reserve } from './money-flow.ts';
import type {
  PaymentResult,
  PrepareCommand,
  RefundCommandData,
  RefuseCommand,
} from './payment.commands.ts';
import { mayBegin, mayMoveOrder, move } from './payment.states.ts';
import { EXTERNAL_IDS, PAYMENTS } from './payment.tables.ts';
import type { Leg, Order, Payment, PaymentState } from './payment.ts';

type Draft = Omit<
  Payment,
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

function draft(fields: Draft, context: JournalContext): Payment {
  return {
    ...fields,
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
  if (state === 'rejected') payment.endedAtMs = context.nowMs;
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
  paymentEvent(payment, `payment.${state}`, context, evidence);
  return { ok: true, payment: snapshot(payment) };
}

function judgeOrder(order: Order | undefined, payment: Payment, nowMs: number): ProblemCode | null {
  if (order === undefined) return 'order_not_found';
  switch (order.state) {
    case 'paid':
      return 'order_already_paid';
    case 'closed':
      return 'order_closed';
    case 'claimed':
      return 'order_already_claimed';
    case 'open':
      break;
  }
  if (order.expiresAtMs <= nowMs) return 'order_expired';
  const same = order.currency === payment.currency && order.amountMinor === payment.amountMinor;
  return same ? null : 'order_amount_mismatch';
}

/** Everything that may speak against a payment, in order. */
function judge(engine: Engine, payment: Payment, context: JournalContext): ProblemCode | null {
  const [debit, credit] = payment.legs;
  if (!engine.isActive(payment.payerParticipantId)) return 'participant_not_active';
  if (!engine.isActive(payment.payeeParticipantId)) return 'payee_participant_unavailable';
  if (credit === undefined || !engine.can(credit.connectionId, 'push')) return 'payee_not_payable';
  if (payment.flow === 'collect' && !(debit && engine.can(debit.connectionId, 'collect'))) {
    return 'capability_unsupported';
  }
  if (payment.payer.subjects[0] === payment.payee.subjects[0]) return 'payer_is_payee';
  if (payment.orderId !== null) {
    const problem = judgeOrder(engine.book.order(payment.orderId), payment, context.nowMs);
    if (problem !== null) return problem;
  }
  if (payment.expiresAtMs <= context.nowMs) return 'payment_expired';
  return payment.quoteId === null ? null : engine.useQuote(payment.quoteId, payment, context);
}

export function claimOrder(
  engine: Engine,
  order: Order,
  winnerId: string | null,
  state: Order['state'],
  context: JournalContext,
): void {
  if (!mayMoveOrder(order.state, state)) {
    defect(`order ${order.id}: no way from ${order.state} to ${state}`);
  }
  order.previousState = order.state;
  order.state = state;
  order.winnerId = winnerId;
  writeOrder(engine, order, context);
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
  const order = payment.orderId === null ? undefined : engine.book.order(payment.orderId);
  if (order !== undefined) claimOrder(engine, order, payment.id, 'claimed', context);
  instruct(engine, payment, credit, payment.kind === 'refund' ? 'refund' : 'credit', context);
  return 'delivering';
}

const STATES = new Set<string>(['delivering', 'awaiting_payer']);
const isState = (value: PaymentState | ProblemCode): value is PaymentState => STATES.has(value);

function conclude(
  engine: Engine,
  payment: Payment,
  verdict: PaymentState | ProblemCode,
  context: JournalContext,
  evidence: Sealable | null,
): PaymentResult {
  if (isState(verdict)) return begin(engine, payment, verdict, context, evidence);
  payment.problem = verdict;
  return begin(engine, payment, 'rejected', context, evidence);
}

export function prepare(
  engine: Engine,
  command: PrepareCommand,
  context: JournalContext,
): PaymentResult {
  const { payer, payee } = command;
  const isPush = command.flow === 'push';
  const payment = draft(
    {
      id: command.id,
      kind: 'payment',
      flow: command.flow,
      causeId: null,
      orderId: command.orderId,
      quoteId: command.quoteId,
      state: 'rejected',
      payerParticipantId: payer.participantId,
      payeeParticipantId: payee.participantId,
      currency: command.currency,
      amountMinor: command.amountMinor,
      debitMinor: command.debitMinor,
      creditMinor: command.creditMinor,
      feeMinor: command.feeMinor,
      feeParticipantId: command.feeParticipantId,
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
  const problem = judge(engine, payment, context);
  if (problem !== null) return conclude(engine, payment, problem, context, command.evidence);
  const verdict = engine.policy(payment, context.nowMs);
  if (verdict === 'held') return begin(engine, payment, 'held', context, command.evidence);
  if (verdict !== 'allow') return conclude(engine, payment, verdict, context, command.evidence);
  return conclude(engine, payment, launch(engine, payment, context), context, command.evidence);
}

/** A reviewer releases or declines a held payment; everything is judged anew on release. */
export function review(
  engine: Engine,
  payment: Payment,
  decision: 'release' | 'decline',
  context: JournalContext,
): PaymentResult {
  if (payment.state !== 'held') return { ok: false, code: 'already_resolved' };
  let verdict: PaymentState | ProblemCode = 'policy_refused';
  if (decision === 'release')
    verdict = judge(engine, payment, context) ?? launch(engine, payment, context);
  if (isState(verdict)) move(payment, verdict, context.nowMs, context.seq);
  else {
    payment.problem = verdict;
    move(payment, 'rejected', context.nowMs, context.seq);
  }
  writePayment(engine, payment, context);
  paymentEvent(payment, `payment.${payment.state}`, context, null);
  return { ok: true, payment: snapshot(payment) };
}

function judgeRefund(
  original: Payment | undefined,
  command: RefundCommandData,
): ProblemCode | null {
  if (original === undefined) return 'payment_not_found';
  // another participant's payment is not there at all
  if (original.payeeParticipantId !== command.requesterParticipantId) return 'payment_not_found';
  if (original.kind !== 'payment' || original.state !== 'completed') return 'payment_not_completed';
  if (original.currency !== command.currency) return 'refund_currency_mismatch';
  const left = original.amountMinor - original.refundedMinor - original.refundingMinor;
  return command.amountMinor > left ? 'refund_exceeds_payment' : null;
}

/** Gives a completed payment back through the connection it came from, never as a fresh transfer. */
export function refund(
  engine: Engine,
  command: RefundCommandData,
  context: JournalContext,
): PaymentResult {
  const original = engine.book.payment(command.causeId);
  const problem = judgeRefund(original, command);
  if (problem !== null || original === undefined) {
    const code = problem ?? 'payment_not_found';
    return refuse(
      {
        type: 'refuse',
        id: command.id,
        participantId: command.requesterParticipantId,
        code,
        evidence: command.evidence,
      },
      context,
    );
  }
  const [debit, credit] = original.legs as [Leg, Leg];
  const payment = draft(
    {
      id: command.id,
      kind: 'refund',
      flow: 'push',
      causeId: original.id,
      orderId: null,
      quoteId: null,
      state: 'rejected',
      payerParticipantId: original.payeeParticipantId,
      payeeParticipantId: original.payerParticipantId,
      currency: original.currency,
      amountMinor: command.amountMinor,
      debitMinor: command.amountMinor,
      creditMinor: command.amountMinor,
      feeMinor: 0n,
      feeParticipantId: null,
      legs: [newLeg(0, 'debit', credit, 'completed'), newLeg(1, 'credit', debit, 'none')],
      reference: command.reference,
      expiresAtMs: command.expiresAtMs,
      payer: original.payee,
      payee: original.payer,
    },
    context,
  );
  const verdict = engine.isActive(payment.payerParticipantId)
    ? launch(engine, payment, context)
    : 'participant_not_active';
  if (isState(verdict)) {
    original.refundingMinor += command.amountMinor;
    writePayment(engine, original, context);
  }
  return conclude(engine, payment, verdict, context, command.evidence);
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
