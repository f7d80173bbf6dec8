// The nouns of the simulated WeChat Pay: a user, an order, its refunds, and what the merchant is
// told of them. They change only by entries, in platform.book.ts.
import type { EntryOf, RefundEnd } from './platform.entries.ts';

export interface User {
  readonly userId: string;
  readonly name: string;
  fen: bigint;
}

export interface Refund {
  readonly refundNo: string;
  readonly refundId: string;
  readonly fen: bigint;
  readonly atMs: number;
  readonly notifyUrl: string | null;
  /** Null where it was done at once. */
  readonly ends: { readonly atMs: number; readonly as: RefundEnd } | null;
  status: 'PROCESSING' | RefundEnd;
  endedAtMs: number | null;
}

export interface Order extends Readonly<Omit<EntryOf<'ordered'>, 'type' | 'fen' | 'codeUrl'>> {
  readonly fen: bigint;
  codeUrl: string;
  codedAtMs: number;
  state: 'NOTPAY' | 'SUCCESS' | 'CLOSED';
  userId: string | null;
  transactionId: string | null;
  paidAtMs: number | null;
  /** What is given back or under way to be. */
  refundedFen: bigint;
  readonly refunds: Map<string, Refund>;
}

export interface Attempt {
  readonly atMs: number;
  readonly isTaken: boolean;
  readonly result: string;
}

export interface Notice {
  readonly id: string;
  readonly mchid: string;
  readonly outTradeNo: string;
  readonly refundNo: string | null;
  readonly url: string;
  readonly createdAtMs: number;
  readonly eventType: string;
  readonly summary: string;
  readonly originalType: 'transaction' | 'refund';
  /** Of the event, not of when it is sent; encrypted only then. */
  readonly content: object;
  readonly attempts: Attempt[];
}
