// What the simulated Alipay's entries add up to: buyers' and merchants' balances, orders, refunds,
// notifications that are due. Deterministic: the same entries give the same book after a crash.
// Buyers + merchants + withdrawn = what buyers brought, always.
import { defect, required } from '../../../runtime/defect.ts';
import type { App } from './platform.config.ts';
import type { Entry, EntryOf } from './platform.entries.ts';
import { createNotice } from './platform.notices.ts';
import type { Buyer, Notice, Trade, TradeState } from './platform.trade.ts';

export interface Totals {
  readonly deposits: bigint;
  readonly users: bigint;
  readonly merchants: bigint;
  readonly withdrawn: bigint;
  readonly isBalanced: boolean;
}

export interface Book {
  readonly users: ReadonlyMap<string, Buyer>;
  readonly trades: ReadonlyMap<string, Trade>;
  /** What can still expire. */
  readonly open: ReadonlySet<Trade>;
  readonly notices: ReadonlyMap<string, Notice>;
  apply(entry: Entry): void;
  merchantFen(appId: string): bigint;
  trade(appId: string, outTradeNo: string): Trade | undefined;
  byTradeNo(tradeNo: string): Trade | undefined;
  byQrCode(qrCode: string): Trade | undefined;
  /** By user id or by what they log on with. */
  user(name: string): Buyer | undefined;
  totals(): Totals;
}

/** Orders are the merchant's: the same number at another app is another order. */
const keyOf = (appId: string, outTradeNo: string) => `${appId}:${outTradeNo}`;

