// The door of the webhooks room.
export { createWebhookDelivery, type WebhookDelivery } from './webhook.delivery.ts';
export { createWebhookBook, webhookSubject } from './webhook.machine.ts';
export { secretText } from './webhook.message.ts';
export type { Endpoint } from './webhook.ts';
