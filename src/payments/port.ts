// The port between dialects and payments: canonical commands in, canonical results out, and the
// connector through which the switch asks a connection to do something. Dialects implement
// Connector and call PaymentsPort; nothing here names a dialect or a wire format.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { Problem } from '../problems/index.ts';
import type { InstructionKind, LegRole, LegState, Payment, PaymentState } from './payment.ts';

/** Who asks: the authenticated credential. Ids are handles (`lotus`, `lotus-main`). */
export interface Credential {
  readonly participantId: string;
  readonly connectionId: string;
  readonly keyId: string;
}

/** The raw signed message that carries a command, kept sealed as evidence. */
export type Evidence = Uint8Array | null;

export interface Amount {
  readonly currency: string;
  readonly minor: bigint;
}

/** A person or merchant as its own participant knows it. Personal data: never logged. */
export interface Party {
  /** The participant's own account reference. */
  readonly account: string;
  readonly name: string | null;
}

export interface Idempotent {
  readonly credential: Credential;
  /** The client's key; the operation is added to its scope here. */
  readonly idempotencyKey: string;
  /** The canonical command without timestamp, nonce and signature: what a replay must repeat. */
  readonly content: string;
  readonly evidence: Evidence;
}

/** How the payer agreed: kept with the debit leg. */
export interface Authorisation {
  readonly method: string;
  readonly atMs: number;
  /** SHA-256 of the terms that were shown, base64url. */
  readonly termsHash: string;
}

/** The payer's wallet instructs: it holds the payer's money already. */
export interface PayCommand extends Idempotent {
  readonly payer: Party;
  /** Exactly one of the three says who is paid. */
  readonly to:
    | { readonly alias: string; readonly amount: Amount }
    | { readonly quoteId: string }
    | { readonly orderId: string };
  readonly reference: string | null;
  readonly note: string | null;
  readonly expiresAtMs: number | null;
  readonly authorisation: Authorisation | null;
  /** Reserves, and waits: for a capture, or for the preimage of the condition. */
  readonly hold: 'capture' | { readonly condition: string } | null;
  /**
   * How long the answer may wait for the payee's side; then the payment is returned as it stands.
   */
  readonly waitMs: number;
}

/** The payee's side gives a completed payment back, in part or in full. */
export interface RefundCommand extends Idempotent {
  readonly paymentId: string;
  readonly amount: Amount;
  readonly reference: string | null;
  readonly reason: string | null;
  readonly waitMs: number;
}

/** The payee's side takes all (`null`) or a part of what is on hold for it. */
export interface CaptureCommand extends Idempotent {
  readonly paymentId: string;
  readonly amount: Amount | null;
  readonly waitMs: number;
}

/** Shows the preimage of the payment's condition, 32 bytes as unpadded base64url. */
export interface FulfilCommand extends Idempotent {
  readonly paymentId: string;
  readonly fulfilment: string;
  readonly waitMs: number;
}

/** Many payments came in one signed message, which is kept as evidence; each is then paid. */
export interface ReceiveBulkCommand extends Idempotent {
  readonly items: number;
}

export interface CreateOrderCommand extends Idempotent {
  readonly payee: Party;
  readonly amount: Amount;
  readonly reference: string | null;
  readonly description: string | null;
  /** Opaque, kept sealed with the order for its own connection's dialect. */
  readonly record: string | null;
  readonly expiresAtMs: number | null;
}

/** Asks a payer, whose platform captures first, to pay an order. */
export interface CollectCommand extends Idempotent {
  readonly orderId: string;
  readonly payerAlias: string;
  /** Only the switch gives one: a payer's wallet may trust what it says. */
  readonly reference?: string | null;
  readonly waitMs: number;
}

/**
 * A payer has scanned the order's code with the app of a platform: asks the platform, at the
 * sponsor's connection, for what its app understands. The payer is not known before they pay.
 */
export interface CollectAtCommand {
  readonly orderId: string;
  readonly connectionId: string;
  /** How long to wait for the platform's answer. */
  readonly waitMs: number;
}

