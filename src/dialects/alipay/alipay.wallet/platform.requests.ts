// What merchants may say to the six interfaces, named as the open platform's pages name it. Only
// what the simulated platform acts on; it passes over the rest, as the real one does.
import { z } from 'zod';
import type { Outcome } from './platform.refusals.ts';
import { fenSchema } from './platform.yuan.ts';

const outTradeNo = z.string().regex(/^[A-Za-z0-9_]{1,64}$/);
const queryOptions = z.array(z.string()).optional();

export const precreateSchema = z.object({
  out_trade_no: outTradeNo,
  total_amount: fenSchema,
  subject: z.string().min(1).max(256),
  body: z.string().max(128).optional(),
  passback_params: z.string().max(512).optional(),
  time_expire: z.string().optional(),
  timeout_express: z.string().optional(),
  /** In the content in version 3 only. */
  notify_url: z.string().max(256).optional(),
});

const name = { trade_no: z.string().optional(), out_trade_no: z.string().optional() };
const isNamed = (order: OrderName) => (order.trade_no ?? order.out_trade_no) !== undefined;

/** Either number will do; with both, `trade_no` counts. */
export interface OrderName {
  readonly trade_no?: string | undefined;
  readonly out_trade_no?: string | undefined;
}

export const closeSchema = z.object(name).refine(isNamed);
export const refundSchema = z
  .object({
    ...name,
    refund_amount: fenSchema,
    refund_reason: z.string().max(256).optional(),
    out_request_no: z.string().min(1).max(64).optional(),
  })
  .refine(isNamed);
export const refundQuerySchema = z
  .object({
    ...name,
    out_request_no: z.string().min(1).max(64),
    query_options: queryOptions,
  })
  .refine(isNamed);

export function read<T>(
  schema: z.ZodType<T>,
  content: unknown,
): { ok: true; value: T } | { ok: false; refusal: Outcome } {
  const judged = schema.safeParse(content);
  if (judged.success) return { ok: true, value: judged.data };
  const where = judged.error.issues[0]?.path.join('.') ?? '';
  const detail = where === '' ? '参数无效' : `参数无效：${where}`;
  return { ok: false, refusal: { ok: false, code: 'ACQ.INVALID_PARAMETER', detail } };
}
