// What the simulated WeChat Pay does with refunds: the same number is the same refund, at most
// fifty of an order, never more than was paid. Done at once, unless a fault says otherwise.
import type { Merchant } from './platform.config.ts';
import type { PlatformContext } from './platform.context.ts';
import { refundOf } from './platform.notices.ts';
import type { Order, Refund } from './platform.order.ts';
import { type Answer, refuse, wrongField } from './platform.refusals.ts';
import { read, refundSchema } from './platform.requests.ts';

const DAY_MS = 86_400_000;
const REFUNDS_MAX = 50;

const ENDS: Readonly<Record<string, 'SUCCESS' | 'CLOSED' | 'ABNORMAL'>> = {
  refund_slow: 'SUCCESS',
  refund_closed: 'CLOSED',
  refund_abnormal: 'ABNORMAL',
};

export type Refunds = ReturnType<typeof createRefunds>;

export function createRefunds({ config, book, record, clock, faults, newId }: PlatformContext) {
  const now = () => clock.nowMs();
  const at = ({ mchid, no }: Order) => ({ mchid, no, atMs: now() });

  /** As it stands now: what was to end by now has ended. */
  function settle(refund: Refund, order: Order): void {
    const { ends, refundNo, status } = refund;
    if (status !== 'PROCESSING' || ends === null || now() < ends.atMs) return;
    const noticeId = newId.notification();
    record({ type: 'refund_ended', ...at(order), refundNo, as: ends.as, noticeId });
  }

  /** Why this much of the order cannot be given back; undefined: it can. */
  function objection(order: Order, fen: bigint, total: number): Answer | undefined {
    if (order.state !== 'SUCCESS') return refuse('INVALID_REQUEST', '订单未支付，不可退款');
    if (Number(order.fen) !== total) return refuse('INVALID_REQUEST', '订单金额不一致');
    if (now() - (order.paidAtMs ?? 0) > config.refundDays * DAY_MS) {
      return refuse('INVALID_REQUEST', '订单已超过可退款的最大期限');
    }
    if (order.refundedFen + fen > order.fen) {
      return refuse('INVALID_REQUEST', '累计退款金额超过订单金额');
    }
    const made = [...order.refunds.values()].filter(({ status }) => status !== 'CLOSED');
    if (made.length >= REFUNDS_MAX) return refuse('INVALID_REQUEST', '部分退款次数超过50次');
    return book.merchantFen(order.mchid) < fen ? refuse('NOT_ENOUGH') : undefined;
  }

  function make(order: Order, refundNo: string, fen: bigint, notifyUrl: string | null): void {
    const fault = faults.atRefund();
    const as = ENDS[fault?.kind ?? ''];
    record({
      type: 'refunded',
      ...at(order),
      refundNo,
      refundId: newId.refund(),
      fen: String(fen),
      notifyUrl,
      noticeId: newId.notification(),
      ...(as === undefined ? {} : { ends: { atMs: now() + (fault?.ms ?? 0), as } }),
    });
  }

  function answer(order: Order, refundNo: string): Answer {
    const made = order.refunds.get(refundNo);
    if (made === undefined) return refuse('RESOURCE_NOT_EXISTS', '退款单不存在');
    settle(made, order);
    return { status: 200, json: refundOf(order, made) };
  }

  return {
    refund({ mchid }: Merchant, body: Buffer): Answer {
      const asked = read(refundSchema, body);
      if (!asked.ok) return asked.refusal;
      const { transaction_id: id, out_trade_no: no, out_refund_no: refundNo } = asked.value;
      const { amount, notify_url: notifyUrl = null } = asked.value;
      const order = id === undefined ? book.order(mchid, no ?? '') : book.byTransaction(id);
      if (order?.mchid !== mchid) return refuse('RESOURCE_NOT_EXISTS', '订单不存在');
      if (no !== undefined && no !== order.no) return wrongField('/out_trade_no', 'is another');
      const fen = BigInt(amount.refund);
      const before = order.refunds.get(refundNo);
      if (before !== undefined) {
        const isSame = before.fen === fen && Number(order.fen) === amount.total;
        if (isSame) return answer(order, refundNo);
        return refuse('INVALID_REQUEST', '订单金额或退款金额与之前请求不一致，请核实后再试');
      }
      if (book.byRefund(mchid, refundNo) !== undefined) {
        return refuse('INVALID_REQUEST', '商户退款单号已用于其他订单');
      }
      const why = objection(order, fen, amount.total);
      if (why !== undefined) return why;
      make(order, refundNo, fen, notifyUrl);
      return answer(order, refundNo);
    },
    refundState({ mchid }: Merchant, refundNo: string): Answer {
      const order = book.byRefund(mchid, refundNo);
      if (order === undefined) return refuse('RESOURCE_NOT_EXISTS', '退款单不存在');
      return answer(order, refundNo);
    },
    /** Ends what is to have ended by now. */
    sweep() {
      for (const [refund, order] of book.underWay) settle(refund, order);
    },
  };
}
