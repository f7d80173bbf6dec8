// The nouns of this room: payment, leg, order, as they stand in memory and in their tables.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { Place } from '../journal/batch.ts';
import type { Sealable } from '../journal/table.ts';
import type { Movement } from '../ledger/ledger.ts';
import type { Exchange } from '../quotes/index.ts';

export const PAYMENT_KINDS = ['payment', 'refund', 'return', 'adjustment'] as const;
export type PaymentKind = (typeof PAYMENT_KINDS)[number];

/** push: the payer's side already holds the money. collect: it is captured on request. */
export type Flow = 'push' | 'collect';

export const LEG_ROLES = ['debit', 'credit'] as const;
export type LegRole = (typeof LEG_ROLES)[number];

/**
 * What is asked of a leg's connection. `credit` gives the payee money, `collect` asks the payer for
 * it, `close` takes an unanswered collect back, `refund` gives money back against `original`.
 * The outcome always speaks of the leg's money: after `close`, `completed` says that it was
 * captured all the same, and `rejected` that it is closed and can no longer be.
 */
export type InstructionKind = 'credit' | 'collect' | 'close' | 'refund';

/** none: nothing asked yet. sent: asked, answer unknown. Then exactly one of the other three. */
export type LegState = 'none' | 'sent' | 'completed' | 'rejected' | 'not_sent';

export interface Leg {
  /** Place among the legs of its payment; with the payment id it makes the leg id. */
  readonly n: number;
  readonly role: LegRole;
  readonly participantId: string;
  readonly connectionId: string;
  instruction: InstructionKind | null;
  state: LegState;
  inDoubt: boolean;
  /** The connection's own id for it. */
  externalId: string | null;
  /** The latest message to it, in the outbox. */
  sentAt: Place | null;
  /** Opaque to the core: what the dialect needs again (an ILP packet, a message id). */
  record: string | null;
}

/** A movement a payment plans: reserved when it is `pending`. */
export interface PlannedMovement extends Movement {
  state: 'pending' | 'posted' | 'voided';
}

/**
 * Why money stays reserved before the payee is asked: the payee has yet to say how much of it is
 * due (a deposit, a ride), or somebody has yet to show the preimage of a SHA-256 hash lock.
 */
export type Hold =
  | { readonly until: 'capture'; readonly authorisedMinor: bigint }
  | {
      readonly until: 'fulfilment';
      /** SHA-256 of the fulfilment; both are 32 bytes as unpadded base64url. */
      readonly condition: string;
      readonly fulfilment: string | null;
    };

export interface Payment {
  readonly id: string;
  readonly kind: PaymentKind;
  readonly flow: Flow;
  readonly causeId: string | null;
  readonly orderId: string | null;
  readonly quoteId: string | null;
  state: PaymentState;
  previousState: PaymentState | null;
  readonly payerParticipantId: string;
  readonly payeeParticipantId: string;
  readonly currency: string;
  /** What the two sides agreed on: a refund can give back this much. */
  amountMinor: bigint;
  /** What leaves the payer's position, fee included. */
  debitMinor: bigint;
  /** What reaches the payee's position; between currencies, the FX participant's. */
  creditMinor: bigint;
  feeMinor: bigint;
  /** Whose `fees` account receives the fee. */
  readonly feeParticipantId: string | null;
  hold: Hold | null;
  /**
   * Between currencies: of a payment it is what reaches the payee, of its refund what leaves them.
   */
  readonly exchange: Exchange | null;
  movements: PlannedMovement[];
  readonly legs: Leg[];
  problem: ProblemCode | null;
  /** Of the payer's side, in its own words; not unique. */
  readonly reference: string | null;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  endedAtMs: number | null;
  readonly createdSeq: number;
  updatedSeq: number;
  refundedMinor: bigint;
  refundingMinor: bigint;
  /** Canonical JSON of account, name and note of each side, sealed for that side's subject. */
  readonly payer: Sealable;
  readonly payee: Sealable;
}

export const PUSH_STATES = ['held', 'reserved', 'delivering'] as const;
export const COLLECT_STATES = [
  'held',
  'awaiting_payer',
  'closing',
  'paid_in',
  'delivering',
  'returning',
] as const;
export const END_STATES = ['completed', 'rejected', 'expired', 'returned'] as const;
export type EndState = (typeof END_STATES)[number];
export type PaymentState =
  | (typeof PUSH_STATES)[number]
  | (typeof COLLECT_STATES)[number]
  | EndState;

export function isEnded(state: PaymentState): state is EndState {
  return END_STATES.some((end) => end === state);
}

export type OrderState = 'open' | 'claimed' | 'paid' | 'closed';

/** What a payee asks for. Many attempts may try to pay it, one wins. */
export interface Order {
  readonly id: string;
  state: OrderState;
  previousState: OrderState | null;
  readonly payeeParticipantId: string;
  readonly payeeConnectionId: string;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly reference: string | null;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  winnerId: string | null;
  readonly createdSeq: number;
  updatedSeq: number;
  /** Canonical JSON of account, name and description, sealed for the payee's subject. */
  readonly payee: Sealable;
}

/**
 * The id a leg has outside: 32 hex digits, since platforms take no more than 32 characters. The
 * digit of a UUIDv7 that always says 7 holds the leg's place instead.
 */
export function legIdOf(paymentId: string, n: number): string {
  const hex = paymentId.replaceAll('-', '');
  return `${hex.slice(0, 12)}${n.toString(16)}${hex.slice(13)}`;
}

const LEG_ID = /^[0-9a-f]{32}$/;

export function parseLegId(legId: string): { paymentId: string; n: number } | null {
  if (!LEG_ID.test(legId)) return null;
  const hex = `${legId.slice(0, 12)}7${legId.slice(13)}`;
  const paymentId = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
  return { paymentId, n: Number.parseInt(legId.charAt(12), 16) };
}
