// Who may ask the simulated WeChat Pay, and how: requests written by hand, which no client would
// send. The date is moved for both sides together.
import { createSign } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  MCHID,
  merchantKeys,
  OTHER,
  openShop,
  SERIAL,
} from '../../../../test/setup/wechatpay-platform.ts';

const NOON_MS = Date.parse('2026-01-31T12:00:00+08:00');
const NOON_S = NOON_MS / 1_000;
const ORDERS = '/v3/pay/transactions';

let shop: Awaited<ReturnType<typeof openShop>>;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON_MS });
  shop = await openShop();
});
afterEach(async () => {
  await shop.close();
  vi.useRealTimers();
});

interface Wish {
  readonly atS?: number | string;
  readonly nonce?: string;
  readonly body?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

let count = 0;

async function send(method: 'GET' | 'POST', target: string, wish: Wish = {}) {
  const { atS = Math.floor(Date.now() / 1_000), nonce = `N${(count += 1)}` } = wish;
  const { body = Buffer.alloc(0), headers } = wish;
  const signature = createSign('RSA-SHA256')
    .update(`${method}\n${target}\n${atS}\n${nonce}\n`)
    .update(body)
    .update('\n')
    .sign(merchantKeys.privateKey, 'base64');
  const parts = { mchid: MCHID, nonce_str: nonce, timestamp: atS, serial_no: SERIAL, signature };
  const quoted = Object.entries(parts).map(([name, value]) => `${name}="${value}"`);
  const answer = await fetch(`${shop.platform.address}${target}`, {
    method,
    headers: {
      authorization: `WECHATPAY2-SHA256-RSA2048 ${quoted.join(',')}`,
      accept: 'application/json',
      'content-type': 'application/json',
      ...headers,
    },
    ...(method === 'POST' ? { body: new Uint8Array(body) } : {}),
  });
  const text = await answer.text();
  const json: unknown = text === '' ? null : JSON.parse(text);
  return { status: answer.status, json };
}

const order = (wish: Wish = {}) =>
  send('POST', `${ORDERS}/native`, { body: Buffer.from(JSON.stringify(shop.wish)), ...wish });
const refused = (status: number, code: string) => ({ status, json: { code } });

test.each([
  [NOON_S - 300, 200],
  [NOON_S + 300, 200],
  [NOON_S - 301, 401],
  [NOON_S + 301, 401],
  ['soon', 401],
  ['NaN', 401],
])('at noon a request of %s is answered %i', async (atS, status) => {
  expect(await order({ atS })).toMatchObject({ status });
});

test('a request counts once, also when its nonce is remembered no more', async () => {
  expect(await order({ nonce: 'A' })).toMatchObject({ status: 200 });
  expect(await order({ nonce: 'A' })).toMatchObject(refused(401, 'SIGN_ERROR'));
  expect(await order({ nonce: 'B' })).toMatchObject({ status: 200 });
  vi.setSystemTime(NOON_MS + 11 * 60_000);
  expect(await order({ nonce: 'A', atS: NOON_S })).toMatchObject(refused(401, 'SIGN_ERROR'));
});

test('what is signed is bytes: a body that is no UTF-8 is verified, and is no JSON', async () => {
  const body = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
  expect(await order({ body })).toMatchObject(refused(400, 'PARAM_ERROR'));
});

test.each([
  ['accept', 'text/html', 400],
  ['user-agent', '', 400],
  ['content-type', 'text/plain', 400],
  ['authorization', 'WECHATPAY2-SHA256-RSA2048 mchid="1900000001"', 401],
  ['authorization', 'Bearer x', 401],
])('with %s %j an order is refused', async (name, value, status) => {
  expect(await order({ headers: { [name]: value } })).toMatchObject({ status });
  expect((await shop.control('GET', 'orders')).body).toEqual({ items: [] });
});

test('the mchid that is asked with is of who signs', async () => {
  await order();
  const path = `${ORDERS}/out-trade-no/tea_01`;
  const none = { field: 'mchid', location: 'query' };
  const refusal = { status: 400, json: { code: 'PARAM_ERROR', detail: none } };
  expect(await send('GET', path)).toMatchObject(refusal);
  expect(await send('GET', `${path}?mchid=${OTHER.mchid}`)).toMatchObject(refusal);
  expect(await send('GET', `${path}?mchid=${MCHID}`)).toMatchObject({ status: 200 });
  const close = (mchid: string) =>
    send('POST', `${path}/close`, { body: Buffer.from(JSON.stringify({ mchid })) });
  expect(await close(OTHER.mchid)).toMatchObject(refused(400, 'PARAM_ERROR'));
  expect(await close(MCHID)).toMatchObject({ status: 204 });
});

test('a number may come escaped; the signature is over the address as it came', async () => {
  await shop.ordered({ out_trade_no: 'tea|01' });
  const path = `${ORDERS}/out-trade-no/tea%7C01?mchid=${MCHID}`;
  expect(await send('GET', path)).toMatchObject({ json: { out_trade_no: 'tea|01' } });
});

test('an address that is none is refused', async () => {
  expect(await send('GET', '/v3/certificates')).toMatchObject(refused(400, 'INVALID_REQUEST'));
});
