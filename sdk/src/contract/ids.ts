// Identifiers, keys and hashes as they look on the wire. How ids are made is src/runtime/ids.ts.
import { z } from 'zod';

/** UUIDv7 (RFC 9562 section 5.7), canonical lower case: payments, orders, quotes, legs, events. */
export const uuidSchema = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  .meta({ id: 'Id', description: 'UUIDv7, lower case', format: 'uuid' });

export const paymentIdSchema = uuidSchema;
export const orderIdSchema = uuidSchema;
export const quoteIdSchema = uuidSchema;
export const bulkIdSchema = uuidSchema;

/**
 * Leg id: 32 hex digits, so that it fits every protocol's external id (32 characters at WeChat
 * Pay).
 */
export const legIdSchema = z
  .string()
  .regex(/^[0-9a-f]{16}[89ab][0-9a-f]{15}$/)
  .meta({
    id: 'LegId',
    description:
      '32 hex digits: the payment id without hyphens, the version digit replaced by the leg number',
  });

/** Chosen by the operator: participants, connections, shops, fee schedules. */
export const handleSchema = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
  .min(2)
  .max(40)
  .meta({ id: 'Handle', description: 'Lower-case letters, digits and single hyphens, 2 to 40' });
export const participantIdSchema = handleSchema;
export const connectionIdSchema = handleSchema;

/** Chosen by the client, unique for what it wants done once. Visible ASCII, 1 to 128. */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/)
  .meta({ id: 'IdempotencyKey' });

/**
 * SHA-256 hash, or its 32-byte preimage: unpadded base64url, 43 characters (the last has 4 bits).
 */
export const hash32Schema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/)
  .meta({ id: 'Hash32', description: '32 bytes as unpadded base64url' });
export const conditionSchema = hash32Schema;
export const fulfilmentSchema = hash32Schema;

/**
 * Texts of the same length order as their numbers do; refinements run on what the pattern refused.
 */
const INT8_MAX = '9223372036854775807';

/** Position in the journal: int8 as a decimal string, for JSON numbers end at 2^53. */
export const seqSchema = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,18})$/)
  .refine((text) => text.length < 19 || text <= INT8_MAX, 'is beyond int8')
  .meta({ id: 'Seq' });

/** An instant: RFC 3339 in UTC with at most milliseconds, `2026-07-31T09:30:00.000Z`. */
export const instantSchema = z.iso
  .datetime({ offset: false, local: false })
  .refine((text) => !Number.isNaN(Date.parse(text)), 'is no instant')
  .max(24)
  .meta({ id: 'Instant', examples: ['2026-07-31T09:30:00.000Z'] });
