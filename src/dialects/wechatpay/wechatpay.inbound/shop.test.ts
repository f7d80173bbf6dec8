// A shop's program against a real core: who may ask, and what is answered in WeChat Pay's words.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../../../test/setup/database.ts';
import { MCHID, openTill, stranger, type Wish, wishOf } from '../../../../test/setup/wechatpay.ts';

let till: Awaited<ReturnType<typeof openTill>>;
beforeAll(async () => {
  till = await openTill((await createTestDatabase()).connection);
});
afterAll(() => till.stop());

test('an order is open until it is paid, and is then named by the number of its payment', async () => {
  const { no, payment } = await till.bought();
  const number = payment.payment.id.replaceAll('-', '');
  const paid = {
    status: 200,
    isSigned: true,
    json: {
      trade_state: 'SUCCESS',
      out_trade_no: no,
      transaction_id: number,
      attach: 'table 4',
      amount: { total: 8_880, payer_total: 8_880, currency: 'CNY' },
    },
  };
  expect(await till.query(no)).toMatchObject(paid);
  const byNumber = `/v3/pay/transactions/id/${number}?mchid=${MCHID}`;
  expect(await till.ask('GET', byNumber)).toMatchObject(paid);
  const open = await till.ordered();
  expect(await till.query(open.no)).toMatchObject({ status: 200, json: { trade_state: 'NOTPAY' } });
});

test('the same order again is the same code; another order under its number is none', async () => {
  const { no, id } = await till.ordered();
  const again = await till.ask('POST', '/v3/pay/transactions/native', wishOf(no));
  expect(again.json).toEqual({ code_url: `https://hutong.example/o/${id}` });
  const other = wishOf(no, { amount: { total: 1, currency: 'CNY' } });
  expect(await till.ask('POST', '/v3/pay/transactions/native', other)).toMatchObject({
    status: 403,
    json: { code: 'OUT_TRADE_NO_USED' },
    isSigned: true,
  });
});

test('a closed order cannot be paid, a paid one cannot be closed', async () => {
  const open = await till.ordered();
  const close = (no: string) =>
    till.ask('POST', `/v3/pay/transactions/out-trade-no/${no}/close`, { mchid: MCHID });
  expect(await close(open.no)).toEqual({ status: 204, json: null, isSigned: true });
  expect(await till.query(open.no)).toMatchObject({ json: { trade_state: 'CLOSED' } });
  expect(await till.scheme.pay({ to: { orderId: open.id } })).toMatchObject({
    value: { state: 'rejected', payment: { problem: 'order_closed' } },
  });
  const { no } = await till.bought();
  expect(await close(no)).toMatchObject({ status: 400, json: { code: 'ORDERPAID' } });
});

test('what was bought is given back in parts, each once, and never more than was paid', async () => {
  const { no } = await till.bought();
  const refund = (out_refund_no: string, fen: number, total = 8_880) =>
    till.ask('POST', '/v3/refund/domestic/refunds', {
      out_trade_no: no,
      out_refund_no,
      amount: { refund: fen, total, currency: 'CNY' },
    });
  const part = { status: 200, json: { status: 'SUCCESS', amount: { refund: 880, total: 8_880 } } };
  expect(await refund(`${no}_1`, 880)).toMatchObject(part);
  expect(await refund(`${no}_1`, 880)).toMatchObject(part);
  const invalid = { status: 400, json: { code: 'INVALID_REQUEST' } };
  expect(await refund(`${no}_1`, 881)).toMatchObject(invalid);
  expect(await refund(`${no}_2`, 8_001)).toMatchObject(invalid);
  expect(await refund(`${no}_3`, 1, 9_999)).toMatchObject({ json: { code: 'PARAM_ERROR' } });
  expect(await till.query(no)).toMatchObject({ json: { trade_state: 'REFUND' } });
  expect(await till.ask('GET', `/v3/refund/domestic/refunds/${no}_1`)).toMatchObject(part);
  expect(await till.ask('GET', `/v3/refund/domestic/refunds/${no}_9`)).toMatchObject({
    status: 404,
    json: { code: 'RESOURCE_NOT_EXISTS' },
  });
});

test.each<[string, Wish]>([
  ['with another key', { key: stranger }],
  ['long ago', { offMs: -301_000 }],
  ['in the future', { offMs: 302_000 }],
  ['under another serial', { serial: 'AAAAAAAAAAAAAAAA' }],
  ['as nobody we know', { mchid: '1900000009' }],
  ['for another body', { sent: '{"mchid":"1900000001"}' }],
])('what is signed %s is refused, and orders nothing', async (_what, wish) => {
  const no = till.newNo();
  expect(await till.ask('POST', '/v3/pay/transactions/native', wishOf(no), wish)).toMatchObject({
    status: 401,
    json: { code: 'SIGN_ERROR' },
  });
  expect(await till.query(no)).toMatchObject({ status: 404, json: { code: 'ORDER_NOT_EXIST' } });
});

test('a request counts once: its nonce again is refused', async () => {
  const { no } = await till.ordered();
  const target = `/v3/pay/transactions/out-trade-no/${no}?mchid=${MCHID}`;
  const wish = { nonce: till.scheme.ids.compact() };
  expect(await till.ask('GET', target, undefined, wish)).toMatchObject({ status: 200 });
  expect(await till.ask('GET', target, undefined, wish)).toMatchObject({ status: 401 });
});

test('a suspended shop is told so, under our signature, and asks for nothing', async () => {
  till.setUsable(false);
  const asked = await till.ask('POST', '/v3/pay/transactions/native', wishOf(till.newNo()));
  till.setUsable(true);
  expect(asked).toMatchObject({ status: 403, json: { code: 'NO_AUTH' }, isSigned: true });
});

test.each<[string, object, string]>([
  ['dollars', { amount: { total: 1, currency: 'USD' } }, 'amount.currency'],
  ['fractions of fen', { amount: { total: 1.5 } }, 'amount.total'],
  ['another merchant', { mchid: '1900000009' }, 'mchid'],
  ['no address', { notify_url: 'nowhere' }, 'notify_url'],
])('an order of %s is at fault, and says where', async (_what, rest, field) => {
  const asked = await till.ask('POST', '/v3/pay/transactions/native', wishOf(till.newNo(), rest));
  expect(asked).toMatchObject({ status: 400, json: { code: 'PARAM_ERROR', detail: { field } } });
});

test('there are no certificates: a client is told so in the words it knows', async () => {
  expect(await till.ask('GET', '/v3/certificates')).toMatchObject({
    status: 404,
    json: { code: 'RESOURCE_NOT_EXISTS' },
    isSigned: true,
  });
});
