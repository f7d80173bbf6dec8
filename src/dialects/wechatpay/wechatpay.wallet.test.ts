// The simulated WeChat Pay as an unmodified client sees it: whatever it says here,
// wechatpay-axios-plugin has verified.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { generateRsaKeys } from '../../../test/setup/rsa.ts';
import {
  APPID,
  asOther,
  BO,
  clientOf,
  isGenuine,
  MCHID,
  MEI,
  opened,
  openShop,
  until,
} from '../../../test/setup/wechatpay-platform.ts';
import { required } from '../../runtime/index.ts';

let shop: Awaited<ReturnType<typeof openShop>>;

beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.close());

const balances = (mei: string, merchant: string) => ({
  users: [{ balance: mei }, { balance: '20.00' }],
  merchants: [{ balance: merchant }, { balance: '0.00' }],
  totals: { deposits: '520.00', isBalanced: true },
});
const refused = (status: number, code: string) => ({ status, data: { code } });

describe('orders, by wechatpay-axios-plugin', () => {
  test('an order gets a code, and the money moves when the user confirms', async () => {
    const code = await shop.ordered();
    expect(code).toMatch(/^weixin:\/\/wxpay\/bizpayurl\?pr=.+/);
    const waiting = { trade_state: 'NOTPAY', mchid: MCHID, out_trade_no: 'tea_01' };
    expect(await shop.client.query('tea_01')).toMatchObject({ status: 200, data: waiting });
    expect(await shop.money()).toMatchObject(balances('500.00', '0.00'));
    expect(await shop.confirm(code)).toMatchObject({ status: 200, body: { state: 'SUCCESS' } });
    const paid = await shop.client.query('tea_01');
    expect(paid.data).toMatchObject({
      trade_state: 'SUCCESS',
      trade_type: 'NATIVE',
      appid: APPID,
      attach: 'table 4',
      payer: { openid: MEI.userId },
      amount: { total: 8_880, payer_total: 8_880, currency: 'CNY' },
    });
    expect(await shop.money()).toMatchObject(balances('411.20', '88.80'));
    const { transaction_id: id } = z.looseObject({ transaction_id: z.string() }).parse(paid.data);
    expect((await shop.client.byId(id)).data).toEqual(paid.data);
  });

  test('asked for again, the order is the same: one code, and no other content', async () => {
    const code = await shop.ordered();
    expect(await shop.ordered()).toBe(code);
    const dearer = { ...shop.wish, amount: { total: 9_990, currency: 'CNY' } };
    expect(await shop.client.order(dearer)).toMatchObject(refused(403, 'OUT_TRADE_NO_USED'));
    const other = { ...shop.wish, description: 'coffee' };
    expect(await shop.client.order(other)).toMatchObject(refused(403, 'OUT_TRADE_NO_USED'));
    await shop.confirm(code);
    expect(await shop.client.order(shop.wish)).toMatchObject(refused(400, 'ORDERPAID'));
  });

  test('a closed order cannot be paid, and is closed again without complaint', async () => {
    const code = await shop.ordered();
    expect(await shop.client.close('tea_01')).toMatchObject({ status: 204 });
    expect(await shop.client.close('tea_01')).toMatchObject({ status: 204 });
    const closed = { data: { trade_state: 'CLOSED' } };
    expect(await shop.client.query('tea_01')).toMatchObject(closed);
    const refusal = { status: 409, body: { code: 'ORDER_CLOSED' } };
    expect(await shop.confirm(code)).toMatchObject(refusal);
    expect(await shop.client.order(shop.wish)).toMatchObject(refused(400, 'ORDER_CLOSED'));
    expect(await shop.money()).toMatchObject(balances('500.00', '0.00'));
  });

  test('what is paid is not closed', async () => {
    await shop.sold();
    expect(await shop.client.close('tea_01')).toMatchObject(refused(400, 'ORDERPAID'));
  });

  test.each([
    [{ amount: { total: 0, currency: 'CNY' } }, '/amount/total'],
    [{ amount: { total: 88.8, currency: 'CNY' } }, '/amount/total'],
    [{ amount: { total: '8880', currency: 'CNY' } }, '/amount/total'],
    [{ amount: { total: 8_880, currency: 'USD' } }, '/amount/currency'],
    [{ out_trade_no: 'tea' }, '/out_trade_no'],
    [{ out_trade_no: '茶茶茶茶茶茶' }, '/out_trade_no'],
    [{ description: '' }, '/description'],
    [{ notify_url: 'https://shop.example/?a=1' }, '/notify_url'],
    [{ time_expire: '2020-01-01T00:00:00+08:00' }, '/time_expire'],
    [{ mchid: '1900000002' }, '/mchid'],
  ])('an order with %j is refused, and the field is named', async (rest, field) => {
    const answer = await shop.client.order({ ...shop.wish, ...rest });
    const data = { code: 'PARAM_ERROR', detail: { field, location: 'body' } };
    expect(answer).toMatchObject({ status: 400, data });
  });

  test('an appid that is not the merchant’s is refused', async () => {
    const answer = await shop.client.order({ ...shop.wish, appid: 'wx0000000000000009' });
    expect(answer).toMatchObject(refused(400, 'APPID_MCHID_NOT_MATCH'));
  });

  test('a number that needs escaping names its order', async () => {
    const code = await shop.ordered({ out_trade_no: 'tea|01*_-' });
    await shop.confirm(code);
    const paid = { data: { trade_state: 'SUCCESS', out_trade_no: 'tea|01*_-' } };
    expect(await shop.client.query('tea|01*_-')).toMatchObject(paid);
  });
});

