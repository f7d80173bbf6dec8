// What is on the wire, named as WeChat Pay names it, with the page of pay.weixin.qq.com each schema
// is from. Only what the switch acts on; what else a message carries is passed over.
import { z } from 'zod';
import { MAX_AMOUNT_MINOR } from '../../money/index.ts';

const HOUR_MS = 3_600_000;

/** RFC 3339 in China's time, whole seconds: `2026-11-24T16:00:00+08:00`. */
export function chinaTime(atMs: number): string {
  return `${new Date(atMs + 8 * HOUR_MS).toISOString().slice(0, 19)}+08:00`;
}

const timeSchema = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** Fen as a JSON integer. */
const fenSchema = z
  .int()
  .min(1)
  .max(Number(MAX_AMOUNT_MINOR))
  .transform((fen) => BigInt(fen));

/** Fen as JSON has them; amounts of the scheme stay below 2^53. */
export const fen = (minor: bigint) => Number(minor);

const number = z.string().regex(/^[A-Za-z0-9_\-|*]{1,32}$/);
const currency = z.literal('CNY').default('CNY');

/** POST /v3/pay/transactions/native (Native下单). */
export const nativeOrderSchema = z.object({
  appid: z.string().min(1).max(32),
  mchid: z.string(),
  description: z.string().min(1).max(127),
  out_trade_no: number.min(6),
  time_expire: timeSchema.optional(),
  attach: z.string().max(128).optional(),
  notify_url: z.url().max(255),
  amount: z.object({ total: fenSchema, currency }),
});
export type NativeOrder = z.infer<typeof nativeOrderSchema>;

/** POST …/out-trade-no/{out_trade_no}/close (关闭订单). */
export const closeSchema = z.object({ mchid: z.string() });

/** POST /v3/refund/domestic/refunds (申请退款). */
export const refundSchema = z.object({
  transaction_id: z.string().max(32).optional(),
  out_trade_no: number.optional(),
  out_refund_no: z.string().regex(/^[A-Za-z0-9_\-|*@]{1,64}$/),
  reason: z.string().max(80).optional(),
  notify_url: z.url().max(255).optional(),
  amount: z.object({ refund: fenSchema, total: fenSchema, currency }),
});
export type RefundRequest = z.infer<typeof refundSchema>;

/** What the platform answers to an order: what the payer's app opens. */
export const orderedSchema = z.object({ code_url: z.string().min(1) });

/** What it answers to a query, and what the notification of a payment carries. */
export const transactionSchema = z.object({
  mchid: z.string(),
  out_trade_no: z.string(),
  transaction_id: z.string().min(1).optional(),
  trade_state: z.enum([
    'SUCCESS',
    'REFUND',
    'NOTPAY',
    'CLOSED',
    'REVOKED',
    'USERPAYING',
    'PAYERROR',
  ]),
  amount: z.object({ total: fenSchema }).optional(),
});

/** What it answers to a refund and to its query. */
export const refundedSchema = z.object({
  refund_id: z.string().min(1),
  out_refund_no: z.string(),
  amount: z.object({ refund: fenSchema }),
  status: z.enum(['SUCCESS', 'CLOSED', 'PROCESSING', 'ABNORMAL']),
});

/** What the notification of a refund carries (退款结果通知). */
export const refundNoticeSchema = z.object({
  mchid: z.string(),
  out_refund_no: z.string(),
  refund_id: z.string().min(1),
  refund_status: z.enum(['SUCCESS', 'CLOSED', 'ABNORMAL']),
  amount: z.object({ refund: fenSchema }),
});

/** A notification, before its resource is decrypted. */
export const notificationSchema = z.object({
  id: z.string(),
  event_type: z.string(),
  resource: z.object({
    algorithm: z.literal('AEAD_AES_256_GCM'),
    ciphertext: z.base64(),
    nonce: z.string().length(12),
    associated_data: z.string().optional(),
  }),
});

/** What the switch itself has written into the bytes of an order, or of a refund. */
export const askedSchema = z.object({
  amount: z.object({ total: fenSchema, refund: fenSchema.optional(), currency: z.string() }),
});

export const refusedSchema = z.object({ code: z.string(), message: z.string().optional() });
