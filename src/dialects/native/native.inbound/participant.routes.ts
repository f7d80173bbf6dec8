// A participant's own keys, and everybody's public profiles.
import { type OwnKeyJson, type ProfileJson, switchRoutes as routes } from '@hutong/sdk/contract';
import type { OwnKeyView, ProfileView } from '../../dialect.ts';
import type { InboundRoute } from '../../inbound.ts';
import { replyTo } from '../../signed-route.ts';
import type { NativeDeps } from '../native.deps.ts';
import { instant } from '../native.messages.ts';
import type { On } from './bound.ts';

function keyJson({ keyId, connectionId, status, validFromMs, validToMs }: OwnKeyView): OwnKeyJson {
  return {
    keyId,
    connectionId,
    status,
    validFrom: instant(validFromMs),
    ...(validToMs === null ? {} : { validTo: instant(validToMs) }),
  };
}

function profileJson(view: ProfileView): ProfileJson {
  const { participantId, name, kind, currencies, features, protocols, signatures } = view;
  const { youngestKeyDays: days } = view;
  return {
    participantId,
    name,
    kind,
    currencies: currencies.map((each) => ({ ...each })),
    features: [...features],
    protocols: [...protocols],
    security: {
      signatures: [...signatures],
      ...(days === null ? {} : { youngestKeyDays: days }),
    },
  };
}

const content = (...parts: readonly unknown[]) => JSON.stringify(parts);
const instantMs = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));

export function participantRoutes({ ownKeys }: NativeDeps, on: On): InboundRoute[] {
  return [
    on(routes.listOwnKeys, async ({ credential }) =>
      replyTo(await ownKeys.list(credential), (views) => ({
        status: 200,
        json: { keys: views.map(keyJson) },
      })),
    ),
    on(routes.addOwnKey, async ({ body, asked }) => {
      const { jwk, validFrom } = body;
      const wish = { ...asked, jwk, validFromMs: instantMs(validFrom) };
      const done = await ownKeys.add({ ...wish, content: content('key', jwk, validFrom) });
      return replyTo(done, (view, replayed) => ({
        status: replayed ? 200 : 201,
        json: keyJson(view),
      }));
    }),
    on(routes.retireOwnKey, async ({ params, body, asked }) => {
      const { keyId } = params;
      const wish = { ...asked, keyId, atMs: instantMs(body.at) };
      const done = await ownKeys.retire({ ...wish, content: content('retire', keyId, body.at) });
      return replyTo(done, (view) => ({ status: 200, json: keyJson(view) }));
    }),
  ];
}

/** What anyone may read, unsigned. */
export function profileRoutes({ ownKeys }: NativeDeps): InboundRoute[] {
  return [
    {
      method: 'GET',
      path: routes.listProfiles.path,
      contentTypes: null,
      handle: () => ({
        status: 200,
        headers: { 'content-type': 'application/json', 'cache-control': 'max-age=60' },
        body: JSON.stringify({ profiles: ownKeys.profiles().map(profileJson) }),
      }),
    },
  ];
}