describe('who asks', () => {
  test('a stranger is refused, whatever they ask', async () => {
    const { privateKey } = generateRsaKeys();
    const stranger = clientOf(shop.platform.address, { privateKey });
    const refusal = { code: 'SIGN_ERROR', detail: { field: 'signature' } };
    expect(await stranger.order(shop.wish)).toMatchObject({ status: 401, data: refusal });
    const unknown = clientOf(shop.platform.address, { serial: 'FF' });
    expect(await unknown.order(shop.wish)).toMatchObject(refused(401, 'SIGN_ERROR'));
    expect((await shop.control('GET', 'orders')).body).toEqual({ items: [] });
  });

  test('a merchant does not see, close or give back what is another’s', async () => {
    await shop.sold();
    const { data } = await shop.client.query('tea_01');
    const { transaction_id: id } = z.looseObject({ transaction_id: z.string() }).parse(data);
    await shop.refund('r1', 100);
    const other = clientOf(shop.platform.address, asOther);
    const amount = { refund: 1, total: 8_880, currency: 'CNY' };
    expect(await other.query('tea_01')).toMatchObject(refused(404, 'ORDER_NOT_EXIST'));
    expect(await other.byId(id)).toMatchObject(refused(404, 'ORDER_NOT_EXIST'));
    expect(await other.close('tea_01')).toMatchObject(refused(404, 'ORDER_NOT_EXIST'));
    const theft = await other.refund({ transaction_id: id, out_refund_no: 'r9', amount });
    expect(theft).toMatchObject(refused(404, 'RESOURCE_NOT_EXISTS'));
    expect(await other.refundState('r1')).toMatchObject(refused(404, 'RESOURCE_NOT_EXISTS'));
    expect(await shop.money()).toMatchObject(balances('412.20', '87.80'));
  });

  test('the client does not believe another key’s answers', async () => {
    await shop.fault({ kind: 'forge_answer' });
    await expect(shop.client.order(shop.wish)).rejects.toMatchObject({
      code: 'EV3_RES_HEADER_SIGNATURE_DIGEST',
    });
  });
});

