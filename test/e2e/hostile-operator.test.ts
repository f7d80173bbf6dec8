// Bad input over every route of the operator's API: always a problem that says what to do, never a
// 5xx, and nothing changed in PostgreSQL. A new route has to be given a good body here.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OperatorRoute, operatorRoutes, problemCodeSchema } from '@hutong/sdk/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startEmbedded } from '../../src/postgres/index.ts';
import { generateSigningKey, type SigningKey, signingKey } from '../../src/signatures/index.ts';
import { query } from '../setup/query.ts';
import { badBodies } from './hostile/bodies.ts';
import { type Answered, type Ask, createSigner } from './hostile/signer.ts';
import { type RunningSwitch, startRunningSwitch } from './running-switch.ts';

const BODY_BYTES_MAX = 262_144;
let hutong: RunningSwitch;
let own: SigningKey;
let ask: (wish: Ask) => Promise<Answered>;
let asAlpha: (wish: Ask) => Promise<Answered>;
let databaseUrl = '';

beforeAll(async () => {
  hutong = await startRunningSwitch();
  own = signingKey(readFileSync(join(hutong.data, 'operator-first.key.json'), 'utf8'));
  ask = createSigner(hutong.address(), own);
  const credentials = z
    .looseObject({ privateKey: z.looseObject({}) })
    .parse(hutong.command('credentials', 'alpha-native'));
  asAlpha = createSigner(hutong.address(), signingKey(JSON.stringify(credentials.privateKey)));
  const server = await startEmbedded({
    dataDir: hutong.data,
    log: { info: () => {}, warn: () => {} },
  });
  databaseUrl = server.url;
  await server.stop(); // the switch holds it; its address stays
}, 60_000);
afterAll(() => hutong.stop());

const money = { amount: '1.00', currency: 'CNY' };
const BODIES: Readonly<Record<string, Parameters<typeof badBodies>[0]>> = {
  inviteParticipant: { participantId: 'lotus', name: 'Lotus', kind: 'wallet' },
  changeParticipant: { name: 'Alpha' },
  setCap: { cap: money },
  moveCover: { direction: 'deposit', amount: money, reference: 'BANK 1' },
  addConnection: { connectionId: 'lotus-main', participantId: 'alpha', dialect: 'native' },
  changeConnection: { status: 'disabled' },
  addKey: { jwk: { kty: 'OKP' } },
  retireKey: { at: '2031-01-01T00:00:00.000Z' },
  setFees: { bearer: 'payer', fixed: '0.01' },
  reviewHeld: { decision: 'release' },
  proposeResolution: { outcome: 'completed', reason: 'statement' },
  decideResolution: { agree: 'yes' },
  enrolPerson: { id: 'zhang-wei', name: 'Zhang Wei', role: 'viewer', jwk: { kty: 'OKP' } },
  changePerson: { status: 'disabled' },
  setLimit: {
    currency: 'CNY',
    subject: 'payer',
    measure: 'sum',
    period: 'day',
    limit: '100.00',
    outcome: 'hold',
  },
};

/** Good bodies that are not of texts alone. */
const WORDS: Readonly<Record<string, string>> = { decideResolution: '{"agree":true}' };

const routes = Object.entries(operatorRoutes as Readonly<Record<string, OperatorRoute>>);
const PARAMS: Readonly<Record<string, string>> = {
  id: 'nobody',
  currency: 'CNY',
  keyId: 'A'.repeat(43),
  legId: '0'.repeat(16) + '8'.repeat(16),
};
const targetOf = ({ path, id }: OperatorRoute) => {
  const isPayment = id === 'reviewHeld';
  const uuid = '0198a000-0000-7000-8000-00000000dead';
  return path.replaceAll(/\{([A-Za-z]+)\}/g, (_, name: string) =>
    name === 'id' && isPayment ? uuid : (PARAMS[name] ?? 'nobody'),
  );
};

/** Everything that the operator can change. */
async function everything(): Promise<unknown> {
  const all = (table: string) =>
    `(select md5(coalesce(string_agg(t::text, ';' order by t::text), '')) from ${table} t)`;
  const tables = [
    'participants',
    'currency_terms',
    'cover_movements',
    'connections',
    'connection_keys',
    'fee_schedules',
    'operator_people',
    'resolutions',
    'limit_rules',
    'accounts',
  ];
  const columns = tables.map((table) => `${all(table)} as ${table}`);
  return (await query(databaseUrl, `select ${columns.join(', ')}`))[0];
}

function faultOf(what: string, { status, type, code, text }: Answered): string[] {
  if (status < 400 || status >= 500) return [`${what}: status ${status} ${text}`];
  if (!type.startsWith('application/problem+json')) return [`${what}: ${type} ${text}`];
  return problemCodeSchema.safeParse(code).success ? [] : [`${what}: code ${code ?? ''}`];
}

async function allRefused(asks: readonly (readonly [string, Promise<Answered>])[]): Promise<void> {
  const faults: string[] = [];
  for (const [what, answer] of asks) faults.push(...faultOf(what, await answer));
  expect(faults.slice(0, 10)).toEqual([]);
}

const taking = routes.filter(([, { body }]) => body !== undefined);

test('every route that takes a body has a good one here', () => {
  expect(Object.keys(BODIES).toSorted()).toEqual(taking.map(([name]) => name).toSorted());
});

test.each(taking)('%s refuses every bad body', { timeout: 60_000 }, async (name, route) => {
  const before = await everything();
  const bad = [...badBodies(BODIES[name] ?? '', BODY_BYTES_MAX)];
  await allRefused(
    bad.map(({ what, body, contentType }) => {
      const shared = { method: route.method, target: targetOf(route), body };
      return [what, ask(contentType === undefined ? shared : { ...shared, contentType })] as const;
    }),
  );
  expect(await everything()).toEqual(before);
});

test.each(routes)('%s believes nobody but the operator’s people', async (name, route) => {
  const before = await everything();
  const body = BODIES[name];
  const shared: Ask = {
    method: route.method,
    target: targetOf(route),
    ...(body === undefined ? {} : { body: WORDS[name] ?? JSON.stringify(body) }),
  };
  const stranger = signingKey(generateSigningKey().privateJwk);
  const strip = (header: string): Ask => ({
    ...shared,
    tamper: ({ headers }) => void Reflect.deleteProperty(headers, header),
  });
  await allRefused([
    ['a participant', asAlpha(shared)],
    ['a key nobody knows', ask({ ...shared, key: stranger })],
    ['no signature', ask(strip('signature'))],
    ['signed an hour ago', ask({ ...shared, signedAtMs: -3_600_000 })],
    ...(route.method === 'GET'
      ? []
      : [['no idempotency key', ask({ ...shared, idempotencyKey: null })] as const]),
  ]);
  expect((await asAlpha(shared)).code).toBe('not_permitted');
  expect(await everything()).toEqual(before);
});

test('the operator’s keys move no participant’s money', async () => {
  const answer = await ask({ method: 'GET', target: '/v1/positions' });
  expect([answer.status, answer.code]).toEqual([401, 'key_unknown']);
});
