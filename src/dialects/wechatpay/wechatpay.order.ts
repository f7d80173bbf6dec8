// An order of a shop, and a refund of it, as WeChat Pay's words have them, from the canonical
// views. Shared by what a shop asks (wechatpay.inbound) and what it is told
// (wechatpay.notifier.ts).
import { z } from 'zod';
import { isEnded } from '../../payments/payment.ts';
import type { OrderView, PaymentView } from '../../payments/port.ts';
import { chinaTime, fen } from './wechatpay.messages.ts';

/** What the switch keeps with an order for its answers and notification. */
const recordSchema = z.object({
  notifyUrl: z.string(),
  appid: z.string(),
  attach: z.string().nullable(),
});
export type OrderRecord = z.infer<typeof recordSchema>;

export const writeRecord = (record: OrderRecord) => JSON.stringify(record);

/** `null`: the order is of another connection. */
export function readRecord({ record }: OrderView): OrderRecord | null {
  return record === null ? null : recordSchema.parse(JSON.parse(record));
}

/** WeChat Pay's number of a payment or refund: its id, without dashes. */
export const numberOf = ({ payment }: PaymentView) => payment.id.replaceAll('-', '');

/** The id of a number; null where it cannot be one. */
export function idOf(number: string): string | null {
  const parts = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(number);
  return parts === null ? null : parts.slice(1).join('-');
}

const STATES = {
  SUCCESS: '支付成功',
  REFUND: '转入退款',
  NOTPAY: '订单未支付',
  CLOSED: '订单已关闭',
} as const;

function stateOf(order: OrderView, payment: PaymentView | null): keyof typeof STATES {
  if (order.state === 'closed') return 'CLOSED';
  if (order.state !== 'paid') return 'NOTPAY';
  return (payment?.payment.refundedMinor ?? 0n) > 0n ? 'REFUND' : 'SUCCESS';
}

const endedAt = ({ payment }: PaymentView) => chinaTime(payment.endedAtMs ?? 0);

/** 查询订单, and the resource of TRANSACTION.SUCCESS. */
export function transactionOf(mchid: string, order: OrderView, payment: PaymentView | null) {
  const record = readRecord(order);
  const trade_state = stateOf(order, payment);
  const total = fen(order.amount.minor);
  const whenPaid =
    payment === null || order.state !== 'paid'
      ? {}
      : {
          transaction_id: numberOf(payment),
          bank_type: 'OTHERS',
          success_time: endedAt(payment),
          // who paid is known to their own platform alone: one that is nobody else's
          payer: { openid: numberOf(payment) },
        };
  return {
    mchid,
    ...(record === null ? {} : { appid: record.appid }),
    out_trade_no: order.reference ?? '',
    trade_type: 'NATIVE',
    trade_state,
    trade_state_desc: STATES[trade_state],
    ...(record?.attach === null || record === null ? {} : { attach: record.attach }),
    ...whenPaid,
    amount: { total, payer_total: total, currency: 'CNY', payer_currency: 'CNY' },
  };
}

/** 查询退款. A refund that was refused is closed: its money stays with the shop. */
export function refundOf(order: OrderView, paidBy: PaymentView, refund: PaymentView) {
  const { state } = refund;
  const ended = state === 'completed' ? 'SUCCESS' : 'CLOSED';
  const status = isEnded(state) ? ended : 'PROCESSING';
  const total = fen(order.amount.minor);
  const given = fen(refund.payment.amountMinor);
  return {
    refund_id: numberOf(refund),
    out_refund_no: refund.payment.reference ?? '',
    transaction_id: numberOf(paidBy),
    out_trade_no: order.reference ?? '',
    channel: 'ORIGINAL',
    user_received_account: '支付用户零钱',
    ...(status === 'SUCCESS' ? { success_time: endedAt(refund) } : {}),
    create_time: chinaTime(refund.payment.createdAtMs),
    status,
    funds_account: 'AVAILABLE',
    amount: {
      total,
      refund: given,
      payer_total: total,
      payer_refund: given,
      settlement_refund: given,
      settlement_total: total,
      discount_refund: 0,
      currency: 'CNY',
    },
  };
}

/** The resource of REFUND.SUCCESS (退款结果通知), which names some things its own way. */
export function refundNoticeOf(
  mchid: string,
  order: OrderView,
  paidBy: PaymentView,
  refund: PaymentView,
) {
  const { status, amount, success_time, ...rest } = refundOf(order, paidBy, refund);
  const { refund_id, out_refund_no, transaction_id, out_trade_no, user_received_account } = rest;
  return {
    mchid,
    out_trade_no,
    transaction_id,
    out_refund_no,
    refund_id,
    refund_status: status,
    ...(success_time === undefined ? {} : { success_time }),
    user_received_account,
    amount: {
      total: amount.total,
      refund: amount.refund,
      payer_total: amount.payer_total,
      payer_refund: amount.payer_refund,
    },
  };
}
