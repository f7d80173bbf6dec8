// What merchants may say, named as the platform's pages name it. Only what the simulated platform
// acts on; it passes over the rest, as the real one does.
import { z } from 'zod';
import { type RefusalAnswer, refuse } from './platform.refusals.ts';

const fen = z.int().min(1).max(100_000_000_00);
/** "不能携带参数". */
const notifyUrl = z
  .url()
  .max(256)
  .refine((url) => !url.includes('?'), 'no parameters');

/** "Native下单". */
export const orderSchema = z.object({
  appid: z.string(),
  mchid: z.string(),
  description: z.string().min(1).max(127),
  out_trade_no: z.string().regex(/^[A-Za-z0-9_\-|*]{6,32}$/),
  time_expire: z.iso.datetime({ offset: true }).optional(),
  attach: z.string().max(128).optional(),
  notify_url: notifyUrl,
  amount: z.object({ total: fen, currency: z.literal('CNY').optional() }),
});

/** "关闭订单". */
export const closeSchema = z.object({ mchid: z.string() });

/** "申请退款": either number will do; with both they must be of the same order. */
export const refundSchema = z
  .object({
    transaction_id: z.string().optional(),
    out_trade_no: z.string().optional(),
    out_refund_no: z.string().regex(/^[A-Za-z0-9_\-|*@]{1,64}$/),
    reason: z.string().max(80).optional(),
    notify_url: notifyUrl.optional(),
    amount: z.object({ refund: fen, total: fen, currency: z.literal('CNY') }),
  })
  .refine(
    ({ transaction_id, out_trade_no }) => (transaction_id ?? out_trade_no) !== undefined,
    'transaction_id or out_trade_no',
  );

export function read<T>(
  schema: z.ZodType<T>,
  body: Buffer,
): { ok: true; value: T } | { ok: false; refusal: RefusalAnswer } {
  const judged = schema.safeParse(jsonOf(body));
  if (judged.success) return { ok: true, value: judged.data };
  const [first] = judged.error.issues;
  const field = `/${(first?.path ?? []).map(String).join('/')}`;
  const detail = { field, issue: first?.message ?? '', location: 'body' } as const;
  return { ok: false, refusal: refuse('PARAM_ERROR', undefined, detail) };
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
