// What merchants are told of orders and refunds, in answers and in notifications, and when a
// notification is due. Data of the event; sending it is platform.sending.ts.
import type { Notice, Order, Refund } from './platform.order.ts';
import { china } from './platform.yuan.ts';

/** Seconds between one attempt and the next; then it is given up. */
const RETRY_S = [
  15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, 10_800, 10_800, 10_800, 21_600, 21_600,
];

/** When it is to be sent next; undefined when it was taken, or was given up. */
export function dueMs(
  { attempts, createdAtMs }: Pick<Notice, 'attempts' | 'createdAtMs'>,
  factor: number,
): number | undefined {
  const last = attempts.at(-1);
  if (last === undefined) return createdAtMs;
  const waitS = last.isTaken ? undefined : RETRY_S[attempts.length - 1];
  return waitS === undefined ? undefined : last.atMs + waitS * 1_000 * factor;
}

const STATES = {
  NOTPAY: '订单未支付',
  SUCCESS: '支付成功',
  CLOSED: '订单已关闭',
  REFUND: '订单发生过退款，退款详情请查询退款单',
} as const;

/** "查询订单" and the resource of TRANSACTION.SUCCESS. */
export function transactionOf(order: Order, appid: string): object {
  const { mchid, no, attach, transactionId } = order;
  const state = order.refundedFen > 0n ? 'REFUND' : order.state;
  const total = Number(order.fen);
  const shared = {
    appid,
    mchid,
    out_trade_no: no,
    trade_state: state,
    trade_state_desc: STATES[state],
    ...(attach === null ? {} : { attach }),
  };
  if (transactionId === null) return { ...shared, amount: { total, currency: 'CNY' } };
  return {
    ...shared,
    transaction_id: transactionId,
    trade_type: 'NATIVE',
    bank_type: 'OTHERS',
    success_time: china(order.paidAtMs ?? 0),
    payer: { openid: order.userId },
    amount: { total, payer_total: total, currency: 'CNY', payer_currency: 'CNY' },
  };
}

const RECEIVED = '支付用户零钱';

function shared(order: Order, refund: Refund): object {
  const isDone = refund.status === 'SUCCESS';
  return {
    refund_id: refund.refundId,
    out_refund_no: refund.refundNo,
    transaction_id: order.transactionId,
    out_trade_no: order.no,
    user_received_account: RECEIVED,
    ...(isDone ? { success_time: china(refund.endedAtMs ?? refund.atMs) } : {}),
  };
}

/** "申请退款" and "查询单笔退款". */
export function refundOf(order: Order, refund: Refund): object {
  const [total, given] = [Number(order.fen), Number(refund.fen)];
  return {
    ...shared(order, refund),
    channel: 'ORIGINAL',
    create_time: china(refund.atMs),
    status: refund.status,
    funds_account: 'AVAILABLE',
    amount: {
      total,
      refund: given,
      payer_total: total,
      payer_refund: given,
      settlement_total: total,
      settlement_refund: given,
      discount_refund: 0,
      currency: 'CNY',
    },
  };
}

const REFUND_SUMMARIES = { SUCCESS: '退款成功', CLOSED: '退款关闭', ABNORMAL: '退款异常' } as const;

export function createNotice(event: {
  readonly id: string;
  readonly atMs: number;
  readonly order: Order;
  readonly refund: Refund | null;
  readonly appid: string;
}): Notice {
  const { id, atMs, order, refund, appid } = event;
  const { mchid, no: outTradeNo } = order;
  const from = { id, mchid, outTradeNo, createdAtMs: atMs, attempts: [] };
  if (refund === null) {
    return {
      ...from,
      refundNo: null,
      url: order.notifyUrl,
      eventType: 'TRANSACTION.SUCCESS',
      summary: STATES.SUCCESS,
      originalType: 'transaction',
      content: transactionOf(order, appid),
    };
  }
  const status = refund.status === 'PROCESSING' ? 'SUCCESS' : refund.status;
  const [total, given] = [Number(order.fen), Number(refund.fen)];
  const amount = { total, refund: given, payer_total: total, payer_refund: given };
  return {
    ...from,
    refundNo: refund.refundNo,
    url: refund.notifyUrl ?? '',
    eventType: `REFUND.${status}`,
    summary: REFUND_SUMMARIES[status],
    originalType: 'refund',
    content: { mchid, ...shared(order, refund), refund_status: status, amount },
  };
}
