// The nouns of the admin room, and how they lie in PostgreSQL.
import { defineTable } from '../journal/table.ts';

/** viewer reads; operator changes; approver also agrees to what another person proposed. */
export const ROLES = ['viewer', 'operator', 'approver'] as const;
export type Role = (typeof ROLES)[number];

/** One of the operator's people, or a program of theirs. */
export interface Person {
  /** A handle: `zhang-wei`. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  status: 'active' | 'disabled';
  /** RFC 7638 thumbprint of `jwk`. */
  readonly keyId: string;
  /** Public JWK as JSON. */
  readonly jwk: string;
  readonly createdAtMs: number;
  version: number;
}

export interface Resolution {
  readonly legId: string;
  readonly paymentId: string;
  readonly outcome: 'completed' | 'rejected' | 'not_sent';
  /** On what evidence, in the proposer's words. */
  readonly reason: string;
  state: 'proposed' | 'approved' | 'withdrawn';
  readonly proposedBy: string;
  decidedBy: string | null;
  readonly proposedAtMs: number;
}

export const PEOPLE = defineTable<Person>('operator_people', [
  { name: 'id', type: 'text', value: (p) => p.id, key: true },
  { name: 'name', type: 'text', value: (p) => p.name },
  { name: 'role', type: 'text', value: (p) => p.role },
  { name: 'status', type: 'text', value: (p) => p.status, mutable: true },
  { name: 'key_id', type: 'text', value: (p) => p.keyId },
  { name: 'jwk', type: 'json', value: (p) => p.jwk },
  { name: 'created_at_ms', type: 'int8', value: (p) => p.createdAtMs },
  { name: 'version', type: 'int4', value: (p) => p.version, mutable: true },
]);

export const RESOLUTIONS = defineTable<Resolution>('resolutions', [
  { name: 'leg_id', type: 'text', value: (r) => r.legId, key: true },
  { name: 'proposed_at_ms', type: 'int8', value: (r) => r.proposedAtMs, key: true },
  { name: 'payment_id', type: 'uuid', value: (r) => r.paymentId },
  { name: 'outcome', type: 'text', value: (r) => r.outcome },
  { name: 'reason', type: 'text', value: (r) => r.reason },
  { name: 'state', type: 'text', value: (r) => r.state, mutable: true },
  { name: 'proposed_by', type: 'text', value: (r) => r.proposedBy },
  { name: 'decided_by', type: 'text', value: (r) => r.decidedBy, mutable: true },
]);
