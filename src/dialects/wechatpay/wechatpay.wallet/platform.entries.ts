// The facts the simulated WeChat Pay writes down, one JSON line each. What they add up to is
// platform.book.ts.
import { z } from 'zod';

/** Fen as text: JSON numbers end at 2^53. */
const fen = z.string().regex(/^(0|[1-9][0-9]*)$/);
const order = { mchid: z.string(), no: z.string(), atMs: z.int() };

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
  }),
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
