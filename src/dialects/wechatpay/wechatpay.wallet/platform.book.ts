// What the simulated WeChat Pay's entries add up to: users' and merchants' balances, orders,
// refunds, notifications that are due. Deterministic: the same entries give the same book after a
// crash. Users + merchants = what users brought, always.
import { defect, required } from '../../../runtime/defect.ts';
import type { Entry, EntryOf } from './platform.entries.ts';

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
}

export interface Order extends Readonly<Omit<EntryOf<'ordered'>, 'type' | 'fen' | 'atMs'>> {
  readonly fen: bigint;
  state: 'NOTPAY' | 'SUCCESS' | 'CLOSED';
  userId: string | null;
  transactionId: string | null;
  paidAtMs: number | null;
  refundedFen: bigint;
  readonly refunds: Map<string, Refund>;
}

export interface Notice {
  readonly id: string;
  readonly order: Order;
  /** `null`: it tells of the payment. */
  readonly refund: Refund | null;
  readonly url: string;
  readonly createdAtMs: number;
  readonly attempts: {
    readonly atMs: number;
    readonly isTaken: boolean;
    readonly result: string;
  }[];
}

export type Book = ReturnType<typeof createBook>;

export function createBook() {
  const users = new Map<string, User>();
  const orders = new Map<string, Order>();
  const codes = new Map<string, Order>();
  const transactions = new Map<string, Order>();
  const refunds = new Map<string, Order>();
  const notices = new Map<string, Notice>();
  const merchants = new Map<string, bigint>();
  let deposits = 0n;

  const keyOf = (mchid: string, no: string) => `${mchid}:${no}`;
  const orderOf = ({ mchid, no }: { mchid: string; no: string }) =>
    required(orders.get(keyOf(mchid, no)), `order ${no}`);
  const userOf = (id: string | null) => required(users.get(id ?? ''), `user ${id ?? ''}`);
  const earn = (mchid: string, fen: bigint) =>
    merchants.set(mchid, (merchants.get(mchid) ?? 0n) + fen);

  function note(id: string, order: Order, refund: Refund | null, url: string, atMs: number): void {
    notices.set(id, { id, order, refund, url, createdAtMs: atMs, attempts: [] });
  }

  function paid(entry: EntryOf<'paid'>): void {
    const order = orderOf(entry);
    if (order.state !== 'NOTPAY') defect(`${order.no} is ${order.state}`);
    const user = userOf(entry.userId);
    if (user.fen < order.fen) defect(`${user.userId} has not so much`);
    user.fen -= order.fen;
    earn(order.mchid, order.fen);
    Object.assign(order, {
      state: 'SUCCESS',
      userId: entry.userId,
      transactionId: entry.transactionId,
      paidAtMs: entry.atMs,
    });
    transactions.set(entry.transactionId, order);
    note(entry.noticeId, order, null, order.notifyUrl, entry.atMs);
  }

  function refunded(entry: EntryOf<'refunded'>): void {
    const order = orderOf(entry);
    const { refundNo, refundId, atMs } = entry;
    const fen = BigInt(entry.fen);
    if (order.refundedFen + fen > order.fen) defect(`${order.no}: more than was paid`);
    const refund = { refundNo, refundId, fen, atMs };
    order.refunds.set(refundNo, refund);
    order.refundedFen += fen;
    refunds.set(keyOf(order.mchid, refundNo), order);
    userOf(order.userId).fen += fen;
    earn(order.mchid, -fen);
    if (entry.notifyUrl !== null) note(entry.noticeId, order, refund, entry.notifyUrl, atMs);
  }

  function apply(entry: Entry): void {
    switch (entry.type) {
      case 'user':
        users.set(entry.userId, { userId: entry.userId, name: entry.name, fen: BigInt(entry.fen) });
        deposits += BigInt(entry.fen);
        return;
      case 'ordered': {
        const { type: _type, fen, atMs: _at, ...rest } = entry;
        const fresh = {
          state: 'NOTPAY',
          userId: null,
          transactionId: null,
          paidAtMs: null,
        } as const;
        const order: Order = {
          ...rest,
          ...fresh,
          fen: BigInt(fen),
          refundedFen: 0n,
          refunds: new Map(),
        };
        orders.set(keyOf(entry.mchid, entry.no), order);
        codes.set(entry.codeUrl, order);
        return;
      }
      case 'paid':
        return paid(entry);
      case 'closed':
        orderOf(entry).state = 'CLOSED';
        return;
      case 'refunded':
        return refunded(entry);
      case 'attempt': {
        const { atMs, isTaken, result } = entry;
        notices.get(entry.noticeId)?.attempts.push({ atMs, isTaken, result });
      }
    }
  }

  const sum = (all: Iterable<bigint>) => [...all].reduce((total, each) => total + each, 0n);
  return {
    users,
    orders,
    notices,
    apply,
    order: (mchid: string, no: string) => orders.get(keyOf(mchid, no)),
    byCode: (code: string) => codes.get(code),
    byTransaction: (id: string) => transactions.get(id),
    byRefund: (mchid: string, refundNo: string) => refunds.get(keyOf(mchid, refundNo)),
    merchantFen: (mchid: string) => merchants.get(mchid) ?? 0n,
    totals() {
      const ofUsers = sum([...users.values()].map(({ fen }) => fen));
      const ofMerchants = sum(merchants.values());
      return {
        deposits,
        users: ofUsers,
        merchants: ofMerchants,
        isBalanced: ofUsers + ofMerchants === deposits,
      };
    },
  };
}
