// What a buyer does in the Alipay app: scans a merchant's code, pays, or wants nothing of it.

import type { PlatformContext } from './platform.context.ts';
import type { Trade } from './platform.trade.ts';
import type { Trades } from './platform.trades.ts';

export interface Wish {
  /** User id, or what they log on with. */
  readonly user: string;
  readonly qrCode?: string | undefined;
  readonly tradeNo?: string | undefined;
}

/** Why the app says no, in the words of the platform where it has some. */
export type BuyerRefusal =
  | 'USER_NOT_EXIST'
  | 'TRADE_NOT_EXIST'
  | 'TRADE_HAS_SUCCESS'
  | 'TRADE_HAS_CLOSE'
  | 'TRADE_BUYER_NOT_MATCH'
  | 'BUYER_BALANCE_NOT_ENOUGH';

export interface Buyers {
  /** From here on there is a trade, and it is this buyer's. */
  scan(wish: Wish): Trade | BuyerRefusal;
  /** Scans and pays: the money moves at once. */
  confirm(wish: Wish): Trade | BuyerRefusal;
  /** Closes the trade in the app. */
  decline(wish: Wish): Trade | BuyerRefusal;
}

export function createBuyers(context: PlatformContext, trades: Trades): Buyers {
  const { book, record, clock, newId } = context;
  const now = () => clock.nowMs();
  const at = ({ appId, outTradeNo }: Trade) => ({ appId, outTradeNo, atMs: now() });
  const notice = ({ notifyUrl }: Trade) =>
    notifyUrl === undefined ? {} : { notifyId: newId.notification(now()) };

  function scan({ user, qrCode, tradeNo }: Wish): Trade | BuyerRefusal {
    const buyer = book.user(user);
    if (buyer === undefined) return 'USER_NOT_EXIST';
    const trade = qrCode === undefined ? book.byTradeNo(tradeNo ?? '') : book.byQrCode(qrCode);
    if (trade === undefined) return 'TRADE_NOT_EXIST';
    trades.expire(trade);
    if (trade.state === 'TRADE_SUCCESS') return 'TRADE_HAS_SUCCESS';
    if (trade.state === 'TRADE_CLOSED' || trade.state === 'void') return 'TRADE_HAS_CLOSE';
    const { userId } = trade;
    if (userId !== undefined && userId !== buyer.userId) return 'TRADE_BUYER_NOT_MATCH';
    if (userId === undefined) record({ type: 'begun', ...at(trade), userId: buyer.userId });
    return trade;
  }

  return {
    scan,
    confirm(wish) {
      const trade = scan(wish);
      if (typeof trade === 'string') return trade;
      const buyer = book.user(wish.user);
      if (buyer === undefined) return 'USER_NOT_EXIST';
      if (buyer.fen < trade.fen) return 'BUYER_BALANCE_NOT_ENOUGH';
      record({ type: 'paid', ...at(trade), userId: buyer.userId, ...notice(trade) });
      return trade;
    },
    decline(wish) {
      const trade = scan(wish);
      if (typeof trade === 'string') return trade;
      record({ type: 'closed', ...at(trade), ...notice(trade) });
      return trade;
    },
  };
}
