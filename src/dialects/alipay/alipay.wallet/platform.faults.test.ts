// What the simulated Alipay does wrong when it is told to, as the official client meets it: the
// error says nothing about what has happened.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clientOf, MEI, openShop } from '../../../../test/setup/alipay.ts';

let shop: Awaited<ReturnType<typeof openShop>>;

beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.close());

const tea = { out_trade_no: 'tea_1', total_amount: '88.80', subject: 'tea' };
const options = { validateSign: true };
const orders = async () => {
  const { body } = await shop.control('GET', 'orders');
  return body;
};
const done = { items: [{ outTradeNo: 'tea_1' }] };
const nothing = { items: [] };

test.each([
  ['error_after', 'ACQ.SYSTEM_ERROR', '40004', done],
  ['error_before', 'ACQ.SYSTEM_ERROR', '40004', nothing],
  ['unknown_after', 'isp.unknow-error', '20000', done],
])('version 2, %s: %s', async (kind, subCode, code, left) => {
  await shop.control('POST', 'faults', { kind });
  expect(await shop.exec('precreate', tea)).toMatchObject({ code, sub_code: subCode });
  expect(await orders()).toMatchObject(left);
  expect(await shop.exec('precreate', tea)).toMatchObject({ code: '10000' });
});

test.each([
  ['error_after', 'ACQ.SYSTEM_ERROR', 400, done],
  ['error_before', 'ACQ.SYSTEM_ERROR', 400, nothing],
  ['unknown_after', 'unknow-error', 500, done],
])('version 3, %s: %s', async (kind, code, responseHttpStatus, left) => {
  await shop.control('POST', 'faults', { kind });
  const asked = shop.sdk.curl('POST', '/v3/alipay/trade/precreate', { body: tea });
  await expect(asked).rejects.toMatchObject({ code, responseHttpStatus });
  expect(await orders()).toMatchObject(left);
});

test.each([
  ['silent', 'timeout'],
  ['garbage', 'Response 格式错误'],
])('%s: done, and the client learns nothing', async (kind, message) => {
  await shop.control('POST', 'faults', { kind });
  const hasty = clientOf(shop.platform, { timeout: 100 });
  const asked = hasty.exec('alipay.trade.precreate', { bizContent: tea }, options);
  await expect(asked).rejects.toThrow(message);
  expect(await orders()).toMatchObject(done);
});

test('slow: the answer comes, later', async () => {
  await shop.control('POST', 'faults', { kind: 'slow', ms: 150 });
  const begunMs = performance.now();
  expect(await shop.exec('precreate', tea)).toMatchObject({ code: '10000' });
  expect(performance.now() - begunMs).toBeGreaterThan(140);
});

test('a fault waits for its interface, and can be taken back', async () => {
  await shop.control('POST', 'faults', { kind: 'error_after', operation: 'trade.refund' });
  const { qr_code: qrCode } = await shop.exec('precreate', tea);
  await shop.control('POST', 'confirm', { user: MEI.userId, qrCode });
  const refund = { out_trade_no: 'tea_1', refund_amount: '88.80' };
  expect(await shop.exec('refund', refund)).toMatchObject({ sub_code: 'ACQ.SYSTEM_ERROR' });
  expect(await shop.exec('refund', refund)).toMatchObject({ code: '10000', fund_change: 'N' });
  await shop.control('POST', 'faults', { kind: 'error_after', times: 9 });
  await shop.control('DELETE', 'faults');
  const found = await shop.exec('query', { out_trade_no: 'tea_1' });
  expect(found).toMatchObject({ trade_status: 'TRADE_CLOSED' });
});

test('a fault that does not exist is refused', async () => {
  expect(await shop.control('POST', 'faults', { kind: 'nap' })).toMatchObject({ status: 400 });
});
