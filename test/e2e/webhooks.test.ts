// Webhooks over a running switch: receivers that take, fail, hang and redirect; messages verified
// by the SDK and by somebody else's library; a restart, a rotation, a replay.

import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createHutongClient, type HutongClient, HutongProblem } from '@hutong/sdk';
import { verifyWebhook, WebhookNotVerified } from '@hutong/sdk/webhooks';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type RunningSwitch, startRunningSwitch, until } from './running-switch.ts';

interface Received {
  readonly body: string;
  readonly headers: Headers;
}

interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** What it answers next, and from then on. */
  status: number;
  close(): void;
}

const servers: Server[] = [];

async function receiver(answer: 'status' | 'never' = 'status'): Promise<Receiver> {
  const received: Received[] = [];
  const made = { url: '', received, status: 204, close: () => undefined as void };
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const headers = new Headers();
      for (const [name, value] of Object.entries(incoming.headers)) {
        headers.set(name, String(value));
      }
      received.push({ body: Buffer.concat(chunks).toString(), headers });
      if (answer === 'never') return;
      const location = made.status === 302 ? { location: 'http://169.254.169.254/' } : {};
      outgoing.writeHead(made.status, location).end();
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  made.url = `http://127.0.0.1:${port}/hook`;
  return made;
}

let hutong: RunningSwitch;
let alpha: HutongClient;
let bravo: HutongClient;
const jwk = z.looseObject({ kty: z.string(), crv: z.string(), x: z.string() });
const facts = z.looseObject({ switchUrl: z.string(), privateKey: jwk, switchKeys: z.array(jwk) });

function clientOf(connection: string): Promise<HutongClient> {
  const credentials = facts.parse(hutong.command('credentials', connection));
  const { switchUrl: baseUrl, privateKey, switchKeys } = credentials;
  return createHutongClient({ baseUrl, privateKey, switchKeys });
}

beforeAll(async () => {
  hutong = await startRunningSwitch();
  [alpha, bravo] = await Promise.all([clientOf('alpha-native'), clientOf('bravo-native')]);
}, 60_000);
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await hutong.stop();
});

const lina = { alias: 'phone:+8613900000002' };
async function pay(): Promise<string> {
  const amount = { amount: '1.00', currency: 'CNY' };
  const wish = { payer: { account: 'wangwei' }, payee: lina, amount };
  return (await alpha.pay(wish, { idempotencyKey: randomUUID(), waitS: 10 })).id;
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: unknown) => (error instanceof HutongProblem ? error.problem.code : String(error)),
  );

const completed = ({ received }: Receiver) =>
  received.filter(({ body }) => body.includes('"payment.completed"'));

test('an endpoint is told what happens to its participant, signed, and another one is not', async () => {
  const own = await receiver();
  const others = await receiver();
  const types = ['payment.completed'];
  const made = await alpha.call('createWebhook', { body: { url: own.url, types } });
  await bravo.call('createWebhook', { body: { url: others.url, types: ['order.*'] } });
  const secret = made.secret ?? '';
  expect(secret).toMatch(/^whsec_/);
  const id = await pay();
  await until('it is told', () => Promise.resolve(own.received.length > 0));
  const [first] = own.received;
  if (first === undefined) throw new Error('nothing');
  const { body, headers } = first;
  const message = await verifyWebhook({ body, headers, secrets: [secret] });
  expect([message.type, message.data['paymentId']]).toEqual(['payment.completed', id]);
  // somebody else's verifier agrees
  expect(new Webhook(secret).verify(body, Object.fromEntries(headers))).toMatchObject({
    type: 'payment.completed',
  });
  const changed = verifyWebhook({ body: body.replace(id, 'x'), headers, secrets: [secret] });
  await expect(changed).rejects.toThrow(WebhookNotVerified);
  const nowMs = Date.now() + 3_600_000;
  const late = verifyWebhook({ body, headers, secrets: [secret], nowMs });
  await expect(late).rejects.toThrow('not of now');
  expect(others.received).toEqual([]);
  const shown = await alpha.call('listWebhooks', {});
  expect(shown.webhooks.map((each) => each.secret)).toEqual([undefined]);
});

test('a secret is changed without a gap: messages bear both signatures', async () => {
  const own = await receiver();
  const made = await alpha.call('createWebhook', { body: { url: own.url } });
  const rotated = await alpha.call('rotateWebhook', { params: { id: made.id } });
  expect(rotated.secret).not.toBe(made.secret);
  await alpha.call('pingWebhook', { params: { id: made.id } });
  const [ping] = own.received;
  for (const secret of [made.secret, rotated.secret]) {
    const asked = { body: ping?.body ?? '', headers: ping?.headers ?? new Headers() };
    const message = await verifyWebhook({ ...asked, secrets: [secret ?? ''] });
    expect(message.type).toBe('webhook.ping');
  }
});

