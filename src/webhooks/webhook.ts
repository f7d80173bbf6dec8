// The nouns of the webhooks room and how they lie in PostgreSQL.
import { defineTable, type Sealable } from '../journal/table.ts';

export type EndpointStatus = 'active' | 'disabled' | 'deleted';

export interface Endpoint {
  readonly id: string;
  readonly participantId: string;
  url: string;
  /** `payment.completed order.*`; empty: all. */
  types: string;
  status: EndpointStatus;
  /** Why the switch has disabled it. */
  why: string | null;
  /** `whsec_…`, sealed. */
  secret: Sealable;
  previousSecret: Sealable | null;
  /** Until then messages are signed with both. */
  previousUntilMs: number | null;
  /** Up to which event it was told. */
  cursorSeq: number;
  cursorOrdinal: number;
  /** Since when nothing was taken. */
  failingSinceMs: number | null;
  readonly createdAtMs: number;
  version: number;
}

/** An event that was not taken at the first try. */
export interface Delivery {
  readonly endpointId: string;
  readonly seq: number;
  readonly ordinal: number;
  readonly type: string;
  readonly subjectId: string;
  readonly atMs: number;
  state: 'deferred' | 'delivered' | 'dead';
  attempts: number;
  dueAtMs: number;
}

export const ENDPOINTS = defineTable<Endpoint>('webhook_endpoints', [
  { name: 'id', type: 'uuid', value: (e) => e.id, key: true },
  { name: 'participant_id', type: 'text', value: (e) => e.participantId },
  { name: 'url', type: 'text', value: (e) => e.url, mutable: true },
  { name: 'types', type: 'text', value: (e) => e.types, mutable: true },
  { name: 'status', type: 'text', value: (e) => e.status, mutable: true },
  { name: 'why', type: 'text', value: (e) => e.why, mutable: true },
  { name: 'secret', type: 'sealed', value: (e) => e.secret, mutable: true },
  { name: 'previous_secret', type: 'sealed', value: (e) => e.previousSecret, mutable: true },
  { name: 'previous_until_ms', type: 'int8', value: (e) => e.previousUntilMs, mutable: true },
  { name: 'cursor_seq', type: 'int8', value: (e) => e.cursorSeq, mutable: true },
  { name: 'cursor_ordinal', type: 'int4', value: (e) => e.cursorOrdinal, mutable: true },
  { name: 'failing_since_ms', type: 'int8', value: (e) => e.failingSinceMs, mutable: true },
  { name: 'created_at_ms', type: 'int8', value: (e) => e.createdAtMs },
  { name: 'version', type: 'int4', value: (e) => e.version, mutable: true },
]);

export const DELIVERIES = defineTable<Delivery>('webhook_deliveries', [
  { name: 'endpoint_id', type: 'uuid', value: (d) => d.endpointId, key: true },
  { name: 'seq', type: 'int8', value: (d) => d.seq, key: true },
  { name: 'ordinal', type: 'int4', value: (d) => d.ordinal, key: true },
  { name: 'type', type: 'text', value: (d) => d.type },
  { name: 'subject_id', type: 'text', value: (d) => d.subjectId },
  { name: 'at_ms', type: 'int8', value: (d) => d.atMs },
  { name: 'state', type: 'text', value: (d) => d.state, mutable: true },
  { name: 'attempts', type: 'int4', value: (d) => d.attempts, mutable: true },
  { name: 'due_at_ms', type: 'int8', value: (d) => d.dueAtMs, mutable: true },
]);

/** Whether an endpoint wants events of this type. */
export function wants(types: string, type: string): boolean {
  if (types === '') return true;
  return types
    .split(' ')
    .some((each) => (each.endsWith('.*') ? type.startsWith(each.slice(0, -1)) : each === type));
}
