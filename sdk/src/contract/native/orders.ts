// Orders: what a payee asks for, and asking a payer's wallet to pay one.
import { z } from 'zod';
import { instantSchema, orderIdSchema, paymentIdSchema } from '../ids.ts';
import { moneySchema } from '../money.ts';
import { aliasSchema, noteSchema, partySchema, referenceSchema, sideSchema } from './party.ts';
import { paymentSchema } from './payments.ts';
import { defineRoute } from './route.ts';

export const createOrderSchema = z
  .strictObject({
    payee: partySchema,
    amount: moneySchema,
    reference: referenceSchema.optional(),
    description: noteSchema.optional(),
    expiresAt: instantSchema.optional(),
  })
  .meta({ id: 'CreateOrder' });
export type CreateOrder = z.infer<typeof createOrderSchema>;

export const orderStateSchema = z.enum(['open', 'claimed', 'paid', 'closed']);

export const orderSchema = z
  .object({
    id: orderIdSchema,
    state: orderStateSchema,
    amount: moneySchema,
    payee: sideSchema,
    reference: referenceSchema.optional(),
    description: noteSchema.optional(),
    paymentId: paymentIdSchema
      .optional()
      .meta({ description: 'The attempt that pays it; told to the payee’s side only' }),
    link: z
      .url()
      .meta({ description: 'What the payee’s code holds: any connected app can pay it' }),
    createdAt: instantSchema,
    expiresAt: instantSchema,
  })
  .meta({ id: 'Order' });
export type OrderJson = z.infer<typeof orderSchema>;

export const createCollectionSchema = z
  .strictObject({ payerAlias: aliasSchema })
  .meta({ id: 'CreateCollection' });
export type CreateCollection = z.infer<typeof createCollectionSchema>;

const params = z.object({ id: orderIdSchema });
const order = { description: 'The order as it stands now', schema: orderSchema } as const;
const ended = { description: 'The attempt has ended', schema: paymentSchema } as const;

export const createOrderRoute = defineRoute({
  id: 'createOrder',
  method: 'POST',
  path: '/v1/orders',
  summary: 'Ask for money: many attempts may try to pay it, one wins',
  idempotent: true,
  body: createOrderSchema,
  answers: { 200: { ...order, description: 'A replay' }, 201: order },
  problems: [
    'idempotency_conflict',
    'currency_unknown',
    'currency_not_supported',
    'amount_malformed',
    'amount_negative',
    'amount_zero',
    'amount_too_precise',
    'amount_too_large',
    'expiry_invalid',
  ],
});

export const getOrderRoute = defineRoute({
  id: 'getOrder',
  method: 'GET',
  path: '/v1/orders/{id}',
  summary: 'Read an order: who knows its id may pay it, so may read it',
  params,
  answers: { 200: order },
  problems: ['order_not_found'],
});

export const closeOrderRoute = defineRoute({
  id: 'closeOrder',
  method: 'POST',
  path: '/v1/orders/{id}/close',
  summary: 'Take an order back',
  idempotent: true,
  params,
  answers: { 200: order },
  problems: [
    'idempotency_conflict',
    'order_not_found',
    'order_already_paid',
    'order_already_claimed',
  ],
});

export const createCollectionRoute = defineRoute({
  id: 'createCollection',
  method: 'POST',
  path: '/v1/orders/{id}/collections',
  summary: 'Ask a payer, whose wallet captures first, to pay an order',
  idempotent: true,
  waits: true,
  params,
  body: createCollectionSchema,
  answers: {
    200: { ...ended, description: 'A replay of one that has ended' },
    201: ended,
    202: { description: 'The payer has been asked', schema: paymentSchema },
  },
  problems: [
    'idempotency_conflict',
    'alias_malformed',
    'lookup_budget_exhausted',
    'alias_not_found',
    'order_not_found',
    'capability_unsupported',
  ],
});