test('an endpoint that hangs or fails delays no other; what it did not take is kept', async () => {
  const hanging = await receiver('never');
  const failing = await receiver();
  failing.status = 500;
  const good = await receiver();
  const types = ['payment.completed'];
  const create = (url: string) => alpha.call('createWebhook', { body: { url, types } });
  await create(hanging.url);
  const bad = await create(failing.url);
  await create(good.url);
  const began = Date.now();
  await pay();
  await until('the good one is told', () => Promise.resolve(completed(good).length === 1));
  expect(Date.now() - began).toBeLessThan(3_000);
  const params = { id: bad.id };
  const left = async () => (await alpha.call('listDeliveries', { params })).deliveries;
  await until('the failure is kept', async () => (await left()).length === 1);
  expect((await left())[0]).toMatchObject({ state: 'deferred', attempts: 1 });
  // mended: tried again at once when asked to, under the same id
  failing.status = 200;
  const eventId = (await left())[0]?.eventId ?? '';
  await alpha.call('redeliver', { params: { id: bad.id, eventId } });
  await until('it is taken', async () => (await left()).length === 0);
  const ids = completed(failing).map(({ headers }) => headers.get('webhook-id'));
  expect(new Set(ids)).toEqual(new Set([eventId]));
});

test('410 ends it, a redirect is not followed', async () => {
  const gone = await receiver();
  gone.status = 410;
  const led = await receiver();
  led.status = 302;
  const types = ['payment.completed'];
  const made = await alpha.call('createWebhook', { body: { url: gone.url, types } });
  const away = await alpha.call('createWebhook', { body: { url: led.url, types } });
  await pay();
  const all = async () => (await alpha.call('listWebhooks', {})).webhooks;
  await until('it is disabled', async () =>
    (await all()).some(({ id, status }) => id === made.id && status === 'disabled'),
  );
  await until('the redirect counts as a failure', async () => {
    const { deliveries } = await alpha.call('listDeliveries', { params: { id: away.id } });
    return deliveries.length === 1;
  });
});

test('after a restart it goes on where it was, and a replay tells all again', async () => {
  const own = await receiver();
  const types = ['payment.completed'];
  const made = await alpha.call('createWebhook', { body: { url: own.url, types } });
  const first = await pay();
  await until('the first', () => Promise.resolve(completed(own).length === 1));
  own.status = 503;
  await hutong.kill('SIGKILL');
  await hutong.start();
  own.status = 200;
  const second = await pay();
  const told = () =>
    new Set(own.received.map(({ body }) => /"paymentId":"([^"]+)"/.exec(body)?.[1]));
  await until('the second', () => Promise.resolve(told().has(second)));
  expect(told()).toEqual(new Set([first, second]));
  const before = own.received.length;
  const params = { id: made.id };
  await alpha.call('replayWebhook', { params, body: { after: made.toldUpTo } });
  await until('both again', () => Promise.resolve(own.received.length >= before + 2));
});

test.each([
  ['metadata of a cloud', 'http://169.254.169.254/latest/'],
  ['a private network', 'http://10.0.0.1/'],
  ['a file', 'file:///etc/passwd'],
  ['a name and password', 'http://a:b@example.com/'],
  ['nothing', 'nothing'],
])('%s is no address', async (_what, url) => {
  expect(await codeOf(alpha.call('createWebhook', { body: { url } }))).toBe('address_refused');
});

test('another participant’s webhook is not there', async () => {
  const own = await receiver();
  const { id } = await alpha.call('createWebhook', { body: { url: own.url } });
  const params = { id };
  const asks = [
    codeOf(bravo.call('changeWebhook', { params, body: { status: 'disabled' } })),
    codeOf(bravo.call('deleteWebhook', { params })),
    codeOf(bravo.call('rotateWebhook', { params })),
    codeOf(bravo.call('pingWebhook', { params })),
    codeOf(bravo.call('listDeliveries', { params })),
    codeOf(bravo.call('replayWebhook', { params, body: { after: '0-0' } })),
  ];
  for (const ask of asks) expect(await ask).toBe('resource_not_found');
  await alpha.call('deleteWebhook', { params });
  expect(await codeOf(alpha.call('pingWebhook', { params }))).toBe('resource_not_found');
  expect(z.looseObject({ ok: z.boolean() }).parse(hutong.command('verify')).ok).toBe(true);
});
