// What a participant reads of itself and does about its own keys; and what everybody may read of
// all of them: who wants to choose a wallet sees what each can do, costs and reaches.
import { z } from 'zod';
import { connectionIdSchema, instantSchema, participantIdSchema } from '../ids.ts';
import { currencyCodeSchema } from '../money.ts';
import { defineRoute } from './route.ts';

const jwk = z.record(z.string(), z.unknown());

export const ownKeySchema = z
  .object({
    keyId: z.string().meta({ description: 'RFC 7638 thumbprint: the keyid of signatures' }),
    connectionId: connectionIdSchema,
    status: z.enum(['active', 'retired']),
    validFrom: instantSchema,
    validTo: instantSchema.optional(),
  })
  .meta({ id: 'OwnKey' });
export type OwnKeyJson = z.infer<typeof ownKeySchema>;

export const ownKeysSchema = z.object({ keys: z.array(ownKeySchema) }).meta({ id: 'OwnKeys' });

export const addOwnKeySchema = z
  .strictObject({
    jwk: jwk.meta({ description: 'A public JWK: P-256, Ed25519 or RSA' }),
    validFrom: instantSchema.optional(),
  })
  .meta({ id: 'AddOwnKey' });

export const retireOwnKeySchema = z
  .strictObject({ at: instantSchema.optional() })
  .meta({ id: 'RetireOwnKey' });

export const profileSchema = z
  .object({
    participantId: participantIdSchema,
    name: z.string(),
    kind: z.enum(['wallet', 'bank', 'acquirer', 'fx', 'gateway', 'operator']),
    currencies: z.array(
      z.object({
        currency: currencyCodeSchema,
        reach: z.int().meta({ description: 'Other participants it can pay in it' }),
        fee: z.string().meta({ description: 'What the scheme takes of a payment, in words' }),
        feeBearer: z.enum(['payer', 'payee']),
      }),
    ),
    features: z.array(z.string()).meta({ description: 'What can be asked of its connections' }),
    protocols: z.array(z.string()),
    security: z.object({
      signatures: z.array(z.string()),
      youngestKeyDays: z.int().optional().meta({ description: 'Since it last changed a key' }),
    }),
  })
  .meta({ id: 'Profile' });
export type ProfileJson = z.infer<typeof profileSchema>;

export const profilesSchema = z
  .object({ profiles: z.array(profileSchema) })
  .meta({ id: 'Profiles' });

const key = { description: 'As it stands now', schema: ownKeySchema } as const;

export const listOwnKeysRoute = defineRoute({
  id: 'listOwnKeys',
  method: 'GET',
  path: '/v1/keys',
  summary: 'The keys of the connection that asks, also the retired ones',
  answers: { 200: { description: 'All of them', schema: ownKeysSchema } },
});

export const addOwnKeyRoute = defineRoute({
  id: 'addOwnKey',
  method: 'POST',
  path: '/v1/keys',
  summary: 'Register another key of the connection that asks; both are believed',
  idempotent: true,
  body: addOwnKeySchema,
  answers: { 200: { ...key, description: 'A replay' }, 201: key },
  problems: ['idempotency_conflict', 'key_refused', 'resource_exists'],
});

export const retireOwnKeyRoute = defineRoute({
  id: 'retireOwnKey',
  method: 'POST',
  path: '/v1/keys/{keyId}/retire',
  summary: 'Give a key of your own up, now or at an instant to come; never the last one',
  idempotent: true,
  params: z.object({ keyId: z.string().regex(/^[A-Za-z0-9_-]{43}$/) }),
  body: retireOwnKeySchema,
  answers: { 200: key },
  problems: ['idempotency_conflict', 'resource_not_found', 'transition_refused'],
});

export const listProfilesRoute = defineRoute({
  id: 'listProfiles',
  method: 'GET',
  path: '/v1/profiles',
  summary: 'Who takes part, and what each can do: for people who choose a wallet',
  signed: false,
  answers: { 200: { description: 'All that are active', schema: profilesSchema } },
});
