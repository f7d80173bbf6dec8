// Mandates: a payer agrees beforehand that a payee may collect so much in each period, on request
// or on a schedule that the switch itself keeps.
import { z } from 'zod';
import { instantSchema, participantIdSchema, uuidSchema } from '../ids.ts';
import { moneySchema } from '../money.ts';
import { aliasSchema, noteSchema, partySchema } from './party.ts';
import { authorisationSchema } from './payments.ts';
import { defineRoute } from './route.ts';

const periodSchema = z.enum(['day', 'week', 'month', 'quarter', 'year']);

export const proposeMandateSchema = z
  .strictObject({
    payee: partySchema,
    payerAlias: aliasSchema,
    amount: moneySchema.meta({ description: 'Of one payment, at most' }),
    periodMax: moneySchema.meta({ description: 'Of all payments in a calendar period, in UTC' }),
    period: periodSchema,
    scheduled: z
      .boolean()
      .optional()
      .meta({ description: 'The switch collects the amount in each period by itself' }),
    firstAt: instantSchema.optional(),
    endsAt: instantSchema.optional(),
    countMax: z.int().min(1).max(10_000).optional(),
    purpose: noteSchema.optional(),
  })
  .meta({ id: 'ProposeMandate' });
export type ProposeMandate = z.infer<typeof proposeMandateSchema>;

export const mandateSchema = z
  .object({
    id: uuidSchema,
    status: z.enum(['proposed', 'active', 'paused', 'declined', 'revoked', 'expired', 'finished']),
    payer: participantIdSchema,
    payee: participantIdSchema,
    purpose: z.string().optional(),
    amount: moneySchema,
    periodMax: moneySchema,
    period: periodSchema,
    scheduled: z.boolean(),
    used: moneySchema.meta({ description: 'Paid or under way, in the latest period' }),
    payments: z.int().meta({ description: 'Made or under way' }),
    firstAt: instantSchema,
    endsAt: instantSchema.optional(),
  })
  .meta({ id: 'Mandate' });
export type MandateJson = z.infer<typeof mandateSchema>;

export const mandateListSchema = z
  .object({ mandates: z.array(mandateSchema) })
  .meta({ id: 'MandateList' });

export const consentMandateSchema = z
  .strictObject({ authorisation: authorisationSchema })
  .meta({ id: 'ConsentMandate' });

export const moveMandateSchema = z
  .strictObject({ to: z.enum(['declined', 'paused', 'active', 'revoked']) })
  .meta({ id: 'MoveMandate' });

export const collectMandateSchema = z
  .strictObject({ amount: moneySchema })
  .meta({ id: 'CollectMandate' });

const params = z.object({ id: uuidSchema });
const mandate = { description: 'As it stands now', schema: mandateSchema } as const;
const money = [
  'currency_unknown',
  'amount_malformed',
  'amount_negative',
  'amount_zero',
  'amount_too_precise',
  'amount_too_large',
] as const;
const problems = ['idempotency_conflict', 'resource_not_found', 'not_permitted'] as const;

export const proposeMandateRoute = defineRoute({
  id: 'proposeMandate',
  method: 'POST',
  path: '/v1/mandates',
  summary: 'Ask a payer to agree; its participant is told by an event',
  idempotent: true,
  body: proposeMandateSchema,
  answers: { 200: { ...mandate, description: 'A replay' }, 201: mandate },
  problems: [
    'idempotency_conflict',
    ...money,
    'alias_malformed',
    'alias_not_found',
    'expiry_invalid',
    'capability_unsupported',
    'limit_exceeded',
  ],
});

export const listMandatesRoute = defineRoute({
  id: 'listMandates',
  method: 'GET',
  path: '/v1/mandates',
  summary: 'Your mandates that have not ended, as payer’s and as payee’s side',
  answers: { 200: { description: 'All of them', schema: mandateListSchema } },
});

export const consentMandateRoute = defineRoute({
  id: 'consentMandate',
  method: 'POST',
  path: '/v1/mandates/{id}/consent',
  summary: 'The payer agrees; their side alone says so',
  idempotent: true,
  params,
  body: consentMandateSchema,
  answers: { 200: mandate },
  problems: [...problems, 'transition_refused'],
});

export const moveMandateRoute = defineRoute({
  id: 'moveMandate',
  method: 'POST',
  path: '/v1/mandates/{id}',
  summary: 'Decline, pause and resume (the payer’s side), or revoke (either side)',
  idempotent: true,
  params,
  body: moveMandateSchema,
  answers: { 200: mandate },
  problems: [...problems, 'transition_refused'],
});

export const collectMandateRoute = defineRoute({
  id: 'collectMandate',
  method: 'POST',
  path: '/v1/mandates/{id}/collections',
  summary:
    'Collect under a mandate; the payee’s side asks, and is told by events what becomes of it',
  idempotent: true,
  params,
  body: collectMandateSchema,
  answers: {
    200: { ...mandate, description: 'A replay' },
    202: { ...mandate, description: 'It is being collected' },
  },
  problems: [
    ...problems,
    ...money,
    'currency_not_supported',
    'order_amount_mismatch',
    'limit_exceeded',
    'transition_refused',
  ],
});
