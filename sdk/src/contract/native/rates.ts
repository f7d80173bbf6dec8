// Exchange rates: an FX participant publishes at what it exchanges; quotes take the best of them.
import { z } from 'zod';
import { instantSchema, participantIdSchema } from '../ids.ts';
import { currencyCodeSchema } from '../money.ts';
import { defineRoute } from './route.ts';

export const rateTextSchema = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,11})(\.[0-9]{1,12})?$/)
  .meta({ description: 'Units of the target for one unit of the base, as a decimal: `7.1234`' });

export const setRateSchema = z
  .strictObject({
    base: currencyCodeSchema,
    target: currencyCodeSchema,
    rate: rateTextSchema,
    validUntil: instantSchema,
  })
  .meta({ id: 'SetRate' });
export type SetRate = z.infer<typeof setRateSchema>;

export const rateSchema = z
  .object({
    participantId: participantIdSchema,
    base: currencyCodeSchema,
    target: currencyCodeSchema,
    rate: rateTextSchema,
    setAt: instantSchema,
    validUntil: instantSchema,
  })
  .meta({ id: 'Rate' });
export type RateJson = z.infer<typeof rateSchema>;

export const rateListSchema = z.object({ rates: z.array(rateSchema) }).meta({ id: 'RateList' });
export type RateListJson = z.infer<typeof rateListSchema>;

export const setRateRoute = defineRoute({
  id: 'setRate',
  method: 'POST',
  path: '/v1/rates',
  summary: 'Publish at what you exchange; the latest of a pair holds until it ends',
  idempotent: true,
  body: setRateSchema,
  answers: {
    200: { description: 'A replay', schema: rateSchema },
    201: { description: 'It holds now', schema: rateSchema },
  },
  problems: [
    'idempotency_conflict',
    'currency_unknown',
    'currency_not_supported',
    'expiry_invalid',
  ],
});

export const listRatesRoute = defineRoute({
  id: 'listRates',
  method: 'GET',
  path: '/v1/rates',
  summary: 'Read your own rates, also those that have ended',
  answers: { 200: { description: 'The latest of each pair', schema: rateListSchema } },
});
