// What time does to orders of the simulated WeChat Pay: codes and orders that expire, the limit of
// refunds, requests that are too old or come twice, and the schedule of notifications. The date is
// moved for client and platform together: each looks at the other's timestamps.
import { createSign } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  MCHID,
  merchantKeys,
  openShop,
  SERIAL,
} from '../../../../test/setup/wechatpay-platform.ts';
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

/** A request as any program may write it, by hand. */
async function send(wish: {
  atS?: number | string;
  nonce?: string;
  agent?: string;
  body?: Buffer;
}) {
  const { atS = Math.floor(Date.now() / 1_000), nonce = 'N0NCE', agent = 'test' } = wish;
  const path = '/v3/pay/transactions/native';
  const body = wish.body ?? Buffer.from(JSON.stringify(shop.wish));
  const signature = createSign('RSA-SHA256')
    .update(`POST\n${path}\n${atS}\n${nonce}\n`)
    .update(body)
    .update('\n')
    .sign(merchantKeys.privateKey, 'base64');
  const parts = { mchid: MCHID, nonce_str: nonce, timestamp: atS, serial_no: SERIAL, signature };
  const quoted = Object.entries(parts).map(([name, value]) => `${name}="${value}"`);
  const answer = await fetch(`${shop.platform.address}${path}`, {
    method: 'POST',
    headers: {
      authorization: `WECHATPAY2-SHA256-RSA2048 ${quoted.join(',')}`,
      accept: 'application/json',
      'content-type': 'application/json',
      'user-agent': agent,
    },
    body: new Uint8Array(body),
  });
  const json: unknown = await answer.json();
  return { status: answer.status, json };
}

const NOON_S = NOON_MS / 1_000;
test.each([
  [NOON_S - 300, 200],
  [NOON_S + 300, 200],
  [NOON_S - 301, 401],
  [NOON_S + 301, 401],
  ['soon', 401],
  ['NaN', 401],
])('at noon a request of %s is answered %i', async (atS, status) => {
  expect(await send({ atS })).toMatchObject({ status });
});

test('a request counts once, also when its time is remembered no more', async () => {
  expect(await send({ nonce: 'A' })).toMatchObject({ status: 200 });
  expect(await send({ nonce: 'A' })).toMatchObject({ status: 401, json: { code: 'SIGN_ERROR' } });
  expect(await send({ nonce: 'B' })).toMatchObject({ status: 200 });
  pass(11 * MINUTE_MS);
  expect(await send({ nonce: 'A', atS: NOON_S })).toMatchObject({ status: 401 });
});

test('what is signed is bytes: a body that is no UTF-8 is verified, and is no JSON', async () => {
  const body = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
  const refused = { status: 400, json: { code: 'PARAM_ERROR', detail: { location: 'body' } } };
  expect(await send({ body })).toMatchObject(refused);
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
