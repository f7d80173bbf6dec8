// An order of a shop as Alipay's words have it: numbers, states and times, from the canonical
// views. Shared by what a shop asks (alipay.inbound) and what it is told (alipay.notifier.ts).
import { z } from 'zod';
import type { OrderView, PaymentView } from '../../payments/port.ts';
import { chinaTime, yuan } from './alipay.messages.ts';

/** What the switch keeps with an order for the notification. */
const recordSchema = z.object({
  notifyUrl: z.string().nullable(),
  passback: z.string().nullable(),
});
export type OrderRecord = z.infer<typeof recordSchema>;

export const writeRecord = (record: OrderRecord) => JSON.stringify(record);

export function readRecord({ record }: OrderView): OrderRecord {
  if (record === null) return { notifyUrl: null, passback: null };
  return recordSchema.parse(JSON.parse(record));
}

/** Alipay's trade number: the order's id, without dashes. */
export const tradeNoOf = (order: OrderView) => order.id.replaceAll('-', '');

/** The order's id of a trade number; null where it cannot be one. */
export function orderIdOf(tradeNo: string): string | null {
  const parts = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(
    tradeNo,
  );
  return parts === null ? null : parts.slice(1).join('-');
}

export type TradeStatus = 'WAIT_BUYER_PAY' | 'TRADE_SUCCESS' | 'TRADE_CLOSED';

/** `payment`: what paid the order. A trade whose whole amount was refunded is closed. */
export function tradeStatusOf(order: OrderView, payment: PaymentView | null): TradeStatus {
  if (order.state === 'closed') return 'TRADE_CLOSED';
  if (order.state !== 'paid') return 'WAIT_BUYER_PAY';
  const refunded = payment?.payment.refundedMinor ?? 0n;
  return refunded >= order.amount.minor ? 'TRADE_CLOSED' : 'TRADE_SUCCESS';
}

export const namesOf = (order: OrderView) => ({
  trade_no: tradeNoOf(order),
  out_trade_no: order.reference ?? '',
});

export function amountsOf(order: OrderView) {
  const total = yuan(order.amount.minor);
  return { total_amount: total, receipt_amount: total, buyer_pay_amount: total };
}

export const paidAt = ({ payment }: PaymentView) => chinaTime(payment.endedAtMs ?? 0);
