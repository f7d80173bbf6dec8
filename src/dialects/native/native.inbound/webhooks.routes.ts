// Webhooks: making, changing and looking after them.
import {
  switchRoutes as routes,
  type WebhookDeliveryJson,
  type WebhookJson,
} from '@hutong/sdk/contract';
import type { EventPlace, WebhookDeliveryView, WebhookView } from '../../dialect.ts';
import type { InboundRoute } from '../../inbound.ts';
import { replyTo } from '../../signed-route.ts';
import type { NativeDeps } from '../native.deps.ts';
import { instant } from '../native.messages.ts';
import type { On } from './bound.ts';

const idOf = ({ seq, ordinal }: EventPlace) => `${seq}-${ordinal}`;

function placeOf(eventId: string): EventPlace {
  const [seq = '', ordinal = ''] = eventId.split('-');
  const place = { seq: Number(seq), ordinal: Math.min(Number(ordinal), 2 ** 31 - 1) };
  return { ...place, seq: Math.min(place.seq, Number.MAX_SAFE_INTEGER) };
}

function webhookJson(view: WebhookView): WebhookJson {
  const { id, url, types, status, why, told, secret, createdAtMs } = view;
  return {
    id,
    url,
    types: [...types],
    status,
    ...(why === null ? {} : { why }),
    ...(secret === null ? {} : { secret }),
    toldUpTo: idOf(told),
    createdAt: instant(createdAtMs),
  };
}

function deliveryJson(view: WebhookDeliveryView): WebhookDeliveryJson {
  const { type, state, attempts, dueAtMs } = view;
  const given = state === 'dead' ? 'dead' : 'deferred';
  return { eventId: idOf(view), type, state: given, attempts, dueAt: instant(dueAtMs) };
}

const content = (...parts: readonly unknown[]) => JSON.stringify(parts);

export function webhookRoutes({ webhooks }: NativeDeps, on: On): InboundRoute[] {
  return [
    on(routes.createWebhook, async ({ body, asked }) => {
      const { url, types = [] } = body;
      const wish = { ...asked, url, types, content: content('webhook', url, types) };
      return replyTo(await webhooks.create(wish), (view, replayed) => ({
        status: replayed ? 200 : 201,
        json: webhookJson(view),
      }));
    }),
    on(routes.listWebhooks, async ({ credential }) =>
      replyTo(await webhooks.list(credential), (views) => ({
        status: 200,
        json: { webhooks: views.map(webhookJson) },
      })),
    ),
    on(routes.changeWebhook, async ({ body, params, asked }) => {
      const { url, types, status } = body;
      const wish = { ...asked, id: params.id, url, types, status };
      const changed = await webhooks.change({
        ...wish,
        content: content('webhook', params.id, url, types, status),
      });
      return replyTo(changed, (view) => ({ status: 200, json: webhookJson(view) }));
    }),
    on(routes.deleteWebhook, async ({ params, credential }) =>
      replyTo(await webhooks.remove(credential, params.id), () => ({ status: 204 })),
    ),
    on(routes.rotateWebhook, async ({ params, asked }) => {
      const wish = { ...asked, id: params.id, content: content('rotate', params.id) };
      return replyTo(await webhooks.rotate(wish), (view) => ({
        status: 200,
        json: webhookJson(view),
      }));
    }),
    on(routes.pingWebhook, async ({ params, credential }) =>
      replyTo(await webhooks.ping(credential, params.id), (status) => ({
        status: 200,
        json: status === null ? {} : { status },
      })),
    ),
    on(routes.replayWebhook, async ({ params, body, asked }) => {
      const after = placeOf(body.after);
      const wish = { ...asked, id: params.id, after };
      const done = await webhooks.replay({
        ...wish,
        content: content('replay', params.id, body.after),
      });
      return replyTo(done, (view) => ({ status: 200, json: webhookJson(view) }));
    }),
    on(routes.listDeliveries, async ({ params, credential }) =>
      replyTo(await webhooks.deliveries(credential, params.id), (views) => ({
        status: 200,
        json: { deliveries: views.map(deliveryJson) },
      })),
    ),
    on(routes.redeliver, async ({ params, credential }) =>
      replyTo(await webhooks.redeliver(credential, params.id, placeOf(params.eventId)), () => ({
        status: 204,
      })),
    ),
  ];
}
