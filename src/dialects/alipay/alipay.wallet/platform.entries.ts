// The facts the simulated Alipay writes down, one JSON line each. What they add up to is
// platform.book.ts.
import { z } from 'zod';

/** Fen as text: JSON numbers end at 2^53. */
const fen = z.string().regex(/^(0|[1-9][0-9]*)$/);
const order = { appId: z.string(), outTradeNo: z.string(), atMs: z.int() };
/** Of the notification that the event causes; absent where the order names no address. */
const notifyId = z.string().optional();

export const precreatedSchema = z.object({
  type: z.literal('precreated'),
  ...order,
  tradeNo: z.string(),
  qrCode: z.string(),
  fen,
  subject: z.string(),
  body: z.string().optional(),
  passbackParams: z.string().optional(),
  notifyUrl: z.string().optional(),
  expiresAtMs: z.int(),
  /** What was asked, to tell the same once more from something else. */
  content: z.string(),
});

export const entrySchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('user'),
    userId: z.string(),
    logonId: z.string(),
    name: z.string(),
    fen,
  }),
  precreatedSchema,
  /** The trade begins; `userId` where a buyer has scanned the code. */
  z.object({ type: z.literal('begun'), ...order, userId: z.string().optional() }),
  z.object({ type: z.literal('paid'), ...order, userId: z.string(), notifyId }),
  z.object({ type: z.literal('closed'), ...order, notifyId }),
  /** The code of an order that never became a trade is dead. */
  z.object({ type: z.literal('voided'), ...order, why: z.enum(['cancelled', 'expired']) }),
  z.object({
    type: z.literal('refunded'),
    ...order,
    outRequestNo: z.string(),
    fen,
    reason: z.string().optional(),
    notifyId,
  }),
  /** To the merchant's bank: the only way out of the platform. */
  z.object({ type: z.literal('withdrawn'), appId: z.string(), fen }),
  z.object({
    type: z.literal('attempt'),
    notifyId: z.string(),
    atMs: z.int(),
    /** `success`, or why it was none. */
    result: z.string(),
  }),
]);
export type Entry = z.infer<typeof entrySchema>;
export type EntryOf<Type extends Entry['type']> = Extract<Entry, { type: Type }>;
