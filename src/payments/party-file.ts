// What a payment keeps of a party, as the sealed canonical JSON of its payer and payee columns.
import { z } from 'zod';
import type { Sealable } from '../journal/table.ts';
import type { Party } from './port.ts';

const partyFileSchema = z.object({
  account: z.string().default(''),
  name: z.string().nullable().default(null),
  note: z.string().nullable().default(null),
  /** Of an order: what its dialect keeps with it. */
  record: z.string().nullable().default(null),
  /** How the payer agreed: method, time, hash of the terms. */
  authorisation: z
    .object({ method: z.string(), atMs: z.number(), termsHash: z.string() })
    .nullable()
    .default(null),
});
export type PartyFile = z.infer<typeof partyFileSchema>;

export function sealParty(file: Partial<PartyFile> & Party, subject: string): Sealable {
  return { bytes: Buffer.from(JSON.stringify(file)), subjects: [subject] };
}

/** A shredded party reads as an empty account without a name. */
export function openParty(sealed: Sealable): PartyFile {
  const parsed: unknown = JSON.parse(Buffer.from(sealed.bytes).toString('utf8'));
  return partyFileSchema.parse(parsed);
}
