// The nouns of this room: a mandate, by which a payer lets a payee collect again and again (or has
// the payee paid by a schedule), and its executions, one for each payment that is to be made.
import type { ProblemCode } from '@hutong/sdk/contract';
import { defineTable, type Sealable } from '../journal/table.ts';
import type { MandateStatus } from './mandate.states.ts';
import type { MandatePeriod } from './period.ts';

export const INITIATORS = ['payee', 'payer'] as const;

export interface Mandate {
  readonly id: string;
  /** payer: a standing order. */
  readonly initiator: (typeof INITIATORS)[number];
  /** The switch starts each payment by the clock; otherwise the payee asks for each. */
  readonly isScheduled: boolean;
  /** Every payment is of `amountMinor` exactly; otherwise of at most that. */
  readonly isFixed: boolean;
  status: MandateStatus;
  previousStatus: MandateStatus | null;
  readonly payerParticipantId: string;
  readonly payerConnectionId: string;
  readonly payeeParticipantId: string;
  readonly payeeConnectionId: string;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly period: MandatePeriod;
  readonly periodMaxMinor: bigint;
  readonly firstAtMs: number;
  readonly endsAtMs: number | null;
  /** So many payments in all; of a schedule, so many periods. */
  readonly countMax: number | null;
  /** The calendar period that `usedMinor` speaks of. */
  span: string;
  /** Paid, or under way. */
  usedMinor: bigint;
  /** Payments made or under way. */
  made: number;
  /** Number of the next execution. */
  nextN: number;
  consentedAtMs: number | null;
  readonly createdAtMs: number;
  updatedSeq: number;
  readonly payer: Sealable;
  /** With the purpose as its note. */
  readonly payee: Sealable;
}

export const EXECUTION_STATES = ['due', 'asked', 'completed', 'failed'] as const;

export interface Execution {
  readonly mandateId: string;
  /** With the mandate's id it makes the key under which money moves: once, however often asked. */
  readonly n: number;
  readonly span: string;
  readonly amountMinor: bigint;
  state: (typeof EXECUTION_STATES)[number];
  /** From 1. */
  attempt: number;
  dueAtMs: number;
  paymentId: string | null;
  orderId: string | null;
  problem: ProblemCode | null;
  readonly createdAtMs: number;
}

/** How the payer agreed; it never changes. */
export interface Consent {
  readonly mandateId: string;
  readonly atMs: number;
  /** JSON of method, atMs and termsHash, sealed for the payer. */
  readonly evidence: Sealable;
}

export const MANDATES = defineTable<Mandate>('mandates', [
  { name: 'id', type: 'uuid', value: (m) => m.id, key: true },
  { name: 'initiator', type: 'text', value: (m) => m.initiator },
  { name: 'is_scheduled', type: 'bool', value: (m) => m.isScheduled },
  { name: 'is_fixed', type: 'bool', value: (m) => m.isFixed },
  { name: 'status', type: 'text', value: (m) => m.status, mutable: true },
  { name: 'previous_status', type: 'text', value: (m) => m.previousStatus, mutable: true },
  { name: 'payer_participant_id', type: 'text', value: (m) => m.payerParticipantId },
  { name: 'payer_connection_id', type: 'text', value: (m) => m.payerConnectionId },
  { name: 'payee_participant_id', type: 'text', value: (m) => m.payeeParticipantId },
  { name: 'payee_connection_id', type: 'text', value: (m) => m.payeeConnectionId },
  { name: 'currency', type: 'text', value: (m) => m.currency },
  { name: 'amount_minor', type: 'int8', value: (m) => m.amountMinor },
  { name: 'period', type: 'text', value: (m) => m.period },
  { name: 'period_max_minor', type: 'int8', value: (m) => m.periodMaxMinor },
  { name: 'first_at_ms', type: 'int8', value: (m) => m.firstAtMs },
  { name: 'ends_at_ms', type: 'int8', value: (m) => m.endsAtMs },
  { name: 'count_max', type: 'int4', value: (m) => m.countMax },
  { name: 'span', type: 'text', value: (m) => m.span, mutable: true },
  { name: 'used_minor', type: 'int8', value: (m) => m.usedMinor, mutable: true },
  { name: 'made', type: 'int4', value: (m) => m.made, mutable: true },
  { name: 'next_n', type: 'int4', value: (m) => m.nextN, mutable: true },
  { name: 'consented_at_ms', type: 'int8', value: (m) => m.consentedAtMs, mutable: true },
  { name: 'created_at_ms', type: 'int8', value: (m) => m.createdAtMs },
  { name: 'updated_seq', type: 'int8', value: (m) => m.updatedSeq, mutable: true },
  { name: 'payer', type: 'sealed', value: (m) => m.payer },
  { name: 'payee', type: 'sealed', value: (m) => m.payee },
]);

export const EXECUTIONS = defineTable<Execution>('mandate_executions', [
  { name: 'mandate_id', type: 'uuid', value: (e) => e.mandateId, key: true },
  { name: 'n', type: 'int4', value: (e) => e.n, key: true },
  { name: 'span', type: 'text', value: (e) => e.span },
  { name: 'amount_minor', type: 'int8', value: (e) => e.amountMinor },
  { name: 'state', type: 'text', value: (e) => e.state, mutable: true },
  { name: 'attempt', type: 'int4', value: (e) => e.attempt, mutable: true },
  { name: 'due_at_ms', type: 'int8', value: (e) => e.dueAtMs, mutable: true },
  { name: 'payment_id', type: 'uuid', value: (e) => e.paymentId, mutable: true },
  { name: 'order_id', type: 'uuid', value: (e) => e.orderId, mutable: true },
  { name: 'problem', type: 'text', value: (e) => e.problem, mutable: true },
  { name: 'created_at_ms', type: 'int8', value: (e) => e.createdAtMs },
]);

export const CONSENTS = defineTable<Consent>('mandate_consents', [
  { name: 'mandate_id', type: 'uuid', value: (c) => c.mandateId, key: true },
  { name: 'at_ms', type: 'int8', value: (c) => c.atMs },
  { name: 'evidence', type: 'sealed', value: (c) => c.evidence },
]);
