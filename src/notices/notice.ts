// Notices: what a connection is told without having asked, as a shop of its paid order. Each stands
// in a table until it was taken, or its dialect's schedule has come to its end.
import { defineTable } from '../journal/table.ts';

export type NoticeKind = 'order_paid' | 'refund_completed';
export type NoticeState = 'due' | 'taken' | 'dead';

export interface Notice {
  readonly id: string;
  readonly connectionId: string;
  readonly kind: NoticeKind;
  /** The payment that paid the order, or the refund. */
  readonly paymentId: string;
  readonly createdAtMs: number;
  state: NoticeState;
  attempts: number;
  /** When it is sent next, or was last. */
  dueAtMs: number;
}

/** Up to which event notices have been written. One row. */
export interface NoticeCursor {
  readonly id: number;
  seq: number;
  ordinal: number;
}

export const NOTICES = defineTable<Notice>('notices', [
  { name: 'id', type: 'uuid', value: (n) => n.id, key: true },
  { name: 'connection_id', type: 'text', value: (n) => n.connectionId },
  { name: 'kind', type: 'text', value: (n) => n.kind },
  { name: 'payment_id', type: 'uuid', value: (n) => n.paymentId },
  { name: 'created_at_ms', type: 'int8', value: (n) => n.createdAtMs },
  { name: 'state', type: 'text', value: (n) => n.state, mutable: true },
  { name: 'attempts', type: 'int4', value: (n) => n.attempts, mutable: true },
  { name: 'due_at_ms', type: 'int8', value: (n) => n.dueAtMs, mutable: true },
]);

export const NOTICE_CURSOR = defineTable<NoticeCursor>('notice_cursor', [
  { name: 'id', type: 'int4', value: (c) => c.id, key: true },
  { name: 'seq', type: 'int8', value: (c) => c.seq, mutable: true },
  { name: 'ordinal', type: 'int4', value: (c) => c.ordinal, mutable: true },
]);
