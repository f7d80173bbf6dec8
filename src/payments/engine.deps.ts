// What the engine's parts share: the book, questions to other rooms' state, and the writing of
// events and messages. All of it deterministic.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { JournalContext } from '../journal/batch.ts';
import type { Sealable } from '../journal/table.ts';
import type { Book } from './book.ts';
import { LASTING_PAYMENTS, ORDERS, PAYMENTS } from './payment.tables.ts';
import { type InstructionKind, isEnded, type Leg, type Order, type Payment } from './payment.ts';
import type { Capability } from './port.ts';

/** Decides on payments before anything is reserved. Implemented by compliance; deterministic. */
export interface Policy {
  judge(payment: Readonly<Payment>, context: JournalContext): 'allow' | 'held' | ProblemCode;
  /** It has reserved money: what it uses of limits is used from this commit on. */
  began(payment: Readonly<Payment>, context: JournalContext): void;
  /** It began, and has ended: what it did not use is free again. */
  ended(payment: Readonly<Payment>, context: JournalContext): void;
}

export interface EngineDeps {
  /** May the participant start, or be sent, new payments? */
  readonly isActive: (participantId: string) => boolean;
  readonly can: (connectionId: string, capability: Capability) => boolean;
  /**
   * The exact bytes of an instruction, in the dialect of the leg's connection. Pure. Must not throw
   * for a connection that was disabled since: what is under way there is still closed and returned.
   */
  readonly encode: (payment: Readonly<Payment>, leg: Readonly<Leg>) => Uint8Array;
  /** Uses up a quote, in the same commit; null where it may be used. */
  readonly useQuote: (
    quoteId: string,
    payment: Readonly<Payment>,
    context: JournalContext,
  ) => ProblemCode | null;
  readonly policy: Policy;
}

export interface Engine extends EngineDeps {
  readonly book: Book;
}

/**
 * Who asked, and who was asked since: a payment that was refused or is held before its instruction
 * left is no business of the other side.
 */
function audienceOf(payment: Payment): string[] {
  const { payerParticipantId, payeeParticipantId, legs, flow, exchange } = payment;
  const isAsked = (role: Leg['role']) =>
    legs.some((leg) => leg.role === role && leg.state !== 'none');
  const audience = new Set<string>();
  if (flow === 'push' || isAsked('debit')) audience.add(payerParticipantId);
  // what is on hold for the payee it must know of, though nothing is asked of it yet
  const isOnHold = payment.hold !== null && payment.movements.length > 0;
  if (flow === 'collect' || isOnHold || isAsked('credit')) audience.add(payeeParticipantId);
  if (exchange !== null && payment.movements.length > 0) audience.add(exchange.participantId);
  return [...audience];
}

export function paymentEvent(
  payment: Payment,
  type: string,
  context: JournalContext,
  evidence: Sealable | null,
): void {
  context.event({
    type,
    subjectId: payment.id,
    audience: audienceOf(payment),
    body: {
      id: payment.id,
      kind: payment.kind,
      state: payment.state,
      currency: payment.currency,
      debitMinor: payment.debitMinor.toString(),
      creditMinor: payment.creditMinor.toString(),
      feeMinor: payment.feeMinor.toString(),
      payer: payment.payerParticipantId,
      payee: payment.payeeParticipantId,
      causeId: payment.causeId,
      orderId: payment.orderId,
      problem: payment.problem,
      atMs: context.nowMs,
    },
    evidence,
  });
}

/** The opposite of what is final was reported: nothing moves, and an operator has to see it. */
export function contradictionEvent(
  payment: Payment,
  leg: Leg,
  reported: { readonly outcome: string; readonly externalId: string | null },
  context: JournalContext,
  evidence: Sealable | null,
): void {
  context.event({
    type: 'payment.contradicted',
    subjectId: payment.id,
    audience: [leg.participantId],
    body: {
      id: payment.id,
      state: payment.state,
      leg: leg.n,
      connection: leg.connectionId,
      recorded: leg.state,
      recordedExternalId: leg.externalId,
      reported: reported.outcome,
      reportedExternalId: reported.externalId,
      atMs: context.nowMs,
    },
    evidence,
  });
}

/** Open for longer than this, and a restart is not to read all payments made since. */
const LASTING_MS = 20 * 60_000;

export const isLasting = ({ state, createdAtMs, expiresAtMs }: Payment): boolean =>
  !isEnded(state) && expiresAtMs - createdAtMs > LASTING_MS;

/** To be called when the payment is in the book. */
export function lasts(engine: Engine, payment: Payment, context: JournalContext): void {
  context.insert(LASTING_PAYMENTS, engine.book.last(payment));
}

export function writePayment(engine: Engine, payment: Payment, context: JournalContext): void {
  payment.updatedSeq = context.seq;
  context.update(PAYMENTS, payment);
  // the first time it is written after its end it is still among the open ones
  const hasEnded = isEnded(payment.state) && engine.book.isOpen(payment.id);
  const hadBegun = payment.previousState !== 'held' && payment.kind !== 'return';
  if (hasEnded && hadBegun) engine.policy.ended(payment, context);
  const lasting = isEnded(payment.state) ? engine.book.lasting(payment.id) : undefined;
  if (lasting !== undefined) {
    lasting.isOpen = false;
    context.update(LASTING_PAYMENTS, lasting);
  }
  engine.book.settle(payment);
}

export function orderEvent(
  order: Order,
  context: JournalContext,
  evidence: Sealable | null = null,
): void {
  context.event({
    type: `order.${order.state}`,
    subjectId: order.id,
    audience: [order.payeeParticipantId],
    body: {
      id: order.id,
      state: order.state,
      currency: order.currency,
      amountMinor: order.amountMinor.toString(),
      payee: order.payeeParticipantId,
      winnerId: order.winnerId,
      atMs: context.nowMs,
    },
    evidence,
  });
}

export function writeOrder(engine: Engine, order: Order, context: JournalContext): void {
  order.updatedSeq = context.seq;
  context.update(ORDERS, order);
  engine.book.settleOrder(order);
  orderEvent(order, context);
}

/** Puts the leg's instruction into the outbox, in this same commit. */
export function instruct(
  engine: Engine,
  payment: Payment,
  leg: Leg,
  instruction: InstructionKind,
  context: JournalContext,
): void {
  leg.instruction = instruction;
  leg.state = 'sent';
  leg.inDoubt = false;
  leg.sentAt = context.send({
    destination: leg.connectionId,
    kind: instruction,
    paymentId: payment.id,
    leg: leg.n,
    message: {
      bytes: engine.encode(payment, leg),
      subjects: [...payment.payer.subjects, ...payment.payee.subjects],
    },
  });
}

export function newLeg(
  n: number,
  role: Leg['role'],
  side: { readonly participantId: string; readonly connectionId: string },
  state: Leg['state'],
): Leg {
  return {
    n,
    role,
    participantId: side.participantId,
    connectionId: side.connectionId,
    instruction: null,
    state,
    inDoubt: false,
    externalId: null,
    sentAt: null,
    record: null,
  };
}
