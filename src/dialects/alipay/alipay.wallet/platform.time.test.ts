// What time does to orders of the simulated Alipay: codes and trades that expire, limits of cancel
// and refund, and the schedule of notifications.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MEI, openShop, until } from '../../../../test/setup/alipay.ts';
import { createManualClock, type ManualClock } from '../../../runtime/clock.ts';
import { dueMs } from './platform.notices.ts';
import { parseGmt8, parseTimeout, parseYuan, yuan } from './platform.yuan.ts';

const NOON_MS = Date.parse('2026-01-31T12:00:00+08:00');
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let clock: ManualClock;
let shop: Awaited<ReturnType<typeof openShop>>;

beforeEach(async () => {
  clock = createManualClock(NOON_MS);
  shop = await openShop({}, clock);
});
afterEach(() => shop.close());

const tea = { out_trade_no: 'tea_1', total_amount: '88.80', subject: 'tea' };

async function precreate(more: object = {}): Promise<string> {
  const made = await shop.exec('precreate', { ...tea, ...more });
  expect(made).toMatchObject({ code: '10000' });
  return String(made['qr_code']);
}
const buyer = (what: string, qrCode: string) =>
  shop.control('POST', what, { user: MEI.userId, qrCode });

test.each([
  [{ timeout_express: '5m' }, 5 * MINUTE_MS],
  [{ time_expire: '2026-01-31 12:30:00' }, 30 * MINUTE_MS],
  [{ timeout_express: '1c' }, 12 * 60 * MINUTE_MS],
  [{}, 120 * MINUTE_MS],
])('an order with %j can be paid until then, and not after', async (limit, ms) => {
  const qrCode = await precreate(limit);
  await buyer('scan', qrCode);
  clock.advance(ms - 1);
  const waiting = { trade_status: 'WAIT_BUYER_PAY' };
  expect(await shop.exec('query', { out_trade_no: 'tea_1' })).toMatchObject(waiting);
  clock.advance(1);
  const refused = { status: 409, body: { code: 'TRADE_HAS_CLOSE' } };
  expect(await buyer('confirm', qrCode)).toMatchObject(refused);
  const closed = { trade_status: 'TRADE_CLOSED' };
  expect(await shop.exec('query', { out_trade_no: 'tea_1' })).toMatchObject(closed);
});

test('the merchant is told of a trade that expires, though nobody asks', async () => {
  await buyer('scan', await precreate({ timeout_express: '5m' }));
  clock.advance(5 * MINUTE_MS);
  await until(() => shop.notify.taken.length === 1);
  const told = shop.notify.taken[0]?.fields ?? {};
  expect(shop.sdk.checkNotifySignV2(told)).toBe(true);
  expect(told).toMatchObject({ trade_status: 'TRADE_CLOSED', gmt_close: '2026-01-31 12:05:00' });
});

test('a code that nobody scanned expires without a trade: the order gets a new one', async () => {
  const first = await precreate({ timeout_express: '5m' });
  clock.advance(5 * MINUTE_MS);
  const unknown = { sub_code: 'ACQ.TRADE_NOT_EXIST' };
  expect(await shop.exec('query', { out_trade_no: 'tea_1' })).toMatchObject(unknown);
  const second = await precreate({ timeout_express: '5m' });
  expect(second).not.toBe(first);
  expect(await buyer('confirm', first)).toMatchObject({ status: 409 });
  expect(await buyer('confirm', second)).toMatchObject({ status: 200 });
});

test.each([
  { timeout_express: '16d' },
  { timeout_express: 'soon' },
  { time_expire: '2026-01-31 11:59:59' },
  { time_expire: '31.1.2026' },
])('%j is no time to pay in', async (limit) => {
  const refused = { sub_code: 'ACQ.INVALID_PARAMETER' };
  expect(await shop.exec('precreate', { ...tea, ...limit })).toMatchObject(refused);
});

test('after a day a payment is refunded, not cancelled; after a year neither', async () => {
  await buyer('confirm', await precreate());
  clock.advance(DAY_MS + 1);
  const name = { out_trade_no: 'tea_1' };
  const late = { sub_code: 'ACQ.TRADE_CANCEL_TIME_OUT' };
  expect(await shop.exec('cancel', name)).toMatchObject(late);
  const part = { ...name, refund_amount: '8.80', out_request_no: 'r1' };
  expect(await shop.exec('refund', part)).toMatchObject({ code: '10000', fund_change: 'Y' });
  clock.advance(365 * DAY_MS);
  expect(await shop.exec('query', name)).toMatchObject({ trade_status: 'TRADE_FINISHED' });
  const finished = { sub_code: 'ACQ.TRADE_HAS_FINISHED' };
  expect(await shop.exec('refund', { ...part, out_request_no: 'r2' })).toMatchObject(finished);
  expect(await shop.exec('refund', part)).toMatchObject({ code: '10000', fund_change: 'N' });
});

test('a version 3 request of ten minutes ago is refused', async () => {
  const asked = () => shop.sdk.curl('POST', '/v3/alipay/trade/precreate', { body: tea });
  clock.setNowMs(Date.now() + 9 * MINUTE_MS);
  expect(await asked()).toMatchObject({ responseHttpStatus: 200 });
  clock.setNowMs(Date.now() + 11 * MINUTE_MS);
  await expect(asked()).rejects.toMatchObject({ code: 'invalid-timestamp' });
});

test('a notification is sent eight times in 24 hours and 24 minutes, then never again', () => {
  const notice = { notifyId: 'n', appId: 'a', outTradeNo: 'o', url: '', fields: {} };
  const attempts: { atMs: number; result: string }[] = [];
  const minutes: number[] = [];
  for (;;) {
    const due = dueMs({ ...notice, createdAtMs: 0, attempts }, 1);
    if (due === undefined) break;
    minutes.push(due / MINUTE_MS);
    attempts.push({ atMs: due, result: 'HTTP 500' });
  }
  expect(minutes).toEqual([0, 4, 14, 24, 84, 204, 564, 1464]);
  const taken = [{ atMs: 0, result: 'success' }];
  expect(dueMs({ ...notice, createdAtMs: 0, attempts: taken }, 1)).toBeUndefined();
});

test.each([
  ['0.01', 1n],
  ['88.8', 8880n],
  ['100000000', 100_000_000_00n],
  ['88.888', undefined],
  ['-1', undefined],
  ['1e3', undefined],
  ['', undefined],
  ['007', undefined],
])('%s yuan are %s fen', (text, fen) => {
  expect(parseYuan(text)).toBe(fen);
  if (fen !== undefined) expect(parseYuan(yuan(fen))).toBe(fen);
});

test('times are of GMT+8, wherever the platform runs', () => {
  expect(parseGmt8('2026-01-31 12:00:00')).toBe(NOON_MS);
  expect(parseTimeout('1c', NOON_MS)).toBe(Date.parse('2026-02-01T00:00:00+08:00'));
});
