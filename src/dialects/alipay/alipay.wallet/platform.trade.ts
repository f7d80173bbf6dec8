// The nouns of the simulated Alipay: a buyer, an order that becomes a trade, its refunds, and what
// the merchant is told of it. They change only by entries, in platform.book.ts.
import type { EntryOf } from './platform.entries.ts';

export interface Buyer {
  readonly userId: string;
  readonly logonId: string;
  readonly name: string;
  fen: bigint;
}

export interface Refund {
  readonly outRequestNo: string;
  readonly fen: bigint;
  readonly atMs: number;
  readonly reason: string | undefined;
}

/**
 * `precreated`: there is a code and no trade yet. `void`: its code is dead, and there never was a
 * trade. The others are Alipay's.
 */
export type TradeState =
  | 'precreated'
  | 'void'
  | 'WAIT_BUYER_PAY'
  | 'TRADE_SUCCESS'
  | 'TRADE_CLOSED';

export interface Trade extends Readonly<Omit<EntryOf<'precreated'>, 'type' | 'fen' | 'atMs'>> {
  readonly fen: bigint;
  readonly precreatedAtMs: number;
  state: TradeState;
  createdAtMs: number | undefined;
  voidedBy: 'cancelled' | 'expired' | undefined;
  userId: string | undefined;
  paidAtMs: number | undefined;
  closedAtMs: number | undefined;
  refundedFen: bigint;
  readonly refunds: Map<string, Refund>;
}

export interface Attempt {
  readonly atMs: number;
  readonly result: string;
}

export interface Notice {
  readonly notifyId: string;
  readonly appId: string;
  readonly outTradeNo: string;
  readonly url: string;
  readonly createdAtMs: number;
  /** Everything but notify_time, sign and sign_type. */
  readonly fields: Readonly<Record<string, string>>;
  readonly attempts: Attempt[];
}
