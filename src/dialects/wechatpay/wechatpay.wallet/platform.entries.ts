// The facts the simulated WeChat Pay writes down, one JSON line each. What they add up to is
// platform.book.ts.
import { z } from 'zod';

/** Fen as text: JSON numbers end at 2^53. */
const fen = z.string().regex(/^(0|[1-9][0-9]*)$/);
const order = { mchid: z.string(), no: z.string(), atMs: z.int() };
/** How a refund that takes its time ends, as the platform's pages name it. */
const endSchema = z.enum(['SUCCESS', 'CLOSED', 'ABNORMAL']);
export type RefundEnd = z.infer<typeof endSchema>;

export const entrySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('user'), userId: z.string(), name: z.string(), fen }),
  z.object({
    type: z.literal('ordered'),
    ...order,
    codeUrl: z.string(),
    fen,
    description: z.string(),
    attach: z.string().nullable(),
    notifyUrl: z.string(),
    expiresAtMs: z.int(),
    /** What was asked, to tell the same once more from something else. */
    content: z.string(),
  }),
  /** A code lives two hours; an order that lives longer gets another. */
  z.object({ type: z.literal('recoded'), ...order, codeUrl: z.string() }),
  z.object({
    type: z.literal('paid'),
    ...order,
    userId: z.string(),
    transactionId: z.string(),
    noticeId: z.string(),
  }),
  z.object({ type: z.literal('closed'), ...order }),
  z.object({
    type: z.literal('refunded'),
    ...order,
    refundNo: z.string(),
    refundId: z.string(),
    fen,
    notifyUrl: z.string().nullable(),
    noticeId: z.string(),
    /** Absent: it is done at once. */
    ends: z.object({ atMs: z.int(), as: endSchema }).optional(),
  }),
  z.object({
    type: z.literal('refund_ended'),
    ...order,
    refundNo: z.string(),
    as: endSchema,
    noticeId: z.string(),
  }),
  /** To the merchant's bank: the only way out of the platform. */
  z.object({ type: z.literal('withdrawn'), mchid: z.string(), fen }),
  z.object({
    type: z.literal('attempt'),
    noticeId: z.string(),
    atMs: z.int(),
    isTaken: z.boolean(),
    result: z.string(),
  }),
]);
export type Entry = z.infer<typeof entrySchema>;
export type EntryOf<Type extends Entry['type']> = Extract<Entry, { type: Type }>;
