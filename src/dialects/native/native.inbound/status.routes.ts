// Positions and events of a participant, and what anyone may read.
import { openApiDocument, switchRoutes as routes } from '@hutong/sdk/contract';
import { ok } from '../../../problems/index.ts';
import { type InboundRoute, languageOf } from '../../inbound.ts';
import { refusal, replyTo } from '../../signed-route.ts';
import type { NativeDeps } from '../native.deps.ts';
import type { On } from './bound.ts';
import { eventStream, lastEventPlace } from './events.ts';
import { positionsJson, problemListJson } from './views.ts';

export function statusRoutes(deps: NativeDeps, on: On): InboundRoute[] {
  const { participants, currencies, events } = deps;
  return [
    on(routes.getPositions, async ({ credential }) =>
      replyTo(await participants.positions(credential), (answer) => ({
        status: 200,
        json: positionsJson(currencies, answer),
      })),
    ),
    on(routes.getEvents, ({ credential, request }) => {
      const after = lastEventPlace(request.headers['last-event-id']);
      if (after === undefined) return refusal('cursor_invalid');
      return ok({
        status: 200,
        stream: eventStream(events.follow(credential, after, request.signal)),
        headers: { 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
      });
    }),
  ];
}

/** What anyone may read; made once, for it never changes. */
export function openRoutes({ publicUrl }: NativeDeps): InboundRoute[] {
  const document = JSON.stringify(openApiDocument({ serverUrl: publicUrl }));
  const lists = {
    en: JSON.stringify(problemListJson('en')),
    zh: JSON.stringify(problemListJson('zh')),
  };
  const json = (body: string) => ({
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'max-age=60' },
    body,
  });
  return [
    {
      method: 'GET',
      path: routes.getProblems.path,
      contentTypes: null,
      handle: ({ headers }) => json(lists[languageOf(headers['accept-language'])]),
    },
    {
      method: 'GET',
      path: routes.getOpenApi.path,
      contentTypes: null,
      handle: () => json(document),
    },
  ];
}
