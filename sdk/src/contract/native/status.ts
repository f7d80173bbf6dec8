// A participant's own positions and events, and what anyone may read: problems, health, this
// contract.
import { z } from 'zod';
import { instantSchema, orderIdSchema, paymentIdSchema, seqSchema } from '../ids.ts';
import { currencyCodeSchema } from '../money.ts';
import { problemCodeSchema, retrySchema } from '../problems.ts';
import { paymentStateSchema } from './payments.ts';
import { defineRoute } from './route.ts';

/** Signed: a position may be negative, which an amount of money never is. */
export const signedAmountSchema = z
  .string()
  .regex(/^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/)
  .meta({ id: 'SignedAmount', examples: ['-150.00'] });

export const positionSchema = z
  .object({
    currency: currencyCodeSchema,
    balance: signedAmountSchema.meta({ description: 'Credits posted − debits posted' }),
    pendingDebits: signedAmountSchema,
    pendingCredits: signedAmountSchema.meta({ description: 'Never counted as headroom' }),
    cover: signedAmountSchema,
    cap: signedAmountSchema,
    headroom: signedAmountSchema.meta({
      description: 'cover + cap + credits posted − debits posted − debits pending',
    }),
  })
  .meta({ id: 'Position' });
export type PositionJson = z.infer<typeof positionSchema>;

export const positionsSchema = z
  .object({ positions: z.array(positionSchema), seq: seqSchema })
  .meta({ id: 'Positions' });
export type PositionsJson = z.infer<typeof positionsSchema>;

/** Where an event stands in the journal: `<seq>-<ordinal>`. */
export const eventIdSchema = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,18})-(0|[1-9][0-9]{0,9})$/)
  .meta({ id: 'EventId' });

export const eventSchema = z
  .object({
    id: eventIdSchema,
    type: z.string().regex(/^[a-z_]+(\.[a-z_]+)+$/),
    at: instantSchema,
    paymentId: paymentIdSchema.optional(),
    orderId: orderIdSchema.optional(),
    state: paymentStateSchema.optional(),
  })
  .meta({
    id: 'Event',
    description: 'A hint that something changed: what counts is the signed answer of a read',
  });
export type EventJson = z.infer<typeof eventSchema>;

export const problemListSchema = z
  .object({
    problems: z.array(
      z.object({
        code: problemCodeSchema,
        status: z.int(),
        retry: retrySchema,
        title: z.string(),
        suggestion: z.string(),
      }),
    ),
  })
  .meta({ id: 'ProblemList' });
export type ProblemListJson = z.infer<typeof problemListSchema>;

export const healthSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });
export const readinessSchema = z
  .object({ status: z.enum(['ready', 'unready']), checks: z.record(z.string(), z.boolean()) })
  .meta({ id: 'Readiness' });
export type ReadinessJson = z.infer<typeof readinessSchema>;

export const getPositionsRoute = defineRoute({
  id: 'getPositions',
  method: 'GET',
  path: '/v1/positions',
  summary: 'Your positions, one per currency',
  answers: { 200: { description: 'As they stand now', schema: positionsSchema } },
});

export const getEventsRoute = defineRoute({
  id: 'getEvents',
  method: 'GET',
  path: '/v1/events',
  summary: 'Your events as a stream (SSE); `Last-Event-ID` resumes after that event',
  answers: {
    200: { description: 'Server-sent events, `data` is an Event', mediaType: 'text/event-stream' },
  },
  problems: ['cursor_invalid'],
});

export const getProblemsRoute = defineRoute({
  id: 'getProblems',
  method: 'GET',
  path: '/v1/problems',
  summary: 'Everything that can go wrong, in the order in which a request is judged',
  signed: false,
  answers: { 200: { description: 'All problems', schema: problemListSchema } },
});

export const getOpenApiRoute = defineRoute({
  id: 'getOpenApi',
  method: 'GET',
  path: '/openapi.json',
  summary: 'This document',
  signed: false,
  answers: { 200: { description: 'OpenAPI 3.1', schema: z.record(z.string(), z.unknown()) } },
});

export const getHealthRoute = defineRoute({
  id: 'getHealth',
  method: 'GET',
  path: '/healthz',
  summary: 'The process runs',
  signed: false,
  answers: { 200: { description: 'It does', schema: healthSchema } },
});

export const getReadinessRoute = defineRoute({
  id: 'getReadiness',
  method: 'GET',
  path: '/readyz',
  summary: 'This instance takes requests',
  signed: false,
  answers: {
    200: { description: 'It does', schema: readinessSchema },
    503: { description: 'It does not', schema: readinessSchema },
  },
});
