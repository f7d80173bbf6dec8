// Texts that name people, accounts and references on the wire. Bounds are those of ISO 20022 where
// it has one, so that every protocol behind the switch can carry them.
import { z } from 'zod';
import { participantIdSchema } from '../ids.ts';

/** No control characters: what PostgreSQL, XML or a terminal would refuse or obey. */
// oxlint-disable-next-line no-control-regex -- these are the characters that are refused
const PRINTABLE = /^[^\u0000-\u001f\u007f-\u009f]*$/;

const line = (max: number) => z.string().min(1).max(max).regex(PRINTABLE, 'has control characters');

export const accountSchema = line(128).meta({
  id: 'Account',
  description: "A participant's own reference of a party's account; opaque to the switch",
  examples: ['u-20117'],
});

/** ISO 20022 Max140Text. */
export const partyNameSchema = line(140).meta({ id: 'PartyName', examples: ['Li Na'] });

export const aliasSchema = line(320).meta({
  id: 'Alias',
  description:
    'How a party is found, type:value: phone (E.164), email, wallet, merchant, iban, vpa …',
  examples: ['phone:+8613800138000', 'merchant:TEA-1'],
});

export const referenceSchema = line(64).meta({
  id: 'Reference',
  description: "The asker's own reference; it may be asked for by it, and need not be unique",
});

export const noteSchema = line(140).meta({
  id: 'Note',
  description: 'A text for the other party (ISO 20022 Max140Text)',
});

/** A party at the participant that speaks. */
export const partySchema = z
  .strictObject({ account: accountSchema, name: partyNameSchema.optional() })
  .meta({ id: 'Party' });
export type PartyJson = z.infer<typeof partySchema>;

/** One side of a payment as the asker may see it: its own in full, of the other a masked name. */
export const sideSchema = z
  .object({
    participantId: participantIdSchema,
    account: accountSchema.optional(),
    name: z.string().optional(),
  })
  .meta({ id: 'Side' });
export type SideJson = z.infer<typeof sideSchema>;
