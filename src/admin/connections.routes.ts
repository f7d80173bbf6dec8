// Connections and keys. Settings are judged by their dialect before anything is stored.
import { type ConnectionJson, type KeyJson, operatorRoutes as routes } from '@hutong/sdk/contract';
import type { InboundRoute } from '../dialects/inbound.ts';
import { type Reply, refusal } from '../dialects/signed-route.ts';
import type { Connection, Done, Key } from '../participants/index.ts';
import { ok, type Result } from '../problems/index.ts';
import type { AdminDeps } from './admin.deps.ts';
import { durably, type On } from './operator-route.ts';

const instant = (ms: number) => new Date(ms).toISOString();
const instantMs = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));

/** JSON that was written by us: an object. */
const objectOf = (json: string): Record<string, unknown> => {
  const value: unknown = JSON.parse(json);
  return typeof value === 'object' && value !== null ? { ...value } : {};
};

function connectionJson(connection: Readonly<Connection>): ConnectionJson {
  const { id, participantId, dialect, endpoint, settings, status, createdAtMs, version } =
    connection;
  return {
    connectionId: id,
    participantId,
    dialect,
    ...(endpoint === null ? {} : { endpoint }),
    settings: objectOf(settings),
    status,
    createdAt: instant(createdAtMs),
    version,
  };
}

export function keyJson(key: Readonly<Key>): KeyJson {
  const { keyId, connectionId, jwk, status, validFromMs, validToMs } = key;
  return {
    keyId,
    connectionId,
    jwk: objectOf(jwk),
    status,
    validFrom: instant(validFromMs),
    ...(validToMs === null ? {} : { validTo: instant(validToMs) }),
  };
}

function reply<T>(
  done: Result<Done<T>>,
  json: (value: T) => object,
  status: number,
  headers: (value: T) => Record<string, string> = () => ({}),
): Result<Reply> {
  if (!done.ok) return done;
  const { value, replayed } = done.value;
  const hit = replayed ? { 'idempotency-hit': 'true' } : {};
  return ok({
    status: replayed ? 200 : status,
    json: json(value),
    headers: { ...headers(value), ...hit },
  });
}

const tagOf = ({ version }: Readonly<Connection>) => ({ etag: `"${version}"` });

export function connectionAdminRoutes(deps: AdminDeps, on: On): InboundRoute[] {
  const { participants, view } = deps;
  return [
    on(routes.addConnection, async ({ body, ask }) =>
      reply(await participants.addConnection(body, ask), connectionJson, 201, tagOf),
    ),
    on(routes.listConnections, () =>
      durably(deps, () => ({
        status: 200,
        json: { connections: view.connections().map(connectionJson) },
      })),
    ),
    on(routes.changeConnection, async ({ params, body, ask, ifVersion }) => {
      const change = { connectionId: params.id, ...body, ifVersion };
      return reply(await participants.changeConnection(change, ask), connectionJson, 200, tagOf);
    }),
    on(routes.addKey, async ({ params, body, ask }) => {
      const { jwk, validFrom, validTo } = body;
      const times = { validFromMs: instantMs(validFrom), validToMs: instantMs(validTo) };
      const wish = { connectionId: params.id, jwk, ...times };
      return reply(await participants.addKey(wish, ask), keyJson, 201);
    }),
    on(routes.listKeys, ({ params }) => {
      if (view.connection(params.id) === undefined) return refusal('resource_not_found');
      return durably(deps, () => ({
        status: 200,
        json: { keys: view.keysOf(params.id).map(keyJson) },
      }));
    }),
    on(routes.retireKey, async ({ params, body, ask }) => {
      const wish = { keyId: params.keyId, atMs: instantMs(body.at) };
      return reply(await participants.retireKey(wish, ask), keyJson, 200);
    }),
  ];
}
