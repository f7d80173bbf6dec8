// How payments and orders lie in PostgreSQL: few and wide rows, legs and movements inside their
// payment. Only what may change travels in an update, and no column of an index does.
import { defineTable } from '../journal/table.ts';
import { exchangeText } from '../quotes/index.ts';
import type { Hold, Leg, Order, Payment, PlannedMovement } from './payment.ts';

/** `[debit account, credit account, amount, state]`, for SQL that checks the ledger. */
export function encodeMovements(movements: readonly PlannedMovement[]): string {
  let out = '[';
  for (const m of movements) {
    if (out.length > 1) out += ',';
    out += `[${m.debit},${m.credit},"${m.amountMinor}","${m.state}"]`;
  }
  return `${out}]`;
}

export function encodeLegs(legs: readonly Leg[]): string {
  return JSON.stringify(
    legs.map((leg) => ({
      role: leg.role,
      participant: leg.participantId,
      connection: leg.connectionId,
      instruction: leg.instruction,
      state: leg.state,
      inDoubt: leg.inDoubt,
      externalId: leg.externalId,
      sentAt: leg.sentAt === null ? null : [leg.sentAt.seq, leg.sentAt.ordinal],
      record: leg.record,
    })),
  );
}

function encodeHold(hold: Hold | null): string | null {
  if (hold === null) return null;
  if (hold.until === 'fulfilment') return JSON.stringify(hold);
  return JSON.stringify({ until: 'capture', authorised: String(hold.authorisedMinor) });
}

export const PAYMENTS = defineTable<Payment>('payments', [
  { name: 'id', type: 'uuid', value: (p) => p.id, key: true },
  { name: 'kind', type: 'text', value: (p) => p.kind },
  { name: 'flow', type: 'text', value: (p) => p.flow },
  { name: 'cause_id', type: 'uuid', value: (p) => p.causeId },
  { name: 'order_id', type: 'uuid', value: (p) => p.orderId },
  { name: 'quote_id', type: 'uuid', value: (p) => p.quoteId },
  { name: 'state', type: 'text', value: (p) => p.state, mutable: true },
  { name: 'previous_state', type: 'text', value: (p) => p.previousState, mutable: true },
  { name: 'payer_participant_id', type: 'text', value: (p) => p.payerParticipantId },
  { name: 'payee_participant_id', type: 'text', value: (p) => p.payeeParticipantId },
  { name: 'currency', type: 'text', value: (p) => p.currency },
  // a capture in part changes the four
  { name: 'amount_minor', type: 'int8', value: (p) => p.amountMinor, mutable: true },
  { name: 'debit_minor', type: 'int8', value: (p) => p.debitMinor, mutable: true },
  { name: 'credit_minor', type: 'int8', value: (p) => p.creditMinor, mutable: true },
  { name: 'fee_minor', type: 'int8', value: (p) => p.feeMinor, mutable: true },
  { name: 'fee_participant_id', type: 'text', value: (p) => p.feeParticipantId },
  // JSON as text: of most payments there is none
  { name: 'hold', type: 'text', value: (p) => encodeHold(p.hold), mutable: true },
  { name: 'exchange', type: 'text', value: (p) => exchangeText(p.exchange) },
  { name: 'movements', type: 'json', value: (p) => encodeMovements(p.movements), mutable: true },
  { name: 'legs', type: 'json', value: (p) => encodeLegs(p.legs), mutable: true },
  { name: 'problem', type: 'text', value: (p) => p.problem, mutable: true },
  { name: 'reference', type: 'text', value: (p) => p.reference },
  { name: 'created_at_ms', type: 'int8', value: (p) => p.createdAtMs },
  { name: 'expires_at_ms', type: 'int8', value: (p) => p.expiresAtMs },
  { name: 'ended_at_ms', type: 'int8', value: (p) => p.endedAtMs, mutable: true },
  { name: 'created_seq', type: 'int8', value: (p) => p.createdSeq },
  { name: 'updated_seq', type: 'int8', value: (p) => p.updatedSeq, mutable: true },
  { name: 'refunded_minor', type: 'int8', value: (p) => p.refundedMinor, mutable: true },
  { name: 'refunding_minor', type: 'int8', value: (p) => p.refundingMinor, mutable: true },
  { name: 'payer', type: 'sealed', value: (p) => p.payer },
  { name: 'payee', type: 'sealed', value: (p) => p.payee },
]);

export const ORDERS = defineTable<Order>('orders', [
  { name: 'id', type: 'uuid', value: (o) => o.id, key: true },
  { name: 'state', type: 'text', value: (o) => o.state, mutable: true },
  { name: 'previous_state', type: 'text', value: (o) => o.previousState, mutable: true },
  { name: 'payee_participant_id', type: 'text', value: (o) => o.payeeParticipantId },
  { name: 'payee_connection_id', type: 'text', value: (o) => o.payeeConnectionId },
  { name: 'currency', type: 'text', value: (o) => o.currency },
  { name: 'amount_minor', type: 'int8', value: (o) => o.amountMinor },
  { name: 'reference', type: 'text', value: (o) => o.reference },
  { name: 'created_at_ms', type: 'int8', value: (o) => o.createdAtMs },
  { name: 'expires_at_ms', type: 'int8', value: (o) => o.expiresAtMs },
  { name: 'winner_id', type: 'uuid', value: (o) => o.winnerId, mutable: true },
  { name: 'created_seq', type: 'int8', value: (o) => o.createdSeq },
  { name: 'updated_seq', type: 'int8', value: (o) => o.updatedSeq, mutable: true },
  { name: 'payee', type: 'sealed', value: (o) => o.payee },
]);

export interface ExternalIdRow {
  readonly connectionId: string;
  readonly kind: string;
  readonly externalId: string;
  readonly paymentId: string;
}

/** What other systems call a payment: (connection, kind, their id) → payment. */
export const EXTERNAL_IDS = defineTable<ExternalIdRow>('external_ids', [
  { name: 'connection_id', type: 'text', value: (x) => x.connectionId, key: true },
  { name: 'kind', type: 'text', value: (x) => x.kind, key: true },
  { name: 'external_id', type: 'text', value: (x) => x.externalId, key: true },
  { name: 'payment_id', type: 'uuid', value: (x) => x.paymentId, key: true },
]);

/**
 * Payments that may stay open for longer than most: a restart finds them here, so that one hold of
 * a week does not make it read a week of payments.
 */
export interface LastingPayment {
  readonly paymentId: string;
  isOpen: boolean;
}

export const LASTING_PAYMENTS = defineTable<LastingPayment>('lasting_payments', [
  { name: 'payment_id', type: 'uuid', value: (l) => l.paymentId, key: true },
  { name: 'is_open', type: 'bool', value: (l) => l.isOpen, mutable: true },
]);
