// What the simulated WeChat Pay does wrong when it is told to, as the unmodified client meets it:
// the error says nothing about what has happened.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clientOf, openShop } from '../../../../test/setup/wechatpay-platform.ts';

let shop: Awaited<ReturnType<typeof openShop>>;

beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.close());

const orders = async () => (await shop.control('GET', 'orders')).body;
const done = { items: [{ outTradeNo: 'tea_01' }] };
const nothing = { items: [] };

test.each([
  ['error_after', 500, 'SYSTEM_ERROR', done],
  ['error_before', 500, 'SYSTEM_ERROR', nothing],
  ['busy', 429, 'FREQUENCY_LIMITED', nothing],
])('%s: %i %s', async (kind, status, code, left) => {
  await shop.fault({ kind });
  expect(await shop.client.order(shop.wish)).toMatchObject({ status, data: { code } });
  expect(await orders()).toMatchObject(left);
  expect(await shop.client.order(shop.wish)).toMatchObject({ status: 200 });
});

test.each(['forge_answer', 'probe_answer'])('%s: done, and not believed', async (kind) => {
  await shop.fault({ kind });
  const code = 'EV3_RES_HEADER_SIGNATURE_DIGEST';
  await expect(shop.client.order(shop.wish)).rejects.toMatchObject({ code });
  expect(await orders()).toMatchObject(done);
});

test('silent: done, and the client learns nothing', async () => {
  await shop.fault({ kind: 'silent' });
  const hasty = clientOf(shop.platform.address, { timeout: 100 });
  await expect(hasty.order(shop.wish)).rejects.toMatchObject({ code: 'ECONNABORTED' });
  expect(await orders()).toMatchObject(done);
});

test('garbage: done, signed, and no JSON', async () => {
  await shop.fault({ kind: 'garbage' });
  const { status, data } = await shop.client.order(shop.wish);
  expect(status).toBe(200);
  expect(typeof data).toBe('string');
  expect(await orders()).toMatchObject(done);
});

test('slow: the answer comes, later', async () => {
  await shop.fault({ kind: 'slow', ms: 150 });
  const begunMs = performance.now();
  expect(await shop.client.order(shop.wish)).toMatchObject({ status: 200 });
  expect(performance.now() - begunMs).toBeGreaterThan(140);
});

test('a fault waits for its interface, and can be taken back', async () => {
  await shop.fault({ kind: 'error_after', operation: 'refund' });
  await shop.sold();
  expect(await shop.refund('r1', 8_880)).toMatchObject({ data: { code: 'SYSTEM_ERROR' } });
  expect(await shop.refund('r1', 8_880)).toMatchObject({ data: { status: 'SUCCESS' } });
  const whole = { merchants: [{ balance: '0.00' }, {}], totals: { isBalanced: true } };
  expect(await shop.money()).toMatchObject(whole);
  await shop.fault({ kind: 'error_after', times: 9 });
  await shop.control('DELETE', 'faults');
  expect(await shop.client.query('tea_01')).toMatchObject({ data: { trade_state: 'REFUND' } });
});

test('who is not known uses up no fault', async () => {
  await shop.fault({ kind: 'busy' });
  const unknown = clientOf(shop.platform.address, { serial: 'FF' });
  expect(await unknown.order(shop.wish)).toMatchObject({ status: 401 });
  expect(await shop.client.order(shop.wish)).toMatchObject({ status: 429 });
});

test('a fault that does not exist is refused', async () => {
  expect(await shop.fault({ kind: 'nap' })).toMatchObject({ status: 400 });
});