describe('refunds', () => {
  test('in part and in whole, and never more than was paid', async () => {
    await shop.sold();
    const first = await shop.refund('r1', 880);
    expect(first).toMatchObject({
      status: 200,
      data: { status: 'SUCCESS', out_refund_no: 'r1', amount: { refund: 880, total: 8_880 } },
    });
    expect((await shop.refund('r1', 880)).data).toEqual(first.data);
    expect(await shop.money()).toMatchObject(balances('420.00', '80.00'));
    const refunded = { data: { trade_state: 'REFUND' } };
    expect(await shop.client.query('tea_01')).toMatchObject(refunded);
    expect(await shop.refund('r2', 8_001)).toMatchObject(refused(400, 'INVALID_REQUEST'));
    expect(await shop.refund('r2', 8_000)).toMatchObject({ data: { status: 'SUCCESS' } });
    expect(await shop.refund('r3', 1)).toMatchObject(refused(400, 'INVALID_REQUEST'));
    expect(await shop.money()).toMatchObject(balances('500.00', '0.00'));
    expect((await shop.client.refundState('r1')).data).toEqual(first.data);
  });

  test.each([
    ['of another amount under the same number', 'r1', 881, {}, 'INVALID_REQUEST'],
    ['under the number of another order’s refund', 'r0', 100, {}, 'INVALID_REQUEST'],
    [
      'with another total',
      'r2',
      100,
      { amount: { refund: 100, total: 9_999, currency: 'CNY' } },
      'INVALID_REQUEST',
    ],
    ['without an amount', 'r2', 100, { amount: undefined }, 'PARAM_ERROR'],
    ['that names no order', 'r2', 100, { out_trade_no: undefined }, 'PARAM_ERROR'],
    ['of an order that is not paid', 'r2', 100, { out_trade_no: 'unpaid' }, 'INVALID_REQUEST'],
  ])('a refund %s is refused', async (_what, no, fen, rest, code) => {
    await shop.ordered({ out_trade_no: 'unpaid' });
    await shop.sold({ out_trade_no: 'tea_00' });
    await shop.sold();
    await shop.refund('r0', 100, { out_trade_no: 'tea_00' });
    await shop.refund('r1', 880);
    const before = await shop.money();
    expect(await shop.refund(no, fen, rest)).toMatchObject(refused(400, code));
    expect(await shop.money()).toEqual(before);
  });

  test('two numbers must be of one order', async () => {
    await shop.sold({ out_trade_no: 'tea_00' });
    await shop.sold();
    const { data } = await shop.client.query('tea_00');
    const { transaction_id } = z.looseObject({ transaction_id: z.string() }).parse(data);
    expect(await shop.refund('r1', 880, { transaction_id })).toMatchObject(
      refused(400, 'PARAM_ERROR'),
    );
    const rest = { transaction_id, out_trade_no: 'tea_00' };
    expect(await shop.refund('r1', 880, rest)).toMatchObject({ data: { status: 'SUCCESS' } });
  });

  test('what is not there is not given back', async () => {
    expect(await shop.refund('r1', 880)).toMatchObject(refused(404, 'RESOURCE_NOT_EXISTS'));
    expect(await shop.client.refundState('r1')).toMatchObject(refused(404, 'RESOURCE_NOT_EXISTS'));
  });

  test('fifty parts are the most, and one that was closed is none', async () => {
    await shop.sold();
    await shop.fault({ kind: 'refund_closed', ms: 0 });
    expect(await shop.refund('r0', 1)).toMatchObject({ data: { status: 'CLOSED' } });
    for (let part = 1; part <= 50; part += 1) {
      expect(await shop.refund(`r${part}`, 1)).toMatchObject({ status: 200 });
    }
    expect(await shop.refund('r51', 1)).toMatchObject(refused(400, 'INVALID_REQUEST'));
    expect(await shop.refund('r50', 1)).toMatchObject({ status: 200 });
    expect(await shop.money()).toMatchObject(balances('411.70', '88.30'));
  });

  test('a merchant that has withdrawn its money has none to give back', async () => {
    await shop.sold();
    await shop.control('POST', 'withdraw', { mchid: MCHID, amount: '80.00' });
    expect(await shop.refund('r1', 8_880)).toMatchObject(refused(403, 'NOT_ENOUGH'));
    expect(await shop.refund('r1', 880)).toMatchObject({ data: { status: 'SUCCESS' } });
    expect(await shop.money()).toMatchObject(balances('420.00', '0.00'));
  });

  test.each([
    ['refund_slow', 'SUCCESS', '420.00', '80.00', '0.00'],
    ['refund_closed', 'CLOSED', '411.20', '88.80', '0.00'],
    ['refund_abnormal', 'ABNORMAL', '411.20', '80.00', '8.80'],
  ])(
    '%s: PROCESSING first, then %s, and the merchant is told',
    async (kind, end, mei, left, on) => {
      await shop.sold();
      await shop.fault({ kind, ms: 100 });
      expect(await shop.refund('r1', 880)).toMatchObject({ data: { status: 'PROCESSING' } });
      const under = {
        ...balances('411.20', '80.00'),
        totals: { underWay: '8.80', isBalanced: true },
      };
      expect(await shop.money()).toMatchObject(under);
      await until(() => shop.notify.taken.length === 2);
      const told = opened(required(shop.notify.taken[1], 'the second'));
      expect(told).toMatchObject({ eventType: `REFUND.${end}`, content: { refund_status: end } });
      expect(await shop.client.refundState('r1')).toMatchObject({ data: { status: end } });
      const after = { ...balances(mei, left), totals: { underWay: on, isBalanced: true } };
      expect(await shop.money()).toMatchObject(after);
    },
  );
});

