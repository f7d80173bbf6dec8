// The nouns of this room: participant, its terms in a currency, connection and key, as they stand
// in memory and in their tables. What a connection's settings mean, its dialect alone knows.

/** The scheme itself: owns the fees account of every currency; never payer or payee. */
export const OPERATOR_ID = 'operator';

export const PARTICIPANT_KINDS = [
  'wallet',
  'bank',
  'acquirer',
  'fx',
  'gateway',
  'operator',
] as const;
export type ParticipantKind = (typeof PARTICIPANT_KINDS)[number];

export const PARTICIPANT_STATUSES = [
  'invited',
  'certified',
  'active',
  'suspended',
  'closed',
] as const;
export type ParticipantStatus = (typeof PARTICIPANT_STATUSES)[number];

export interface Participant {
  /** Its handle: `lotus`. */
  readonly id: string;
  readonly kind: ParticipantKind;
  name: string;
  status: ParticipantStatus;
  previousStatus: ParticipantStatus | null;
  readonly createdAtMs: number;
  /** Counts changes from 1: the entity tag of the resource. */
  version: number;
}

export interface StatusTransition {
  readonly from: ParticipantStatus | null;
  readonly to: ParticipantStatus;
  readonly on: string;
}

/** Checked again by the constraint participants_transition; a test compares the two. */
export const STATUS_TRANSITIONS: readonly StatusTransition[] = [
  { from: null, to: 'invited', on: 'registered; contracts and keys are still to come' },
  { from: null, to: 'active', on: 'registered with everything in place' },
  { from: 'invited', to: 'certified', on: 'its connections and keys were tried, and work' },
  { from: 'certified', to: 'active', on: 'admitted' },
  { from: 'certified', to: 'closed', on: 'never admitted' },
  { from: 'active', to: 'suspended', on: 'stopped: nothing new begins, what is under way ends' },
  { from: 'suspended', to: 'active', on: 'let in again' },
  { from: 'invited', to: 'closed', on: 'never admitted' },
  { from: 'suspended', to: 'closed', on: 'left the scheme, every account settled to zero' },
];

/** What a participant may do in one currency. */
export interface CurrencyTerms {
  readonly participantId: string;
  readonly currency: string;
  /** How far the position may go beyond its cover, in minor units. */
  capMinor: bigint;
  readonly openedAtMs: number;
}

export const CONNECTION_STATUSES = ['active', 'disabled'] as const;
export type ConnectionStatus = (typeof CONNECTION_STATUSES)[number];

export interface Connection {
  /** Its handle: `lotus-main`. */
  readonly id: string;
  readonly participantId: string;
  readonly dialect: string;
  endpoint: string | null;
  /** JSON object as text, without secrets. */
  settings: string;
  status: ConnectionStatus;
  readonly createdAtMs: number;
  version: number;
}

export const KEY_STATUSES = ['active', 'retired'] as const;
export type KeyStatus = (typeof KEY_STATUSES)[number];

/** A public key with which a connection signs. */
export interface Key {
  /** RFC 7638 thumbprint, SHA-256, base64url. */
  readonly keyId: string;
  readonly connectionId: string;
  /** The public JWK with its required members alone, as JSON. */
  readonly jwk: string;
  status: KeyStatus;
  readonly validFromMs: number;
  /** `null`: until it is retired. */
  validToMs: number | null;
  readonly createdAtMs: number;
}

/** A deposit or withdrawal of cover; its id is what its transfer is recorded under. */
export interface CoverMovement {
  readonly id: string;
  readonly participantId: string;
  readonly currency: string;
  readonly direction: 'deposit' | 'withdrawal';
  readonly amountMinor: bigint;
  /** The bank's reference of the money that really moved. */
  readonly reference: string;
  readonly by: string;
  readonly atMs: number;
}

const allowed = new Set(STATUS_TRANSITIONS.map((t) => `${t.from ?? ''}>${t.to}`));

export function mayBecome(from: ParticipantStatus | null, to: ParticipantStatus): boolean {
  return allowed.has(`${from ?? ''}>${to}`);
}

/** Whether what the key signed at `atMs` is to be believed. */
export function isLiveKey(key: Readonly<Key>, atMs: number): boolean {
  return (
    key.status === 'active' &&
    key.validFromMs <= atMs &&
    (key.validToMs === null || atMs < key.validToMs)
  );
}
