// What time does to orders of the simulated WeChat Pay: codes and orders that expire, the limit of
// refunds, and the schedule of notifications. The date is
// moved for client and platform together: each looks at the other's timestamps.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openShop } from '../../../../test/setup/wechatpay-platform.ts';
import { dueMs } from './platform.notices.ts';
import { china } from './platform.yuan.ts';

const NOON_MS = Date.parse('2026-01-31T12:00:00+08:00');
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

let shop: Awaited<ReturnType<typeof openShop>>;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON_MS });
  shop = await openShop();
});
afterEach(async () => {
  await shop.close();
  vi.useRealTimers();
});

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
const refusal = (code: string) => ({ status: 409, body: { code } });
const state = async () => (await shop.client.query('tea_01')).data;

test.each([
  [{ time_expire: '2026-01-31T12:30:00+08:00' }, 30 * MINUTE_MS],
  [{ time_expire: '2026-01-31T05:00:00Z' }, HOUR_MS],
  [{}, 2 * HOUR_MS],
])('an order with %j can be paid until then, and not after', async (limit, ms) => {
  const code = await shop.ordered(limit);
  pass(ms - 1);
  expect(await state()).toMatchObject({ trade_state: 'NOTPAY' });
  pass(1);
  expect(await shop.confirm(code)).toMatchObject(refusal('ORDER_CLOSED'));
  expect(await state()).toMatchObject({ trade_state: 'CLOSED' });
  const again = await shop.client.order({ ...shop.wish, ...limit });
  expect(again).toMatchObject({ status: 400, data: { code: 'ORDER_CLOSED' } });
});

test('a code dies after two hours, and its order gets another', async () => {
  const limit = { time_expire: '2026-02-01T12:00:00+08:00' };
  const first = await shop.ordered(limit);
  pass(2 * HOUR_MS);
  expect(await shop.confirm(first)).toMatchObject(refusal('CODE_EXPIRED'));
  expect(await state()).toMatchObject({ trade_state: 'NOTPAY' });
  const second = await shop.ordered(limit);
  expect(second).not.toBe(first);
  expect(await shop.confirm(first)).toMatchObject(refusal('ORDER_NOT_EXIST'));
  expect(await shop.confirm(second)).toMatchObject({ status: 200 });
});

test('after a year nothing more is given back, and what was is still told', async () => {
  await shop.sold();
  pass(365 * DAY_MS);
  expect(await shop.refund('r1', 880)).toMatchObject({ data: { status: 'SUCCESS' } });
  pass(1);
  const late = { status: 400, data: { code: 'INVALID_REQUEST' } };
  expect(await shop.refund('r2', 880)).toMatchObject(late);
  expect(await shop.refund('r1', 880)).toMatchObject({ data: { status: 'SUCCESS' } });
});

test('a notification is sent sixteen times in 24 hours and four minutes, then never again', () => {
  const attempts: { atMs: number; isTaken: boolean; result: string }[] = [];
  const minutes: number[] = [];
  for (;;) {
    const due = dueMs({ createdAtMs: 0, attempts }, 1);
    if (due === undefined) break;
    minutes.push(due / MINUTE_MS);
    attempts.push({ atMs: due, isTaken: false, result: 'HTTP 500' });
  }
  const first = [0, 0.25, 0.5, 1, 4, 14, 34, 64, 94, 124];
  expect(minutes).toEqual([...first, 184, 364, 544, 724, 1_084, 1_444]);
  const taken = [{ atMs: 0, isTaken: true, result: 'HTTP 204' }];
  expect(dueMs({ createdAtMs: 0, attempts: taken }, 1)).toBeUndefined();
});

test('times are of China, wherever the platform runs', () => {
  expect(china(NOON_MS)).toBe('2026-01-31T12:00:00+08:00');
  expect(china(Date.parse('2026-01-31T23:59:59Z'))).toBe('2026-02-01T07:59:59+08:00');
});