export function createBook(apps: readonly App[]): Book {
  const users = new Map<string, Buyer>();
  const trades = new Map<string, Trade>();
  const tradeNos = new Map<string, Trade>();
  const qrCodes = new Map<string, Trade>();
  const open = new Set<Trade>();
  const notices = new Map<string, Notice>();
  const merchants = new Map<string, bigint>();
  let deposits = 0n;
  let withdrawn = 0n;

  const earn = (appId: string, fen: bigint) =>
    merchants.set(appId, (merchants.get(appId) ?? 0n) + fen);
  const tradeOf = ({ appId, outTradeNo }: { appId: string; outTradeNo: string }) =>
    required(trades.get(keyOf(appId, outTradeNo)), `order ${outTradeNo}`);
  const buyerOf = (userId: string | undefined) =>
    required(users.get(userId ?? ''), `user ${userId ?? ''}`);

  function expect(trade: Trade, ...states: readonly TradeState[]): void {
    if (!states.includes(trade.state)) defect(`${trade.outTradeNo} is ${trade.state}`);
  }

  function note(trade: Trade, entry: EntryOf<'paid' | 'closed' | 'refunded'>): void {
    if (entry.notifyId === undefined) return;
    const app = required(
      apps.find(({ appId }) => appId === trade.appId),
      `app ${trade.appId}`,
    );
    const buyer = trade.userId === undefined ? undefined : buyerOf(trade.userId);
    const event = { notifyId: entry.notifyId, atMs: entry.atMs };
    const refund = entry.type === 'refunded' ? trade.refunds.get(entry.outRequestNo) : undefined;
    notices.set(event.notifyId, createNotice({ ...event, trade, app, buyer, refund }));
  }

  function precreated({ type: _type, fen, atMs, ...order }: EntryOf<'precreated'>): void {
    const key = keyOf(order.appId, order.outTradeNo);
    const before = trades.get(key);
    if (before !== undefined) expect(before, 'void');
    const trade: Trade = {
      ...order,
      fen: BigInt(fen),
      precreatedAtMs: atMs,
      state: 'precreated',
      createdAtMs: undefined,
      voidedBy: undefined,
      userId: undefined,
      paidAtMs: undefined,
      closedAtMs: undefined,
      refundedFen: 0n,
      refunds: new Map(),
    };
    trades.set(key, trade);
    open.add(trade);
    tradeNos.set(trade.tradeNo, trade);
    qrCodes.set(trade.qrCode, trade);
  }

  function paid(entry: EntryOf<'paid'>): void {
    const trade = tradeOf(entry);
    expect(trade, 'WAIT_BUYER_PAY');
    const buyer = buyerOf(entry.userId);
    if (buyer.fen < trade.fen) defect(`${buyer.userId} has not so much`);
    buyer.fen -= trade.fen;
    earn(trade.appId, trade.fen);
    trade.state = 'TRADE_SUCCESS';
    open.delete(trade);
    trade.userId = entry.userId;
    trade.paidAtMs = entry.atMs;
    note(trade, entry);
  }

  function refunded(entry: EntryOf<'refunded'>): void {
    const trade = tradeOf(entry);
    expect(trade, 'TRADE_SUCCESS');
    const { outRequestNo, atMs, reason } = entry;
    const fen = BigInt(entry.fen);
    if (trade.refunds.has(outRequestNo)) defect(`refund ${outRequestNo} was made before`);
    if (trade.refundedFen + fen > trade.fen) defect(`${trade.outTradeNo}: more than was paid`);
    trade.refunds.set(outRequestNo, { outRequestNo, fen, atMs, reason });
    trade.refundedFen += fen;
    buyerOf(trade.userId).fen += fen;
    earn(trade.appId, -fen);
    if (trade.refundedFen === trade.fen) {
      trade.state = 'TRADE_CLOSED';
      trade.closedAtMs = atMs;
    }
    note(trade, entry);
  }

  function closed(entry: EntryOf<'closed'>): void {
    const trade = tradeOf(entry);
    expect(trade, 'WAIT_BUYER_PAY');
    trade.state = 'TRADE_CLOSED';
    open.delete(trade);
    trade.closedAtMs = entry.atMs;
    note(trade, entry);
  }

  function begun(entry: EntryOf<'begun'>): void {
    const trade = tradeOf(entry);
    expect(trade, 'precreated', 'WAIT_BUYER_PAY');
    trade.state = 'WAIT_BUYER_PAY';
    trade.createdAtMs ??= entry.atMs;
    trade.userId ??= entry.userId;
  }

  function voided(entry: EntryOf<'voided'>): void {
    const trade = tradeOf(entry);
    expect(trade, 'precreated');
    trade.state = 'void';
    open.delete(trade);
    trade.voidedBy = entry.why;
  }

  function apply(entry: Entry): void {
    switch (entry.type) {
      case 'user': {
        const { userId, logonId, name } = entry;
        if (users.has(userId)) defect(`user ${userId} is there already`);
        users.set(userId, { userId, logonId, name, fen: BigInt(entry.fen) });
        deposits += BigInt(entry.fen);
        return;
      }
      case 'precreated':
        return precreated(entry);
      case 'begun':
        return begun(entry);
      case 'paid':
        return paid(entry);
      case 'closed':
        return closed(entry);
      case 'voided':
        return voided(entry);
      case 'refunded':
        return refunded(entry);
      case 'withdrawn':
        earn(entry.appId, -BigInt(entry.fen));
        withdrawn += BigInt(entry.fen);
        return;
      case 'attempt':
        required(notices.get(entry.notifyId), `notification ${entry.notifyId}`).attempts.push({
          atMs: entry.atMs,
          result: entry.result,
        });
        return;
    }
  }

  function totals(): Totals {
    const sum = (all: Iterable<bigint>) => [...all].reduce((total, each) => total + each, 0n);
    const ofUsers = sum([...users.values()].map(({ fen }) => fen));
    const ofMerchants = sum(merchants.values());
    const isBalanced = ofUsers + ofMerchants + withdrawn === deposits;
    return { deposits, users: ofUsers, merchants: ofMerchants, withdrawn, isBalanced };
  }

  return {
    users,
    trades,
    open,
    notices,
    apply,
    merchantFen: (appId) => merchants.get(appId) ?? 0n,
    trade: (appId, outTradeNo) => trades.get(keyOf(appId, outTradeNo)),
    byTradeNo: (tradeNo) => tradeNos.get(tradeNo),
    byQrCode: (qrCode) => qrCodes.get(qrCode),
    user: (name) => [...users.values()].find((each) => [each.userId, each.logonId].includes(name)),
    totals,
  };
}
