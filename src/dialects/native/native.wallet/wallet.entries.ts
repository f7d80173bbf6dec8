// The facts a simulated wallet writes down, one JSON line each. What they add up to is
// wallet.book.ts.
import { z } from 'zod';

/** Minor units as text: JSON numbers end at 2^53. */
const minor = z.string().regex(/^(0|[1-9][0-9]*)$/);

const money = { account: z.string(), currency: z.string(), minor };
const leg = { legId: z.string(), paymentId: z.string(), ...money };

export const entrySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('user'), account: z.string(), name: z.string() }),
  /** Money from outside: the only thing that changes the total. */
  z.object({ type: z.literal('deposit'), ...money }),
  /**
   * Reserved for a payment (`pay`) or for giving one back (`refund`), before the switch is asked.
   */
  z.object({
    type: z.literal('hold'),
    kind: z.enum(['pay', 'refund']),
    /** The idempotency key, written down before it is used. */
    key: z.string(),
    ...money,
    /** What will be sent, to send the same again after a crash. */
    paymentId: z.string().optional(),
    body: z.unknown(),
  }),
  /** It was completed; `minor` is what it took, fee included. */
  z.object({ type: z.literal('taken'), key: z.string(), paymentId: z.string(), minor }),
  z.object({
    type: z.literal('released'),
    key: z.string(),
    paymentId: z.string(),
    code: z.string(),
  }),
  /** A credit or refund that the switch asked for; `pending` is followed by a final one. */
  z.object({
    type: z.literal('credit'),
    kind: z.enum(['credit', 'refund']),
    ...leg,
    outcome: z.enum(['completed', 'rejected', 'pending']),
    externalId: z.string(),
    code: z.string().optional(),
  }),
  z.object({
    type: z.literal('collection'),
    ...leg,
    payee: z.string(),
    expiresAt: z.string(),
    externalId: z.string(),
  }),
  z.object({
    type: z.literal('collected'),
    legId: z.string(),
    outcome: z.enum(['completed', 'rejected']),
    code: z.string().optional(),
  }),
  /** A close of a collection that never came: it will never be captured, should it still come. */
  z.object({
    type: z.literal('tombstone'),
    legId: z.string(),
    paymentId: z.string(),
    externalId: z.string(),
  }),
  z.object({ type: z.literal('reported'), legId: z.string(), code: z.string().optional() }),
]);
export type Entry = z.infer<typeof entrySchema>;
