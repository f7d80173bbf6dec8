// The tables that belong to the journal itself: accounts, posted transfers, events, outgoing
// messages and idempotency keys. Rooms above register their own.
import type { Account } from '../ledger/ledger.ts';
import { defineTable, type Sealable } from './table.ts';

export interface EventRow {
  readonly seq: number;
  readonly ordinal: number;
  readonly type: string;
  readonly subjectId: string;
  readonly audience: readonly string[];
  readonly atMs: number;
  /** Canonical JSON (RFC 8785). */
  readonly body: string;
  readonly salt: Uint8Array;
  readonly commitment: Uint8Array;
  readonly evidence: Sealable | null;
}

export interface OutboxRow {
  readonly seq: number;
  readonly ordinal: number;
  readonly destination: string;
  readonly kind: string;
  readonly paymentId: string;
  readonly leg: number;
  readonly message: Sealable;
}

export interface TransferRow {
  readonly seq: number;
  readonly ordinal: number;
  readonly paymentId: string;
  readonly debit: number;
  readonly credit: number;
  readonly amountMinor: bigint;
  readonly atMs: number;
}

export interface KeyRow {
  readonly hash: string;
  readonly content: string;
  readonly resource: string;
  readonly resourceId: string;
}

export interface SubjectRow {
  readonly id: string;
  readonly wrappedKey: Uint8Array;
}

const DAY_MS = 86_400_000;

export const ACCOUNTS = defineTable<Account>('accounts', [
  { name: 'number', type: 'int4', value: (a) => a.number, key: true },
  { name: 'participant_id', type: 'text', value: (a) => a.participantId },
  { name: 'currency', type: 'text', value: (a) => a.currency },
  { name: 'kind', type: 'text', value: (a) => a.kind },
  { name: 'limit_minor', type: 'int8', value: (a) => a.limitMinor, mutable: true },
  { name: 'debits_pending_minor', type: 'int8', value: (a) => a.debitsPendingMinor, mutable: true },
  { name: 'debits_posted_minor', type: 'int8', value: (a) => a.debitsPostedMinor, mutable: true },
  {
    name: 'credits_pending_minor',
    type: 'int8',
    value: (a) => a.creditsPendingMinor,
    mutable: true,
  },
  { name: 'credits_posted_minor', type: 'int8', value: (a) => a.creditsPostedMinor, mutable: true },
]);

export const EVENTS = defineTable<EventRow>('events', [
  { name: 'seq', type: 'int8', value: (e) => e.seq, key: true },
  { name: 'ordinal', type: 'int4', value: (e) => e.ordinal, key: true },
  { name: 'type', type: 'text', value: (e) => e.type },
  { name: 'subject_id', type: 'text', value: (e) => e.subjectId },
  { name: 'audience', type: 'text', value: (e) => e.audience.join(' ') },
  { name: 'body', type: 'document', value: (e) => e.body },
  { name: 'salt', type: 'bytes16', value: (e) => e.salt },
  { name: 'commitment', type: 'bytes32', value: (e) => e.commitment },
  { name: 'evidence', type: 'sealed', value: (e) => e.evidence },
]);

export const OUTBOX = defineTable<OutboxRow>('outbox', [
  { name: 'seq', type: 'int8', value: (m) => m.seq, key: true },
  { name: 'ordinal', type: 'int4', value: (m) => m.ordinal, key: true },
  { name: 'destination', type: 'text', value: (m) => m.destination },
  { name: 'kind', type: 'text', value: (m) => m.kind },
  { name: 'payment_id', type: 'uuid', value: (m) => m.paymentId },
  { name: 'leg', type: 'int4', value: (m) => m.leg },
  { name: 'message', type: 'sealed', value: (m) => m.message },
]);

export const TRANSFERS = defineTable<TransferRow>('transfers', [
  { name: 'seq', type: 'int8', value: (t) => t.seq, key: true },
  { name: 'ordinal', type: 'int4', value: (t) => t.ordinal, key: true },
  { name: 'payment_id', type: 'uuid', value: (t) => t.paymentId },
  { name: 'debit_account', type: 'int4', value: (t) => t.debit },
  { name: 'credit_account', type: 'int4', value: (t) => t.credit },
  { name: 'amount_minor', type: 'int8', value: (t) => t.amountMinor },
  // days since 1970: settlement windows are cut by posting seq, reported by business date
  { name: 'business_day', type: 'int4', value: (t) => Math.floor(t.atMs / DAY_MS) },
]);

const fromHex = (hex: string) => Buffer.from(hex, 'hex');

export const KEYS = defineTable<KeyRow>('keys', [
  { name: 'key', type: 'bytes16', value: (k) => fromHex(k.hash), key: true },
  { name: 'content', type: 'bytes16', value: (k) => fromHex(k.content) },
  { name: 'resource', type: 'text', value: (k) => k.resource },
  { name: 'resource_id', type: 'uuid', value: (k) => k.resourceId },
]);

export const SUBJECTS = defineTable<SubjectRow>('subjects', [
  { name: 'id', type: 'bytes16', value: (s) => fromHex(s.id), key: true },
  { name: 'wrapped_key', type: 'bytes', value: (s) => s.wrappedKey, mutable: true },
]);

export interface LeaderRow {
  readonly term: number;
  readonly holder: string;
  readonly atMs: number;
}

export const LEADERS = defineTable<LeaderRow>('leaders', [
  { name: 'term', type: 'int8', value: (l) => l.term, key: true },
  { name: 'holder', type: 'text', value: (l) => l.holder },
  { name: 'at_ms', type: 'int8', value: (l) => l.atMs },
]);
