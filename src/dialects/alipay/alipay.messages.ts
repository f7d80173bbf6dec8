// What is on the wire, named as Alipay names it, with the page of opendocs.alipay.com each schema
// is from. Only what the switch acts on; what else a message carries is passed over.
import { z } from 'zod';
import { currency, formatAmount, parseAmount } from '../../money/index.ts';
import { required } from '../../runtime/defect.ts';

const CNY = required(currency('CNY'), 'CNY');
const HOUR_MS = 3_600_000;

/** Fen as yuan with two decimals. */
export const yuan = (minor: bigint) => formatAmount(minor, CNY);

/** Yuan → fen. Alipay takes one or no decimal as well as two. */
export const yuanSchema = z
  .string()
  .regex(/^[0-9]{1,13}(\.[0-9]{1,2})?$/)
  .transform((text, context) => {
    const [whole = '', part = ''] = text.split('.');
    const parsed = parseAmount(`${whole}.${part.padEnd(2, '0')}`, CNY);
    if (parsed.ok) return parsed.minor;
    context.addIssue('yuan with at most two decimals, above zero');
    return z.NEVER;
  });

/** `yyyy-MM-dd HH:mm:ss` in China's time, as all of Alipay's times are. */
export function chinaTime(atMs: number): string {
  return new Date(atMs + 8 * HOUR_MS).toISOString().slice(0, 19).replace('T', ' ');
}

const timeSchema = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?$/)
  .transform((text) => Date.parse(`${text.replace(' ', 'T')}+08:00`))
  .refine((atMs) => Number.isFinite(atMs));

const UNITS_MS = { m: 60_000, h: HOUR_MS, d: 24 * HOUR_MS } as const;
const durationSchema = z
  .string()
  .regex(/^[1-9]\d{0,4}[mhd]$/)
  .transform((text) => Number(text.slice(0, -1)) * UNITS_MS[text.slice(-1) as 'm' | 'h' | 'd']);

const outTradeNo = z.string().regex(/^[A-Za-z0-9_]{1,64}$/);
/** Either number; with both, `trade_no` counts. */
const names = { trade_no: z.string().max(64).optional(), out_trade_no: outTradeNo.optional() };

/** alipay.trade.precreate (统一收单线下交易预创建). */
export const precreateSchema = z.object({
  out_trade_no: outTradeNo,
  total_amount: yuanSchema,
  subject: z.string().min(1).max(256),
  passback_params: z.string().max(512).optional(),
  time_expire: timeSchema.optional(),
  timeout_express: durationSchema.optional(),
  /** In the content in version 3 only. */
  notify_url: z.url().max(256).optional(),
});
export type Precreate = z.infer<typeof precreateSchema>;

/** alipay.trade.query, .close and .cancel. */
export const namedSchema = z.object(names);

/** alipay.trade.refund (统一收单交易退款). */
export const refundSchema = z.object({
  ...names,
  refund_amount: yuanSchema,
  refund_reason: z.string().max(256).optional(),
  /** Needed for a refund in part; absent, the order's number stands for it. */
  out_request_no: z.string().min(1).max(64).optional(),
});
export type Refund = z.infer<typeof refundSchema>;

/** alipay.trade.fastpay.refund.query. */
export const refundQuerySchema = z.object({ ...names, out_request_no: z.string().min(1).max(64) });

/** What the platform answers to precreate. */
export const precreatedSchema = z.object({ qr_code: z.string().min(1) });

/** What it answers to query. */
export const queriedSchema = z.object({
  trade_no: z.string().min(1),
  out_trade_no: z.string(),
  trade_status: z.enum(['WAIT_BUYER_PAY', 'TRADE_CLOSED', 'TRADE_SUCCESS', 'TRADE_FINISHED']),
  total_amount: yuanSchema,
});

/** … to refund: `N`, nothing moved by this request. */
export const refundedSchema = z.object({ fund_change: z.enum(['Y', 'N']) });
/** … to the refund's query: without a status it was not done, or is not known. */
export const refundQueriedSchema = z.object({
  refund_status: z.string().optional(),
  refund_amount: yuanSchema.optional(),
});
/** … to cancel. */
export const cancelledSchema = z.object({ retry_flag: z.enum(['Y', 'N']) });
export const refusedSchema = z.object({ code: z.string(), message: z.string().optional() });

/** A notification (异步通知) of a trade. */
export const notificationSchema = z.object({
  app_id: z.string(),
  out_trade_no: z.string(),
  trade_no: z.string(),
  trade_status: z.string(),
  total_amount: yuanSchema.optional(),
  /** Of a refund: its request number. */
  out_biz_no: z.string().optional(),
  gmt_refund: z.string().optional(),
  refund_fee: z.string().optional(),
});
