// Bad input over every native route of a running switch: always a problem that says what to do,
// never a 5xx, and nothing changed in PostgreSQL. Then a good payment still works.
import { problemCodeSchema, type Route, switchRoutes } from '@hutong/sdk/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startEmbedded } from '../../src/postgres/index.ts';
import { createWalletControl } from '../../src/sandbox/wallet-control.ts';
import { generateSigningKey, type SigningKey, signingKey } from '../../src/signatures/index.ts';
import { query } from '../setup/query.ts';
import { badBodies } from './hostile/bodies.ts';
import { type Answered, type Ask, createSigner } from './hostile/signer.ts';
import { type RunningSwitch, startRunningSwitch } from './running-switch.ts';

const BODY_BYTES_MAX = 262_144;
const NOBODYS = '0198a000-0000-7000-8000-00000000dead';
let hutong: RunningSwitch;
let ask: (wish: Ask) => Promise<Answered>;
let asBravo: (wish: Ask) => Promise<Answered>;
let own: SigningKey;
let databaseUrl = '';
/** Of alpha: a payment and an order, which bravo must not get at. */
let paymentId = '';
let orderId = '';

const credentialsSchema = z.looseObject({ privateKey: z.looseObject({}) });
function keyOf(connection: string): SigningKey {
  const { privateKey } = credentialsSchema.parse(hutong.command('credentials', connection));
  return signingKey(JSON.stringify(privateKey));
}
const wallet = (name: string) => {
  const found = hutong.sandbox().wallets.find(({ participant }) => participant === name);
  if (found === undefined) throw new Error(`no wallet ${name}`);
  return createWalletControl(found);
};

beforeAll(async () => {
  hutong = await startRunningSwitch();
  own = keyOf('alpha-native');
  ask = createSigner(hutong.address(), own);
  asBravo = createSigner(hutong.address(), keyOf('bravo-native'));
  const log = { info: () => {}, warn: () => {} };
  const server = await startEmbedded({ dataDir: hutong.data, log });
  databaseUrl = server.url;
  await server.stop(); // the switch holds it; its address stays
  const amount = { amount: '1.00', currency: 'CNY' };
  const paid = await wallet('alpha').pay({
    account: 'wangwei',
    payee: { alias: 'wallet:worker0501@alpha' },
    amount,
  });
  paymentId = paid.payment?.id ?? '';
  orderId = (await wallet('alpha').createOrder({ account: 'wangwei', amount })).id;
}, 60_000);
afterAll(() => hutong.stop());

const money = { amount: '1.00', currency: 'CNY' };
const party = { account: 'wangwei', name: 'Wang Wei' };
const alias = 'phone:+8613900000002';

/** A good body for each route that takes one: a new route has to be given one. */
const BODIES: Readonly<Record<string, Parameters<typeof badBodies>[0]>> = {
  createLookup: { payee: { alias } },
  createQuote: { payee: { alias }, amount: money },
  createPayment: { payer: party, payee: { alias }, amount: money },
  createRefund: { amount: money },
  capturePayment: { amount: money },
  fulfilPayment: { fulfilment: 'A'.repeat(43) },
  proposeMandate: {
    payee: party,
    payerAlias: alias,
    amount: money,
    periodMax: money,
    period: 'day',
  },
  consentMandate: {
    authorisation: { method: 'pin', at: '2026-11-24T00:00:00.000Z', termsHash: 'A'.repeat(43) },
  },
  moveMandate: { to: 'revoked' },
  collectMandate: { amount: money },
  addOwnKey: { jwk: { kty: 'OKP' } },
  retireOwnKey: {},
  createWebhook: { url: 'http://127.0.0.1:9/hook' },
  changeWebhook: { status: 'disabled' },
  replayWebhook: { after: '1-0' },
  setRate: { base: 'CNY', target: 'EUR', rate: '0.13', validUntil: '2031-01-01T00:00:00.000Z' },
  reportLeg: { outcome: 'completed', externalId: 'x-1' },
  createOrder: { payee: party, amount: money },
  createCollection: { payerAlias: alias },
  claimAlias: { alias: 'phone:+8613811111111', party },
  releaseAlias: { alias: 'phone:+8613811111111' },
};