/** A fact from outside about one leg, or about a payment after it ended. */
export interface LegReport {
  readonly outcome: 'completed' | 'rejected' | 'pending' | 'not_sent';
  readonly externalId: string | null;
  /** Why, where it was rejected. */
  readonly problem: ProblemCode | null;
  readonly evidence: Evidence;
  /** Opaque record to keep for the dialect; undefined leaves it as it is. */
  readonly record?: string | null;
}

export interface LegView {
  readonly legId: string;
  readonly role: LegRole;
  readonly participantId: string;
  readonly connectionId: string;
  readonly instruction: InstructionKind | null;
  readonly state: LegState;
  readonly inDoubt: boolean;
  readonly externalId: string | null;
  /** The dialect's own, for the connection it belongs to. */
  readonly record: string | null;
}

export interface PaymentView {
  readonly payment: Readonly<Payment>;
  readonly state: PaymentState;
  readonly legs: readonly LegView[];
  /** Of the asker's own side in full, of the other side only the masked name. */
  readonly payer: Party;
  readonly payee: Party;
}

export interface OrderView {
  readonly id: string;
  readonly state: 'open' | 'claimed' | 'paid' | 'closed';
  readonly amount: Amount;
  readonly payeeParticipantId: string;
  readonly payeeName: string | null;
  readonly reference: string | null;
  readonly description: string | null;
  /** `null` also for whoever is not the payee's own connection. */
  readonly record: string | null;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly winnerId: string | null;
}

/** How an order may be asked for: `key` is the idempotency key it was made under. */
export type OrderRef =
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'key'; readonly idempotencyKey: string };

export type Outcome<T> =
  | { readonly ok: true; readonly value: T; readonly replayed: boolean }
  | { readonly ok: false; readonly problem: Problem };

/**
 * How a payment may be asked for; `reference` is the asker's own reference of it, `key` the
 * idempotency key it was made under.
 */
export type PaymentRef =
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'key'; readonly idempotencyKey: string }
  | { readonly by: 'external'; readonly kind: string; readonly externalId: string };

export interface PaymentsPort {
  /** Problems: those of directory, quotes, orders, limits; never a guess about the outcome. */
  pay(command: PayCommand): Promise<Outcome<PaymentView>>;
  refund(command: RefundCommand): Promise<Outcome<PaymentView>>;
  /** Problems: idempotency_conflict, participant_not_active. */
  receiveBulk(command: ReceiveBulkCommand): Promise<Outcome<{ readonly id: string }>>;
  /** Problems: payment_not_found, not_permitted, capture_exceeds_hold, already_resolved … */
  capture(command: CaptureCommand): Promise<Outcome<PaymentView>>;
  /** The payee's side gives up what is on hold for it. */
  release(command: Idempotent & { readonly paymentId: string }): Promise<Outcome<PaymentView>>;
  /** Problems: payment_not_found, fulfilment_mismatch, payment_expired, already_resolved. */
  fulfil(command: FulfilCommand): Promise<Outcome<PaymentView>>;
  createOrder(command: CreateOrderCommand): Promise<Outcome<OrderView>>;
  closeOrder(command: Idempotent & { readonly orderId: string }): Promise<Outcome<OrderView>>;
  order(credential: Credential, ref: OrderRef): Promise<Outcome<OrderView>>;
  collect(command: CollectCommand): Promise<Outcome<PaymentView>>;
  /** The answer's debit leg carries the platform's `record`, once the platform has answered. */
  collectAt(command: CollectAtCommand): Promise<Outcome<PaymentView>>;
  payment(credential: Credential, ref: PaymentRef): Promise<Outcome<PaymentView>>;
  /** The reporting credential must be the leg's own connection. */
  report(credential: Credential, legId: string, report: LegReport): Promise<Outcome<PaymentView>>;
}

