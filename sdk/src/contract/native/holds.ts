// Money on hold: capturing all or a part of it, giving it up, and fulfilling its condition.
import { z } from 'zod';
import { fulfilmentSchema, paymentIdSchema } from '../ids.ts';
import { moneySchema } from '../money.ts';
import { paymentSchema } from './payments.ts';
import { defineRoute } from './route.ts';

export const capturePaymentSchema = z
  .strictObject({
    amount: moneySchema
      .optional()
      .meta({ description: 'All of it when absent; what is not captured is the payer’s again' }),
  })
  .meta({ id: 'CapturePayment' });
export type CapturePayment = z.infer<typeof capturePaymentSchema>;

export const fulfilPaymentSchema = z
  .strictObject({ fulfilment: fulfilmentSchema })
  .meta({ id: 'FulfilPayment', description: 'The preimage of the condition under SHA-256' });
export type FulfilPayment = z.infer<typeof fulfilPaymentSchema>;

const params = z.object({ id: paymentIdSchema });
const ended = { description: 'It has ended', schema: paymentSchema } as const;
const answers = {
  200: { ...ended, description: 'A replay of one that has ended' },
  201: ended,
  202: { description: 'It is under way: ask by id, or wait', schema: paymentSchema },
} as const;
const problems = [
  'idempotency_conflict',
  'payment_not_found',
  'payment_expired',
  'already_resolved',
  'transition_refused',
] as const;

export const capturePaymentRoute = defineRoute({
  id: 'capturePayment',
  method: 'POST',
  path: '/v1/payments/{id}/capture',
  summary: 'Take what is due of what is on hold; the payee’s side asks, once',
  idempotent: true,
  waits: true,
  params,
  body: capturePaymentSchema,
  answers,
  problems: [
    ...problems,
    'currency_unknown',
    'amount_malformed',
    'amount_negative',
    'amount_zero',
    'amount_too_precise',
    'amount_too_large',
    'order_amount_mismatch',
    'refund_currency_mismatch',
    'capture_exceeds_hold',
  ],
});

export const releasePaymentRoute = defineRoute({
  id: 'releasePayment',
  method: 'POST',
  path: '/v1/payments/{id}/release',
  summary: 'Give up what is on hold for you; the payer has it again at once',
  idempotent: true,
  params,
  answers: { 200: { description: 'The payment as it stands now', schema: paymentSchema } },
  problems,
});

export const fulfilPaymentRoute = defineRoute({
  id: 'fulfilPayment',
  method: 'POST',
  path: '/v1/payments/{id}/fulfilment',
  summary: 'Show the preimage of the condition: whoever takes part in the payment can',
  idempotent: true,
  waits: true,
  params,
  body: fulfilPaymentSchema,
  answers,
  problems: [...problems, 'fulfilment_mismatch'],
});
