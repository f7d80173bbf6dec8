// What the simulated WeChat Pay's entries add up to: users' and merchants' balances, orders,
// refunds, notifications that are due. Deterministic: the same entries give the same book after a
// crash. Users + merchants + refunds under way + withdrawn = what users brought, always.
import { defect, required } from '../../../runtime/defect.ts';
import type { Merchant } from './platform.config.ts';
import type { Entry, EntryOf } from './platform.entries.ts';
import { createNotice } from './platform.notices.ts';
import type { Notice, Order, Refund, User } from './platform.order.ts';

export type Book = ReturnType<typeof createBook>;

const keyOf = (mchid: string, no: string) => `${mchid}:${no}`;

export function createBook(configured: readonly Pick<Merchant, 'mchid' | 'appid'>[]) {
  const users = new Map<string, User>();
  const orders = new Map<string, Order>();
  const codes = new Map<string, Order>();
  const transactions = new Map<string, Order>();
  const refunds = new Map<string, Order>();
  const notices = new Map<string, Notice>();
  const merchants = new Map<string, bigint>();
  const underWay = new Map<Refund, Order>();
  const sums = { deposits: 0n, underWay: 0n, withdrawn: 0n };

  const appids = new Map(configured.map(({ mchid, appid }) => [mchid, appid]));
  const appidOf = (mchid: string) => appids.get(mchid) ?? '';
  const orderOf = ({ mchid, no }: { mchid: string; no: string }) =>
    required(orders.get(keyOf(mchid, no)), `order ${no}`);
  const userOf = (id: string | null) => required(users.get(id ?? ''), `user ${id ?? ''}`);

  function earn(mchid: string, fen: bigint): void {
    const left = (merchants.get(mchid) ?? 0n) + fen;
    if (left < 0n) defect(`${mchid} has not so much`);
    merchants.set(mchid, left);
  }

  function tell(entry: { noticeId: string; atMs: number }, order: Order, refund: Refund | null) {
    if (refund !== null && refund.notifyUrl === null) return;
    const { noticeId: id, atMs } = entry;
    const appid = appidOf(order.mchid);
    notices.set(id, createNotice({ id, atMs, order, refund, appid }));
  }

  function ordered({ type: _type, fen, ...entry }: EntryOf<'ordered'>): void {
    const order: Order = {
      ...entry,
      codedAtMs: entry.atMs,
      state: 'NOTPAY',
      userId: null,
      transactionId: null,
      paidAtMs: null,
      fen: BigInt(fen),
      refundedFen: 0n,
      refunds: new Map(),
    };
    const key = keyOf(entry.mchid, entry.no);
    if (orders.has(key)) defect(`${key} is there already`);
    orders.set(key, order);
    codes.set(entry.codeUrl, order);
  }

  function recoded({ codeUrl, atMs, ...name }: EntryOf<'recoded'>): void {
    const order = orderOf(name);
    codes.delete(order.codeUrl);
    order.codeUrl = codeUrl;
    order.codedAtMs = atMs;
    codes.set(codeUrl, order);
  }

  function paid(entry: EntryOf<'paid'>): void {
    const order = orderOf(entry);
    if (order.state !== 'NOTPAY') defect(`${order.no} is ${order.state}`);
    const user = userOf(entry.userId);
    if (user.fen < order.fen) defect(`${user.userId} has not so much`);
    user.fen -= order.fen;
    earn(order.mchid, order.fen);
    order.state = 'SUCCESS';
    order.userId = entry.userId;
    order.transactionId = entry.transactionId;
    order.paidAtMs = entry.atMs;
    transactions.set(entry.transactionId, order);
    tell(entry, order, null);
  }

  function closed(entry: EntryOf<'closed'>): void {
    const order = orderOf(entry);
    if (order.state !== 'NOTPAY') defect(`${order.no} is ${order.state}`);
    order.state = 'CLOSED';
  }

  function refunded(entry: EntryOf<'refunded'>): void {
    const order = orderOf(entry);
    const { refundNo, refundId, atMs, notifyUrl, ends = null } = entry;
    const fen = BigInt(entry.fen);
    if (order.state !== 'SUCCESS') defect(`${order.no} is ${order.state}`);
    if (order.refundedFen + fen > order.fen) defect(`${order.no}: more than was paid`);
    const began = { refundNo, refundId, fen, atMs, notifyUrl, ends };
    const refund: Refund = { ...began, status: 'PROCESSING', endedAtMs: null };
    earn(order.mchid, -fen);
    sums.underWay += fen;
    order.refunds.set(refundNo, refund);
    order.refundedFen += fen;
    refunds.set(keyOf(order.mchid, refundNo), order);
    underWay.set(refund, order);
    if (ends === null) ended({ ...entry, type: 'refund_ended', as: 'SUCCESS' });
  }

  function ended(entry: EntryOf<'refund_ended'>): void {
    const order = orderOf(entry);
    const refund = required(order.refunds.get(entry.refundNo), `refund ${entry.refundNo}`);
    if (refund.status !== 'PROCESSING') defect(`${refund.refundNo} is ${refund.status}`);
    refund.status = entry.as;
    refund.endedAtMs = entry.atMs;
    underWay.delete(refund);
    // what is abnormal stays with the platform until somebody decides, as the real one keeps it
    if (entry.as !== 'ABNORMAL') sums.underWay -= refund.fen;
    if (entry.as === 'SUCCESS') userOf(order.userId).fen += refund.fen;
    if (entry.as === 'CLOSED') {
      earn(order.mchid, refund.fen);
      order.refundedFen -= refund.fen;
    }
    tell(entry, order, refund);
  }

  function apply(entry: Entry): void {
    switch (entry.type) {
      case 'user': {
        const { userId, name } = entry;
        users.set(userId, { userId, name, fen: BigInt(entry.fen) });
        sums.deposits += BigInt(entry.fen);
        return;
      }
      case 'ordered':
        return ordered(entry);
      case 'recoded':
        return recoded(entry);
      case 'paid':
        return paid(entry);
      case 'closed':
        return closed(entry);
      case 'refunded':
        return refunded(entry);
      case 'refund_ended':
        return ended(entry);
      case 'withdrawn':
        earn(entry.mchid, -BigInt(entry.fen));
        sums.withdrawn += BigInt(entry.fen);
        return;
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
    /** Refunds that are still to end. */
    underWay,
    apply,
    appidOf,
    order: (mchid: string, no: string) => orders.get(keyOf(mchid, no)),
    byCode: (code: string) => codes.get(code),
    byTransaction: (id: string) => transactions.get(id),
    byRefund: (mchid: string, refundNo: string) => refunds.get(keyOf(mchid, refundNo)),
    merchantFen: (mchid: string) => merchants.get(mchid) ?? 0n,
    totals() {
      const ofUsers = sum([...users.values()].map(({ fen }) => fen));
      const ofMerchants = sum(merchants.values());
      const all = ofUsers + ofMerchants + sums.underWay + sums.withdrawn;
      return {
        ...sums,
        users: ofUsers,
        merchants: ofMerchants,
        isBalanced: all === sums.deposits,
      };
    },
  };
}
