// The scheme's limits: how much or how often, whose, and what happens beyond.
import { z } from 'zod';
import { handleSchema, participantIdSchema } from '../ids.ts';
import { currencyCodeSchema } from '../money.ts';
import { defineOperatorRoute } from './route.ts';

const shared = {
  currency: currencyCodeSchema,
  subject: z.enum(['payer', 'payer_participant', 'payee_participant', 'corridor']),
  participantId: participantIdSchema
    .optional()
    .meta({ description: 'Only payments that this participant’s people make' }),
  measure: z
    .enum(['amount', 'sum', 'count'])
    .meta({ description: 'amount: of one payment; sum and count: of the period' }),
  period: z.enum(['payment', 'day', 'month']).meta({ description: 'Of the calendar, in UTC' }),
  limit: z
    .string()
    .max(24)
    .meta({ description: 'An amount of the currency, or a whole number for a count' }),
  outcome: z.enum(['refuse', 'hold']).meta({ description: 'hold: a person reviews it' }),
};

export const limitSchema = z
  .object({ id: handleSchema, version: z.int(), ...shared })
  .meta({ id: 'Limit' });
export type LimitJson = z.infer<typeof limitSchema>;

export const setLimitSchema = z
  .strictObject(shared)
  .refine(({ measure, period }) => (measure === 'amount') === (period === 'payment'), {
    message: 'amount is of a payment, sum and count are of a day or month',
  })
  .meta({ id: 'SetLimit' });

const params = z.object({ id: handleSchema });
const limit = { description: 'It holds for payments that come after it', schema: limitSchema };

export const limitRoutes = {
  listLimits: defineOperatorRoute({
    id: 'listLimits',
    method: 'GET',
    path: '/operator/v1/limits',
    summary: 'The limits that hold now',
    role: 'viewer',
    answers: { 200: { description: 'All', schema: z.object({ limits: z.array(limitSchema) }) } },
  }),
  setLimit: defineOperatorRoute({
    id: 'setLimit',
    method: 'POST',
    path: '/operator/v1/limits/{id}',
    summary: 'Set a limit; its counters begin at nothing',
    role: 'operator',
    params,
    body: setLimitSchema,
    answers: { 200: limit },
    problems: ['currency_unknown', 'amount_malformed', 'limit_exceeded'],
  }),
  retireLimit: defineOperatorRoute({
    id: 'retireLimit',
    method: 'DELETE',
    path: '/operator/v1/limits/{id}',
    summary: 'It holds no more',
    role: 'operator',
    params,
    answers: { 204: { description: 'It is retired' } },
    problems: ['resource_not_found'],
  }),
} as const;