/** What the switch asks a connection to do. Everything a dialect needs to write its message. */
export interface Instruction {
  readonly kind: InstructionKind;
  /** ≤ 32 characters, the idempotency key of the instruction: `legIdOf(payment, leg)`. */
  readonly legId: string;
  readonly paymentId: string;
  readonly amount: Amount;
  /** The party at this connection: who is credited, asked, or refunded. */
  readonly party: Party;
  readonly counterparty: { readonly participantId: string; readonly name: string | null };
  readonly note: string | null;
  readonly reference: string | null;
  readonly expiresAtMs: number;
  /** For refund and close: the leg, and its id at the platform, that they speak of. */
  readonly original: {
    readonly legId: string;
    readonly externalId: string | null;
    /** What that leg moved in all. */
    readonly amount: Amount;
  } | null;
  readonly record: string | null;
}

/**
 * A connection as its dialect's connector sees it; `settings` was parsed by the dialect's schema.
 */
export interface ConnectionSettings {
  readonly id: string;
  readonly participantId: string;
  readonly dialect: string;
  readonly endpoint: string | null;
  readonly settings: unknown;
  /** As the dialect's schema of secrets gives them; `null` where the dialect has none. */
  readonly secrets: unknown;
}

/** A stored instruction: the exact bytes of its body, the same on every send. */
export interface StoredInstruction {
  readonly kind: InstructionKind;
  readonly legId: string;
  readonly paymentId: string;
  readonly bytes: Uint8Array;
  /** What the dialect has kept with the leg so far. */
  readonly record: string | null;
}

export type Capability =
  | 'push'
  | 'collect'
  | 'lookup'
  | 'quote'
  | 'twoPhase'
  | 'refund'
  | 'inquiry'
  | 'statement'
  | 'paymentCode'
  | 'hold'
  /** Is told when an order of its own was paid, or a refund completed. */
  | 'notices';

/** The verified payee, as the payee's own side answers it. */
export interface PartyAnswer {
  readonly name: string | null;
  readonly payable: boolean;
  readonly currencies: readonly string[];
}

/** What a connection is told of an order of its own. */
export interface ConnectionNotice {
  /** The same in every attempt. */
  readonly id: string;
  readonly kind: 'order_paid' | 'refund_completed';
  readonly createdAtMs: number;
  /** From 1. */
  readonly attempt: number;
  /** What paid the order, or the refund. */
  readonly payment: PaymentView;
  /** What the refund gives back. */
  readonly cause: PaymentView | null;
  readonly order: OrderView | null;
}

/** Outbound side of a dialect. All calls are idempotent; a time-out is `pending`, never a guess. */
export interface Connector {
  /** What can be asked of this connection; of one dialect, two may differ. */
  capabilitiesOf(connection: ConnectionSettings): ReadonlySet<Capability>;
  /** Pure: the exact bytes that will be sent, however often. */
  encode(connection: ConnectionSettings, instruction: Instruction): Uint8Array;
  execute(connection: ConnectionSettings, stored: StoredInstruction): Promise<LegReport>;
  /**
   * Asks what became of it. `not_sent` only where the other side proves it never acts on it later.
   */
  inquire(connection: ConnectionSettings, stored: StoredInstruction): Promise<LegReport>;
  /** Milliseconds before the n-th inquiry (n from 1). */
  inquiryDelayMs(n: number): number;
  /** True once the other side has taken it (capability `notices`). */
  notify?(connection: ConnectionSettings, notice: ConnectionNotice): Promise<boolean>;
  /** Milliseconds after the n-th attempt (n from 1); `null`: it was the last. */
  noticeDelayMs?(connection: ConnectionSettings, n: number): number | null;
  /** Asks the payee's side for the party behind an account (capability `lookup`). */
  lookup?(connection: ConnectionSettings, account: string): Promise<Outcome<PartyAnswer>>;
  /** Asks the payee's side to agree to an amount (capability `quote`). */
  quote?(
    connection: ConnectionSettings,
    account: string,
    amount: Amount,
  ): Promise<Outcome<{ readonly payeeFeeMinor: bigint }>>;
}
