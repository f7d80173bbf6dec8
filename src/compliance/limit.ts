// Limits: how much, or how often, in a payment, a day or a month; whose, and what happens beyond.
import { defineTable } from '../journal/table.ts';

/** payer: the person or merchant who pays, each by themselves. */
export const LIMIT_SUBJECTS = [
  'payer',
  'payer_participant',
  'payee_participant',
  'corridor',
] as const;
export type LimitSubject = (typeof LIMIT_SUBJECTS)[number];
export const LIMIT_MEASURES = ['amount', 'sum', 'count'] as const;
export const LIMIT_PERIODS = ['payment', 'day', 'month'] as const;

export interface LimitRule {
  /** A handle: `person-day`. */
  readonly id: string;
  /** Counts from 1; each has counters of its own. */
  readonly version: number;
  readonly currency: string;
  readonly subject: LimitSubject;
  /** Only payments of this payer's participant; `null`: of all. */
  readonly participantId: string | null;
  /** amount: of one payment. sum and count: of a period. */
  readonly measure: (typeof LIMIT_MEASURES)[number];
  readonly period: (typeof LIMIT_PERIODS)[number];
  /** Minor units, or how many. */
  readonly limit: bigint;
  readonly outcome: 'refuse' | 'hold';
  status: 'active' | 'retired';
  readonly setBy: string;
  readonly setAtMs: number;
  readonly setSeq: number;
}

export interface LimitCounter {
  readonly rule: string;
  readonly window: string;
  readonly subject: string;
  sumMinor: bigint;
  count: bigint;
}

export const LIMIT_RULES = defineTable<LimitRule>('limit_rules', [
  { name: 'id', type: 'text', value: (r) => r.id, key: true },
  { name: 'version', type: 'int4', value: (r) => r.version, key: true },
  { name: 'currency', type: 'text', value: (r) => r.currency },
  { name: 'subject', type: 'text', value: (r) => r.subject },
  { name: 'participant_id', type: 'text', value: (r) => r.participantId },
  { name: 'measure', type: 'text', value: (r) => r.measure },
  { name: 'period', type: 'text', value: (r) => r.period },
  { name: 'limit_value', type: 'int8', value: (r) => r.limit },
  { name: 'outcome', type: 'text', value: (r) => r.outcome },
  { name: 'status', type: 'text', value: (r) => r.status, mutable: true },
  { name: 'set_by', type: 'text', value: (r) => r.setBy },
  { name: 'set_at_ms', type: 'int8', value: (r) => r.setAtMs },
  { name: 'set_seq', type: 'int8', value: (r) => r.setSeq },
]);

export const LIMIT_COUNTERS = defineTable<LimitCounter>('limit_counters', [
  { name: 'rule', type: 'text', value: (c) => c.rule, key: true },
  { name: 'span', type: 'text', value: (c) => c.window, key: true },
  { name: 'subject', type: 'text', value: (c) => c.subject, key: true },
  { name: 'sum_minor', type: 'int8', value: (c) => c.sumMinor, mutable: true },
  { name: 'count', type: 'int8', value: (c) => c.count, mutable: true },
]);

/** `2026-11-24` or `2026-11`, in UTC; nothing for a single payment. */
export function windowOf(period: LimitRule['period'], atMs: number): string {
  const day = new Date(atMs).toISOString();
  if (period === 'payment') return '';
  return period === 'day' ? day.slice(0, 10) : day.slice(0, 7);
}
