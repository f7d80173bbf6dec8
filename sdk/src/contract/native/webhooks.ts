// Webhooks: where a participant is told of its events without asking (Standard Webhooks 1.0).
import { z } from 'zod';
import { instantSchema, uuidSchema } from '../ids.ts';
import { defineRoute } from './route.ts';
import { eventIdSchema } from './status.ts';

const typeSchema = z
  .string()
  .regex(/^[a-z_]+(\.[a-z_]+)*(\.\*)?$/)
  .max(64);
const typesSchema = z
  .array(typeSchema)
  .max(32)
  .meta({ description: 'Types of events, `payment.completed` or `order.*`; all when empty' });
const urlSchema = z.string().max(500);

export const createWebhookSchema = z
  .strictObject({ url: urlSchema, types: typesSchema.optional() })
  .meta({ id: 'CreateWebhook' });
export type CreateWebhook = z.infer<typeof createWebhookSchema>;

export const changeWebhookSchema = z
  .strictObject({
    url: urlSchema.optional(),
    types: typesSchema.optional(),
    status: z.enum(['active', 'disabled']).optional(),
  })
  .meta({ id: 'ChangeWebhook' });
export type ChangeWebhook = z.infer<typeof changeWebhookSchema>;

export const webhookSchema = z
  .object({
    id: uuidSchema,
    url: z.string(),
    types: z.array(z.string()),
    status: z.enum(['active', 'disabled', 'deleted']),
    why: z.string().optional().meta({ description: 'Why the switch has disabled it' }),
    secret: z
      .string()
      .optional()
      .meta({ description: 'whsec_…: told once, when it is made; signs every message' }),
    toldUpTo: eventIdSchema,
    createdAt: instantSchema,
  })
  .meta({ id: 'Webhook' });
export type WebhookJson = z.infer<typeof webhookSchema>;

export const webhookListSchema = z
  .object({ webhooks: z.array(webhookSchema) })
  .meta({ id: 'WebhookList' });

export const webhookDeliverySchema = z
  .object({
    eventId: eventIdSchema,
    type: z.string(),
    state: z.enum(['deferred', 'dead']),
    attempts: z.int(),
    dueAt: instantSchema,
  })
  .meta({ id: 'WebhookDelivery', description: 'What was not taken at the first try' });
export type WebhookDeliveryJson = z.infer<typeof webhookDeliverySchema>;

export const webhookDeliveriesSchema = z
  .object({ deliveries: z.array(webhookDeliverySchema) })
  .meta({ id: 'WebhookDeliveries' });

export const pingedSchema = z
  .object({ status: z.int().optional().meta({ description: 'Absent: no answer' }) })
  .meta({ id: 'Pinged' });

export const replayWebhookSchema = z
  .strictObject({ after: eventIdSchema })
  .meta({ id: 'ReplayWebhook' });

const params = z.object({ id: uuidSchema });
const webhook = { description: 'As it stands now', schema: webhookSchema } as const;
const problems = ['idempotency_conflict', 'resource_not_found'] as const;

export const createWebhookRoute = defineRoute({
  id: 'createWebhook',
  method: 'POST',
  path: '/v1/webhooks',
  summary: 'Be told of your events from now on; the secret is shown once',
  idempotent: true,
  body: createWebhookSchema,
  answers: { 200: { ...webhook, description: 'A replay, without the secret' }, 201: webhook },
  problems: ['idempotency_conflict', 'address_refused', 'limit_exceeded'],
});

export const listWebhooksRoute = defineRoute({
  id: 'listWebhooks',
  method: 'GET',
  path: '/v1/webhooks',
  summary: 'Your webhooks',
  answers: { 200: { description: 'All of yours', schema: webhookListSchema } },
});

export const changeWebhookRoute = defineRoute({
  id: 'changeWebhook',
  method: 'POST',
  path: '/v1/webhooks/{id}',
  summary: 'Change its address, its types, or whether it is told',
  idempotent: true,
  params,
  body: changeWebhookSchema,
  answers: { 200: webhook },
  problems: [...problems, 'address_refused'],
});

export const deleteWebhookRoute = defineRoute({
  id: 'deleteWebhook',
  method: 'DELETE',
  path: '/v1/webhooks/{id}',
  summary: 'It is told no more',
  params,
  answers: { 204: { description: 'It is gone' } },
  problems: ['resource_not_found'],
});

export const rotateWebhookRoute = defineRoute({
  id: 'rotateWebhook',
  method: 'POST',
  path: '/v1/webhooks/{id}/secret',
  summary: 'Make a new secret; for a day messages are signed with both',
  idempotent: true,
  params,
  answers: { 200: { ...webhook, description: 'With the new secret; a replay without' } },
  problems,
});

export const pingWebhookRoute = defineRoute({
  id: 'pingWebhook',
  method: 'POST',
  path: '/v1/webhooks/{id}/ping',
  summary: 'Send a message to try it',
  params,
  answers: { 200: { description: 'What it answered', schema: pingedSchema } },
  problems: ['resource_not_found'],
});

export const replayWebhookRoute = defineRoute({
  id: 'replayWebhook',
  method: 'POST',
  path: '/v1/webhooks/{id}/replay',
  summary: 'Tell it all again from after an event on',
  idempotent: true,
  params,
  body: replayWebhookSchema,
  answers: { 200: webhook },
  problems,
});

export const listDeliveriesRoute = defineRoute({
  id: 'listDeliveries',
  method: 'GET',
  path: '/v1/webhooks/{id}/deliveries',
  summary: 'What it has not taken yet, and what was given up',
  params,
  answers: { 200: { description: 'Deferred and dead', schema: webhookDeliveriesSchema } },
  problems: ['resource_not_found'],
});

export const redeliverRoute = defineRoute({
  id: 'redeliver',
  method: 'POST',
  path: '/v1/webhooks/{id}/deliveries/{eventId}/redelivery',
  summary: 'Try one again now, also one that was given up',
  params: z.object({ id: uuidSchema, eventId: eventIdSchema }),
  answers: { 204: { description: 'It is due now' } },
  problems: ['resource_not_found'],
});
