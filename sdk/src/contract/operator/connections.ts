// Connections and the keys they sign with. Secrets go in and never come out.
import { z } from 'zod';
import { connectionIdSchema, instantSchema, participantIdSchema } from '../ids.ts';
import { defineOperatorRoute } from './route.ts';

const object = z.record(z.string(), z.unknown());

export const connectionSchema = z
  .object({
    connectionId: connectionIdSchema,
    participantId: participantIdSchema,
    dialect: z.string(),
    endpoint: z.string().optional(),
    settings: object,
    status: z.enum(['active', 'disabled']),
    createdAt: instantSchema,
    version: z.int(),
  })
  .meta({ id: 'Connection' });
export type ConnectionJson = z.infer<typeof connectionSchema>;

export const addConnectionSchema = z
  .strictObject({
    connectionId: connectionIdSchema,
    participantId: participantIdSchema,
    dialect: z.string().max(40),
    endpoint: z.string().max(500).optional(),
    settings: object.optional(),
    secrets: object.optional(),
  })
  .meta({ id: 'AddConnection' });

export const changeConnectionSchema = z
  .strictObject({
    endpoint: z.string().max(500).optional(),
    settings: object.optional(),
    secrets: object.optional(),
    status: z.enum(['active', 'disabled']).optional(),
  })
  .meta({ id: 'ChangeConnection' });

export const keySchema = z
  .object({
    keyId: z.string().meta({ description: 'RFC 7638 thumbprint: the keyid of signatures' }),
    connectionId: connectionIdSchema,
    jwk: object,
    status: z.enum(['active', 'retired']),
    validFrom: instantSchema,
    validTo: instantSchema.optional(),
  })
  .meta({ id: 'Key' });
export type KeyJson = z.infer<typeof keySchema>;
export const keyListSchema = z.object({ keys: z.array(keySchema) }).meta({ id: 'KeyList' });

export const addKeySchema = z
  .strictObject({
    jwk: object.meta({ description: 'A public JWK: P-256, Ed25519 or RSA' }),
    validFrom: instantSchema.optional(),
    validTo: instantSchema.optional(),
  })
  .meta({ id: 'AddKey' });

export const retireKeySchema = z
  .strictObject({
    at: instantSchema
      .optional()
      .meta({ description: 'Until then both keys are believed; now when absent' }),
  })
  .meta({ id: 'RetireKey' });

export const keyIdSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const params = z.object({ id: connectionIdSchema });
const connection = { description: 'As it stands now', schema: connectionSchema } as const;
const key = { description: 'As it stands now', schema: keySchema } as const;
const base = '/operator/v1/connections';

export const connectionRoutes = {
  addConnection: defineOperatorRoute({
    id: 'addConnection',
    method: 'POST',
    path: base,
    summary: 'Connect a participant in the protocol it speaks',
    role: 'operator',
    body: addConnectionSchema,
    answers: { 201: connection, 200: { ...connection, description: 'A replay' } },
    problems: ['resource_not_found', 'resource_exists', 'address_refused'],
  }),
  listConnections: defineOperatorRoute({
    id: 'listConnections',
    method: 'GET',
    path: base,
    summary: 'All connections, by id',
    role: 'viewer',
    answers: {
      200: {
        description: 'All of them',
        schema: z.object({ connections: z.array(connectionSchema) }).meta({ id: 'Connections' }),
      },
    },
  }),
  changeConnection: defineOperatorRoute({
    id: 'changeConnection',
    method: 'POST',
    path: `${base}/{id}`,
    summary: 'Change what is named: endpoint, settings, secrets, status',
    role: 'operator',
    changes: true,
    params,
    body: changeConnectionSchema,
    answers: { 200: connection },
    problems: ['resource_not_found', 'address_refused'],
  }),
  addKey: defineOperatorRoute({
    id: 'addKey',
    method: 'POST',
    path: `${base}/{id}/keys`,
    summary: 'Register a public key; as many as wanted are believed at once',
    role: 'operator',
    params,
    body: addKeySchema,
    answers: { 201: key, 200: { ...key, description: 'A replay' } },
    problems: ['resource_not_found', 'resource_exists', 'key_refused'],
  }),
  listKeys: defineOperatorRoute({
    id: 'listKeys',
    method: 'GET',
    path: `${base}/{id}/keys`,
    summary: 'The keys of a connection',
    role: 'viewer',
    params,
    answers: { 200: { description: 'Also the retired ones', schema: keyListSchema } },
    problems: ['resource_not_found'],
  }),
  retireKey: defineOperatorRoute({
    id: 'retireKey',
    method: 'POST',
    path: '/operator/v1/keys/{keyId}/retire',
    summary: 'Give a key up, now or at an instant to come',
    role: 'operator',
    params: z.object({ keyId: keyIdSchema }),
    body: retireKeySchema,
    answers: { 200: key },
    problems: ['resource_not_found', 'transition_refused'],
  }),
} as const;