const routes = Object.entries(switchRoutes as Readonly<Record<string, Route>>).filter(
  ([, { signed }]) => signed,
);
const targetOf = ({ path }: Route, id = NOBODYS) => path.replaceAll(/\{[A-Za-z]+\}/g, id);

/** All that money and resources are made of. */
async function everything(): Promise<unknown> {
  const count = (table: string, where = 'true') =>
    `(select count(*) from ${table} where ${where})::int as ${table}`;
  const rows = await query(
    databaseUrl,
    `select ${count('payments', "state <> 'rejected'")}, ${count('transfers')},
       ${count('orders')}, ${count('quotes')}, ${count('aliases')}, ${count('outbox')},
       (select string_agg(a::text, ';' order by number) from accounts a) as accounts`,
  );
  return rows[0];
}

/** What speaks against an answer to something bad; null when it is as it must be. */
function faultOf(what: string, answer: Answered): string | null {
  const { status, type, code, words, text } = answer;
  if (status < 400 || status >= 500) return `${what}: status ${status} ${text}`;
  if (!type.startsWith('application/problem+json')) return `${what}: ${type} ${text}`;
  if (!problemCodeSchema.safeParse(code).success) return `${what}: code ${code ?? ''}`;
  return words === '' ? `${what}: no words` : null;
}

async function allRefused(asks: Iterable<readonly [string, Promise<Answered>]>): Promise<void> {
  const faults: string[] = [];
  for (const [what, answer] of asks) {
    const fault = faultOf(what, await answer);
    if (fault !== null) faults.push(fault);
  }
  expect(faults.slice(0, 10)).toEqual([]);
}

test('every route that takes a body has a good one here', () => {
  const taking = routes.filter(([, { body }]) => body !== undefined).map(([name]) => name);
  expect(Object.keys(BODIES).toSorted()).toEqual(taking.toSorted());
});

test.each(routes.filter(([, { body }]) => body !== undefined))(
  '%s refuses every bad body',
  { timeout: 60_000 },
  async (name, route) => {
    const before = await everything();
    const good = BODIES[name] ?? '';
    const bad = [...badBodies(good, BODY_BYTES_MAX)];
    await allRefused(
      bad.map(({ what, body, contentType }) => {
        const shared = { method: route.method, target: targetOf(route), body };
        return [
          what,
          ask(contentType === undefined ? shared : { ...shared, contentType }),
        ] as const;
      }),
    );
    expect(await everything()).toEqual(before);
  },
);

