// Many payments in one signed call: newline-delimited JSON in, a result per line out, as each is
// decided and durable. A bad line refuses itself alone.
import { z } from 'zod';
import { bulkIdSchema, idempotencyKeySchema, paymentIdSchema } from '../ids.ts';
import {
  createPaymentShape,
  EXACTLY_ONE,
  hasOneHold,
  ONE_HOLD,
  paymentStateSchema,
  reasonSchema,
  saysWhoIsPaid,
} from './payments.ts';
import { defineRoute } from './route.ts';

export const BULK_ITEMS_MAX = 10_000;
export const NDJSON_MEDIA_TYPE = 'application/x-ndjson';

export const bulkItemSchema = z
  .strictObject({ ...createPaymentShape, key: idempotencyKeySchema })
  .refine(hasOneHold, ONE_HOLD)
  .refine(saysWhoIsPaid, EXACTLY_ONE)
  .meta({
    id: 'BulkItem',
    description: 'A payment as POST /v1/payments takes it, with its own idempotency key',
  });
export type BulkItem = z.infer<typeof bulkItemSchema>;

export const bulkResultSchema = z
  .object({
    line: z.int().min(1).meta({ description: 'Of the request, from 1' }),
    key: idempotencyKeySchema.optional(),
    paymentId: paymentIdSchema.optional(),
    state: paymentStateSchema.optional(),
    replayed: z.boolean().optional(),
    problem: reasonSchema.optional(),
  })
  .meta({ id: 'BulkResult', description: 'Durable; its end is told by events, or read by its id' });
export type BulkResultJson = z.infer<typeof bulkResultSchema>;

/** The last line: its `signature` covers all lines before it, as that of an answer's body would. */
export const bulkEndSchema = z
  .object({
    bulkId: bulkIdSchema,
    accepted: z.int(),
    refused: z.int(),
    replayed: z.int(),
    contentDigest: z.string(),
    signatureInput: z.string(),
    signature: z.string(),
  })
  .meta({ id: 'BulkEnd' });
export type BulkEndJson = z.infer<typeof bulkEndSchema>;

export const createBulkRoute = defineRoute({
  id: 'createBulk',
  method: 'POST',
  path: '/v1/bulk-payments',
  summary: `Pay up to ${BULK_ITEMS_MAX} times in one signed call`,
  idempotent: true,
  lines: bulkItemSchema,
  answers: {
    200: {
      description: 'A BulkResult for each line, as each is durable, and at last a BulkEnd',
      mediaType: NDJSON_MEDIA_TYPE,
    },
  },
  problems: ['idempotency_conflict', 'participant_not_active'],
});