describe('notifications', () => {
  const listed = async () => (await shop.control('GET', 'notifications')).body;

  test('tell of the payment, signed and encrypted', async () => {
    await shop.sold();
    await until(() => shop.notify.taken.length === 1);
    const notified = required(shop.notify.taken[0], 'a notification');
    expect(isGenuine(notified)).toBe(true);
    expect(isGenuine({ ...notified, body: `${notified.body} ` })).toBe(false);
    expect(notified.body).not.toContain('tea_01');
    expect(() => opened(notified, 'f'.repeat(32))).toThrow();
    expect(opened(notified)).toMatchObject({
      eventType: 'TRANSACTION.SUCCESS',
      content: {
        mchid: MCHID,
        appid: APPID,
        out_trade_no: 'tea_01',
        trade_state: 'SUCCESS',
        attach: 'table 4',
        payer: { openid: MEI.userId },
        amount: { total: 8_880, payer_total: 8_880, currency: 'CNY' },
      },
    });
  });

  test('come again, under the same id, until the merchant answers 200 or 204', async () => {
    shop.notify.answer(500, 302, 202, 200);
    await shop.sold();
    await until(async () => JSON.stringify(await listed()).includes('"isTaken":true'));
    const ids = shop.notify.taken.map((each) => opened(each).id);
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(1);
    const results = [500, 302, 202, 200].map((status) => ({ result: `HTTP ${status}` }));
    expect(await listed()).toMatchObject({ items: [{ nextAt: null, attempts: results }] });
  });

  test('that come late tell of their own event', async () => {
    shop.notify.answer(500);
    await shop.sold();
    await shop.refund('r1', 880, { notify_url: undefined });
    await until(() => shop.notify.taken.length === 2);
    const late = opened(required(shop.notify.taken[1], 'the second'));
    expect(late).toMatchObject({ content: { trade_state: 'SUCCESS' } });
  });

  test('tell of a refund where its order asked for it', async () => {
    await shop.sold();
    await shop.refund('r1', 880);
    await shop.refund('r2', 1, { notify_url: undefined });
    await until(() => shop.notify.taken.length === 2);
    const refund = opened(required(shop.notify.taken[1], 'the second'));
    expect(refund).toMatchObject({
      eventType: 'REFUND.SUCCESS',
      content: {
        mchid: MCHID,
        out_trade_no: 'tea_01',
        out_refund_no: 'r1',
        refund_status: 'SUCCESS',
        amount: { total: 8_880, refund: 880, payer_total: 8_880, payer_refund: 880 },
      },
    });
    expect(await listed()).toMatchObject({ items: [{ refundNo: null }, { refundNo: 'r1' }] });
  });

  test.each([
    ['notify_lose', [true]],
    ['notify_double', [true, true]],
    ['notify_delay', [true]],
    ['notify_forge', [false, true]],
    ['notify_probe', [false, true]],
  ])('%s: what arrives is genuine: %j', async (kind, genuine) => {
    await shop.fault({ kind });
    await shop.sold();
    await until(() => shop.notify.taken.length === genuine.length);
    expect(shop.notify.taken.map(isGenuine)).toEqual(genuine);
  });

  test('a merchant that believes a probe is seen to, and is told the truth all the same', async () => {
    await shop.fault({ kind: 'notify_probe' });
    shop.notify.answer(200);
    await shop.sold();
    await until(() => shop.notify.taken.length === 2);
    const signature = shop.notify.taken[0]?.headers['wechatpay-signature'];
    expect(signature).toMatch(/^WECHATPAY\/SIGNTEST\//);
    const attempts = [{ result: 'probe: believed' }, { result: 'HTTP 204' }];
    await until(async () => JSON.stringify(await listed()).includes('HTTP 204'));
    expect(await listed()).toMatchObject({ items: [{ isTaken: true, attempts }] });
  });

  test('anybody can say that an order is paid: its signature tells', async () => {
    await shop.ordered();
    const lie = { mchid: MCHID, outTradeNo: 'tea_01' };
    expect(await shop.control('POST', 'forge', lie)).toMatchObject({
      status: 200,
      body: { answer: 'stranger: HTTP 401' },
    });
    const told = required(shop.notify.taken[0], 'the lie');
    expect(opened(told)).toMatchObject({ content: { trade_state: 'SUCCESS' } });
    expect(isGenuine(told)).toBe(false);
    const waiting = { data: { trade_state: 'NOTPAY' } };
    expect(await shop.client.query('tea_01')).toMatchObject(waiting);
    expect(await shop.money()).toMatchObject(balances('500.00', '0.00'));
  });
});

describe('users', () => {
  test('who has not enough keeps it, and somebody else may pay', async () => {
    const code = await shop.ordered();
    const refusal = { status: 409, body: { code: 'NOT_ENOUGH' } };
    expect(await shop.confirm(code, BO.userId)).toMatchObject(refusal);
    expect(await shop.money()).toMatchObject(balances('500.00', '0.00'));
    expect(await shop.confirm(code)).toMatchObject({ status: 200 });
  });

  test.each(['scan', 'decline'])('%s moves nothing and tells nobody', async (act) => {
    const wish = { user: MEI.userId, qrCode: await shop.ordered() };
    const shown = { status: 200, body: { state: 'NOTPAY', amount: '88.80' } };
    expect(await shop.control('POST', act, wish)).toMatchObject(shown);
    expect(await shop.money()).toMatchObject(balances('500.00', '0.00'));
    expect((await shop.control('GET', 'notifications')).body).toEqual({ items: [] });
  });

  test('who pays twice pays once', async () => {
    const code = await shop.ordered();
    const both = await Promise.all([shop.confirm(code), shop.confirm(code)]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 409]));
    expect(await shop.money()).toMatchObject(balances('411.20', '88.80'));
  });

  test('nobody plays them without the token', async () => {
    expect(await shop.control('GET', 'state', undefined, 'guess')).toMatchObject({ status: 401 });
  });
});