test.each(routes)('%s believes no bad signature', async (name, route) => {
  const before = await everything();
  const body = BODIES[name];
  const shared: Ask = {
    method: route.method,
    target: targetOf(route, route.path.startsWith('/v1/orders') ? orderId : paymentId),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const stranger = signingKey(generateSigningKey().privateJwk);
  const strip = (header: string): Ask => ({
    ...shared,
    tamper: ({ headers }) => void Reflect.deleteProperty(headers, header),
  });
  const edit = (header: string, change: (value: string) => string): Ask => ({
    ...shared,
    tamper: ({ headers }) => {
      headers[header] = change(headers[header] ?? '');
    },
  });
  await allRefused([
    ['no signature', ask(strip('signature'))],
    ['no signature-input', ask(strip('signature-input'))],
    ['signed an hour ago', ask({ ...shared, signedAtMs: -3_600_000 })],
    ['signed in an hour', ask({ ...shared, signedAtMs: 3_600_000 })],
    ['a key nobody knows', ask({ ...shared, key: stranger })],
    [
      'one bit of the signature',
      ask(edit('signature', (v) => v.replace(/:(.)/, (_, c) => `:${c === 'A' ? 'B' : 'A'}`))),
    ],
    ['another key id', ask(edit('signature-input', (v) => v.replace(/keyid="./, 'keyid="_')))],
    ['a component less', ask(edit('signature-input', (v) => v.replace('"@target-uri" ', '')))],
    ['an algorithm of its own', ask(edit('signature-input', (v) => `${v};alg="none"`))],
    ['another tag', ask(edit('signature-input', (v) => v.replace('tag="hutong"', 'tag="x"')))],
    ['rubbish', ask(edit('signature-input', () => '(((('))],
  ]);
  if (body !== undefined) {
    const changed = Buffer.from(JSON.stringify(body).replace('"', ' "'));
    await allRefused([
      [
        'a changed body',
        ask({ ...shared, tamper: (sent) => void Object.assign(sent, { body: changed }) }),
      ],
      ['no digest', ask(strip('content-digest'))],
    ]);
  }
  if (route.idempotent) {
    await allRefused([
      ['no idempotency key', ask({ ...shared, idempotencyKey: null })],
      ['a bad one', ask({ ...shared, idempotencyKey: ' ' })],
      ['a long one', ask({ ...shared, idempotencyKey: 'k'.repeat(1_000) })],
    ]);
  }
  expect(await everything()).toEqual(before);
});

test('one signature counts once', async () => {
  const shared: Ask = { method: 'GET', target: '/v1/positions', nonce: 'n'.repeat(32) };
  expect((await ask(shared)).status).toBe(200);
  const again = await ask(shared);
  expect([again.status, again.code]).toEqual([401, 'signature_replayed']);
});

const byId = routes.filter(([, { path }]) => path.includes('{'));

test.each(byId)(
  '%s gives nobody what is another’s, nor says that it is there',
  async (name, route) => {
    const before = await everything();
    const isOrder = route.path.startsWith('/v1/orders');
    // an order may be read by whoever is to pay it
    const isPublic = name === 'getOrder' || name === 'createCollection';
    const body = BODIES[name];
    const shared = { method: route.method, ...(body && { body: JSON.stringify(body) }) };
    const id = isOrder ? orderId : paymentId;
    const others = await asBravo({ ...shared, target: targetOf(route, id) });
    const nobodys = await asBravo({ ...shared, target: targetOf(route, NOBODYS) });
    if (!isPublic) expect([others.status, others.code]).toEqual([nobodys.status, nobodys.code]);
    expect(await everything()).toEqual(before);
  },
);

test.each(byId)('%s refuses ids that are none', async (name, route) => {
  const body = BODIES[name];
  const shared = { method: route.method, ...(body && { body: JSON.stringify(body) }) };
  const ids = [
    '0',
    '%00',
    '%2e%2e%2f',
    "'--",
    '%F0%9F%92%B8',
    'x'.repeat(4_000),
    NOBODYS.toUpperCase(),
    '%ff',
  ];
  await allRefused(
    ids.map((id) => [id.slice(0, 20), ask({ ...shared, target: targetOf(route, id) })] as const),
  );
});

test('queries, methods and paths that are none', async () => {
  const finds = [
    '',
    '?',
    '?idempotencyKey=',
    '?reference=%00',
    `?reference=${'x'.repeat(3_000)}`,
    '?legId=1',
    '?idempotencyKey=a&reference=b',
    '?surprise=1',
  ];
  await allRefused([
    ...finds.map(
      (query) => [query, ask({ method: 'GET', target: `/v1/payments${query}` })] as const,
    ),
    ['a method', ask({ method: 'PUT', target: '/v1/payments', body: '{}' })],
    ['a method', ask({ method: 'DELETE', target: `/v1/payments/${paymentId}` })],
    ['a path', ask({ method: 'GET', target: '/v1/nothing' })],
    ['a path', ask({ method: 'GET', target: '/v1/payments/../../etc/passwd' })],
  ]);
});

test('after all of it a payment works, and every invariant holds', async () => {
  const amount = { amount: '1.00', currency: 'CNY' };
  const wish = { account: 'wangwei', payee: { alias }, amount };
  expect((await wallet('alpha').pay(wish)).payment?.state).toBe('completed');
  expect(z.object({ ok: z.boolean() }).parse(hutong.command('verify')).ok).toBe(true);
});
