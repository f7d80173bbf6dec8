// What a shop is told, as the shop's own server receives it: signed, encrypted for it alone, and
// taken only where it answers 200 or 204.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { createTestDatabase } from '../../../test/setup/database.ts';
import { generateRsaKeys } from '../../../test/setup/rsa.ts';
import { credential } from '../../../test/setup/scheme.ts';
import { MCHID, openTill } from '../../../test/setup/wechatpay.ts';
import type { ConnectionNotice, ConnectionSettings, PaymentView } from '../../payments/port.ts';
import { createCryptoRandom } from '../../runtime/index.ts';
import { createLogger } from '../../runtime/logging.ts';
import { isRsaSigned } from '../../signatures/index.ts';
import { createAddressGuard, createHttpClient } from '../../wire/index.ts';
import { answerText, decryptResource } from './wechatpay.auth.ts';
import { notificationSchema } from './wechatpay.messages.ts';
import { createNotifier } from './wechatpay.notifier.ts';

const keys = generateRsaKeys();
const API_KEY = 'abcdef0123456789abcdef0123456789';
const http = createHttpClient({ guard: createAddressGuard({ allowLoopback: true }) });
let till: Awaited<ReturnType<typeof openTill>>;
let notifier: ReturnType<typeof createNotifier>;
let server: Server;
let address: string;
let status = 200;
let taken: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
let paid: ConnectionNotice;

const shop = (rest: object = {}): ConnectionSettings => ({
  id: 'panda-main',
  participantId: 'panda',
  dialect: 'wechatpay',
  endpoint: null,
  settings: {
    side: 'merchant',
    mchid: MCHID,
    merchantSerial: '5157F09EFDC096DE15EBE81A47057A72',
    merchantPublicKey: keys.publicKey,
    platformSerial: 'PUB_KEY_ID_0000000000000024101100397200000006',
    ...rest,
  },
  secrets: { privateKey: keys.privateKey, apiV3Key: API_KEY },
});

async function noticeOf(
  kind: ConnectionNotice['kind'],
  payment: PaymentView,
  cause: PaymentView | null,
): Promise<ConnectionNotice> {
  const id = (cause ?? payment).payment.orderId ?? '';
  const order = await till.scheme.core.payments.order(credential('panda'), { by: 'id', id });
  if (!order.ok) throw new Error(order.problem.code);
  return { id: 'n-1', kind, createdAtMs: 0, attempt: 1, payment, cause, order: order.value };
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      taken.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('it has a port');
  address = `http://127.0.0.1:${at.port}/notify`;
  till = await openTill((await createTestDatabase()).connection);
  notifier = createNotifier({
    clock: till.clock,
    ids: till.scheme.ids,
    random: createCryptoRandom(),
    logger: createLogger({ level: 'fatal', clock: till.clock }),
    http,
    publicUrl: 'https://hutong.example',
    payments: till.scheme.core.payments,
  });
  const { payment } = await till.bought({ notify_url: address });
  paid = await noticeOf('order_paid', payment, null);
});
afterAll(async () => {
  await http.close();
  server.closeAllConnections();
  server.close();
  await till.stop();
});
beforeEach(() => {
  status = 200;
  taken = [];
});

/** The notification as a shop reads it: its signature holds, and its resource opens. */
function read(): { readonly id: string; readonly event_type: string; readonly content: unknown } {
  const [{ headers, body } = { headers: {}, body: '' }] = taken;
  const header = (name: string) => String(headers[`wechatpay-${name}`]);
  const signed = answerText(header('timestamp'), header('nonce'), body);
  expect(isRsaSigned(keys.publicKey, signed, header('signature'))).toBe(true);
  expect(header('serial')).toBe('PUB_KEY_ID_0000000000000024101100397200000006');
  const { id, event_type, resource } = notificationSchema.parse(JSON.parse(body));
  const content: unknown = JSON.parse(decryptResource(API_KEY, resource) ?? 'null');
  return { id, event_type, content };
}

test('an order that was paid: the transaction, as a query would answer it', async () => {
  expect(await notifier.notify(shop(), paid)).toBe(true);
  expect(read()).toMatchObject({
    id: 'n-1',
    event_type: 'TRANSACTION.SUCCESS',
    content: {
      mchid: MCHID,
      out_trade_no: paid.order?.reference,
      trade_state: 'SUCCESS',
      transaction_id: paid.payment.payment.id.replaceAll('-', ''),
      attach: 'table 4',
      amount: { total: 8_880, currency: 'CNY' },
    },
  });
});

test('who paid is named, as the published form wants it, by a name that is nobody else’s', async () => {
  const payers = z.object({ payer: z.object({ openid: z.string().min(1).max(128) }) });
  await notifier.notify(shop(), paid);
  const { payer } = payers.parse(read().content);
  expect(payer.openid).toBe(paid.payment.payment.id.replaceAll('-', ''));
});

test('a refund that was done: how much of which order', async () => {
  const refunded = await till.scheme.core.payments.refund({
    credential: credential('panda'),
    idempotencyKey: 'r-1',
    content: 'r-1',
    evidence: null,
    paymentId: paid.payment.payment.id,
    amount: { currency: 'CNY', minor: 880n },
    reference: 'r-1',
    reason: null,
    waitMs: 3_000,
  });
  if (!refunded.ok) throw new Error(refunded.problem.code);
  const notice = await noticeOf('refund_completed', refunded.value, paid.payment);
  expect(await notifier.notify(shop(), notice)).toBe(true);
  expect(read()).toMatchObject({
    event_type: 'REFUND.SUCCESS',
    content: {
      out_trade_no: paid.order?.reference,
      out_refund_no: 'r-1',
      refund_status: 'SUCCESS',
      amount: { total: 8_880, refund: 880 },
    },
  });
});

test.each([
  [200, true],
  [204, true],
  [202, false],
  [302, false],
  [400, false],
  [503, false],
])('an answer of %i: taken is %s', async (answered, isTaken) => {
  status = answered;
  expect(await notifier.notify(shop(), paid)).toBe(isTaken);
  expect(taken).toHaveLength(1);
});

test('two notifications never share a nonce, nor what it would give away', async () => {
  await Promise.all(Array.from({ length: 20 }, () => notifier.notify(shop(), paid)));
  const nonces = taken.map(({ body }) => notificationSchema.parse(JSON.parse(body)).resource.nonce);
  expect(new Set(nonces).size).toBe(20);
});

test('it is told again by WeChat Pay’s own schedule for a day, or by the shop’s', () => {
  const delays = (settings: object) => {
    const times: number[] = [];
    for (let n = 1; ; n += 1) {
      const delay = notifier.noticeDelayMs(shop(settings), n);
      if (delay === null) return times;
      times.push(delay / 1_000);
    }
  };
  expect(delays({})).toEqual([
    15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, 10_800, 10_800, 10_800, 21_600, 21_600,
  ]);
  expect(delays({ noticeDelaysMs: [250, 500] })).toEqual([0.25, 0.5]);
});

test('an order that was not made by WeChat Pay’s API has nobody to tell', async () => {
  const { order } = paid;
  const notice = { ...paid, order: order === null ? null : { ...order, record: null } };
  expect(await notifier.notify(shop(), notice)).toBe(false);
  expect(taken).toEqual([]);
});
