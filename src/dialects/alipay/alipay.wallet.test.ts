// The simulated Alipay as the official client sees it: whatever it says here, alipay-sdk has
// verified.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  BO,
  clientOf,
  MEI,
  openShop,
  rsaKeys,
  SELLER_ID,
  until,
} from '../../../test/setup/alipay.ts';
import { required } from '../../runtime/index.ts';

let shop: Awaited<ReturnType<typeof openShop>>;

beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.close());

const answerSchema = z.looseObject({ sign: z.string() });
const tea = { out_trade_no: 'tea_1', total_amount: '88.80', subject: '茶 & "cake"' };

async function precreate(order: object = tea): Promise<string> {
  const made = await shop.exec('precreate', order);
  expect(made).toMatchObject({ code: '10000' });
  return String(made['qr_code']);
}

const confirm = (qrCode: string, user: string = MEI.userId) =>
  shop.control('POST', 'confirm', { user, qrCode });

async function sold(order: object = tea): Promise<void> {
  expect(await confirm(await precreate(order))).toMatchObject({ status: 200 });
}

async function money() {
  const { body } = await shop.control('GET', 'state');
  return body;
}

const balances = (mei: string, seller: string) => ({
  users: [{ balance: mei }, { balance: '20.00' }],
  apps: [{ balance: seller }],
  totals: { deposits: '520.00', isBalanced: true },
});

describe('version 2, by alipay-sdk with validateSign', () => {
  test('an order gets a code, and the money moves when the buyer confirms', async () => {
    const qrCode = await precreate();
    expect(qrCode).toMatch(/^https:\/\/qr\.alipay\.com\/bax[a-z0-9]{17}$/);
    expect(await money()).toMatchObject(balances('500.00', '0.00'));
    expect(await confirm(qrCode)).toMatchObject({ status: 200, body: { state: 'TRADE_SUCCESS' } });
    expect(await money()).toMatchObject(balances('411.20', '88.80'));
    expect(await shop.exec('query', { out_trade_no: 'tea_1' })).toMatchObject({
      code: '10000',
      trade_status: 'TRADE_SUCCESS',
      total_amount: '88.80',
      buyer_user_id: MEI.userId,
      buyer_logon_id: '138****0011',
      receipt_amount: '88.80',
    });
  });

  test('until the scan there is a code and no trade: query and close do not know it', async () => {
    const qrCode = await precreate();
    const unknown = { code: '40004', sub_code: 'ACQ.TRADE_NOT_EXIST' };
    expect(await shop.exec('query', { out_trade_no: 'tea_1' })).toMatchObject(unknown);
    expect(await shop.exec('close', { out_trade_no: 'tea_1' })).toMatchObject(unknown);
    await shop.control('POST', 'scan', { user: MEI.logonId, qrCode });
    expect(await shop.exec('query', { out_trade_no: 'tea_1' })).toMatchObject({
      code: '10000',
      trade_status: 'WAIT_BUYER_PAY',
      buyer_pay_amount: '0.00',
    });
  });

  test('a closed trade cannot be paid', async () => {
    const qrCode = await precreate();
    await shop.control('POST', 'scan', { user: MEI.userId, qrCode });
    expect(await shop.exec('close', { out_trade_no: 'tea_1' })).toMatchObject({ code: '10000' });
    expect(await confirm(qrCode)).toMatchObject({ status: 409, body: { code: 'TRADE_HAS_CLOSE' } });
    expect(await money()).toMatchObject(balances('500.00', '0.00'));
    const again = await shop.exec('precreate', tea);
    expect(again).toMatchObject({ code: '40004', sub_code: 'ACQ.TRADE_HAS_CLOSE' });
  });

  test('a code that was cancelled before the scan is dead', async () => {
    const qrCode = await precreate();
    expect(await shop.exec('cancel', { out_trade_no: 'tea_1' })).toMatchObject({ action: 'close' });
    expect(await confirm(qrCode)).toMatchObject({ status: 409, body: { code: 'TRADE_HAS_CLOSE' } });
  });

  test('the same order twice is one code; another amount under its number is refused', async () => {
    const qrCode = await precreate();
    expect(await precreate()).toBe(qrCode);
    expect(await shop.exec('precreate', { ...tea, total_amount: '1.00' })).toMatchObject({
      sub_code: 'ACQ.CONTEXT_INCONSISTENT',
    });
    await confirm(qrCode);
    const again = await shop.exec('precreate', tea);
    expect(again).toMatchObject({ sub_code: 'ACQ.TRADE_HAS_SUCCESS' });
    expect(await shop.exec('close', { out_trade_no: 'tea_1' })).toMatchObject({
      sub_code: 'ACQ.TRADE_STATUS_ERROR',
    });
  });

  test('a request that another key has signed moves nothing', async () => {
    const thief = clientOf(shop.platform, { privateKey: rsaKeys().privateKey });
    const options = { validateSign: true };
    const made = await thief.exec('alipay.trade.precreate', { bizContent: tea }, options);
    expect(made).toMatchObject({ code: '40002', sub_code: 'isv.invalid-signature' });
    expect((await shop.control('GET', 'orders')).body).toEqual({ items: [] });
  });

  test('who reads an answer anew has lost its signature: its slashes are escaped', async () => {
    const query = shop.sdk.sdkExec('alipay.trade.precreate', { bizContent: tea });
    const answer = await fetch(`${shop.platform.gateway}?${query}`, { method: 'POST' });
    const raw = await answer.text();
    expect(raw).toContain(String.raw`"qr_code":"https:\/\/qr.alipay.com\/`);
    const { sign, ...node } = answerSchema.parse(JSON.parse(raw));
    const check = (text: string) => () =>
      shop.sdk.checkResponseSign(text, 'alipay_trade_precreate_response', sign, '');
    expect(check(raw)).not.toThrow();
    expect(check(JSON.stringify({ ...node, sign }))).toThrow('验签失败');
  });

  test('an answer that another key has signed is refused by the client', async () => {
    await shop.control('POST', 'faults', { kind: 'forge_answer' });
    await expect(shop.exec('precreate', tea)).rejects.toThrow('验签失败');
  });

  test.each([
    ['alipay.trade.unknown', {}, '40002', 'isv.invalid-method'],
    ['alipay.trade.query', {}, '40004', 'ACQ.INVALID_PARAMETER'],
    ['alipay.trade.precreate', { ...tea, total_amount: '1.005' }, '40004', 'ACQ.INVALID_PARAMETER'],
    ['alipay.trade.precreate', { ...tea, total_amount: '0' }, '40004', 'ACQ.TOTAL_FEE_EXCEED'],
    ['alipay.trade.precreate', { ...tea, out_trade_no: 'a-b' }, '40004', 'ACQ.INVALID_PARAMETER'],
    [
      'alipay.trade.refund',
      { out_trade_no: 'x', refund_amount: '1' },
      '40004',
      'ACQ.TRADE_NOT_EXIST',
    ],
  ])('%s %j is refused: %s %s', async (method, bizContent, code, subCode) => {
    const answer = await shop.sdk.exec(method, { bizContent }, { validateSign: true });
    expect(answer).toMatchObject({ code, sub_code: subCode });
  });

  test('parameters that are empty may be signed or left out of what is signed', async () => {
    const order = { ...tea, body: '' };
    expect(await shop.exec('precreate', order, '')).toMatchObject({ code: '10000' });
    expect((await shop.control('GET', 'orders')).body).toMatchObject({ items: [{}] });
  });

  test('contents may be encrypted both ways', async () => {
    const params = { bizContent: tea, needEncrypt: true };
    const made = await shop.sdk.exec('alipay.trade.precreate', params);
    expect(made).toMatchObject({ code: '10000', out_trade_no: 'tea_1' });
  });
});

describe('refunds', () => {
  const back = (amount: string, outRequestNo?: string) =>
    shop.exec('refund', {
      out_trade_no: 'tea_1',
      refund_amount: amount,
      ...(outRequestNo === undefined ? {} : { out_request_no: outRequestNo }),
    });

  test('a refund asked for twice gives back once', async () => {
    await sold();
    expect(await back('30.00', 'r1')).toMatchObject({ fund_change: 'Y', refund_fee: '30.00' });
    expect(await back('30.00', 'r1')).toMatchObject({ fund_change: 'N', refund_fee: '30.00' });
    expect(await back('31.00', 'r1')).toMatchObject({ sub_code: 'ACQ.DISCORDANT_REPEAT_REQUEST' });
    expect(await money()).toMatchObject(balances('441.20', '58.80'));
    const asked = { out_trade_no: 'tea_1', out_request_no: 'r1' };
    expect(await shop.exec('fastpay.refund.query', asked)).toMatchObject({
      refund_status: 'REFUND_SUCCESS',
      refund_amount: '30.00',
      total_amount: '88.80',
    });
    const none = await shop.exec('fastpay.refund.query', { ...asked, out_request_no: 'r2' });
    expect(none).toMatchObject({ code: '10000', msg: 'Success' });
    expect(none['refund_status']).toBeUndefined();
  });

  test('refunds never give back more than was paid, and the last one closes the trade', async () => {
    await sold();
    const over = { sub_code: 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL' };
    expect(await back('88.81', 'r0')).toMatchObject(over);
    expect(await back('30.00')).toMatchObject(over);
    await back('30.00', 'r1');
    expect(await back('58.81', 'r2')).toMatchObject(over);
    expect(await back('58.80', 'r3')).toMatchObject({ fund_change: 'Y', refund_fee: '88.80' });
    expect(await money()).toMatchObject(balances('500.00', '0.00'));
    const closed = { trade_status: 'TRADE_CLOSED' };
    expect(await shop.exec('query', { out_trade_no: 'tea_1' })).toMatchObject(closed);
    expect(await back('0.01', 'r4')).toMatchObject({ sub_code: 'ACQ.TRADE_STATUS_ERROR' });
  });

  test('what is not paid cannot be given back; what the merchant has not neither', async () => {
    await shop.control('POST', 'scan', { user: MEI.userId, qrCode: await precreate() });
    expect(await back('88.80')).toMatchObject({ sub_code: 'ACQ.TRADE_STATUS_ERROR' });
    await sold();
    const to = { appId: '2021000000000001', amount: '80.00' };
    expect(await shop.control('POST', 'withdraw', to)).toMatchObject({ status: 200 });
    expect(await back('88.80')).toMatchObject({ sub_code: 'ACQ.SELLER_BALANCE_NOT_ENOUGH' });
    expect(await money()).toMatchObject({ totals: { withdrawn: '80.00', isBalanced: true } });
  });

  test('a paid order that is cancelled is refunded in whole', async () => {
    await sold();
    const cancelled = await shop.exec('cancel', { out_trade_no: 'tea_1' });
    expect(cancelled).toMatchObject({ code: '10000', action: 'refund', retry_flag: 'N' });
    expect(await money()).toMatchObject(balances('500.00', '0.00'));
  });
});

describe('version 3, by the client’s curl', () => {
  const call = async (path: string, body: object) => {
    const { data, responseHttpStatus } = await shop.sdk.curl('POST', `/v3/alipay/trade/${path}`, {
      body,
    });
    expect(responseHttpStatus).toBe(200);
    return data;
  };

  test('an order from its code to its refund', async () => {
    const made = await call('precreate', { ...tea, notify_url: shop.notify.url });
    expect(made).toMatchObject({ out_trade_no: 'tea_1' });
    expect(made).not.toHaveProperty('code');
    const orders = (await shop.control('GET', 'orders')).body;
    expect(orders).toMatchObject({ items: [{ amount: '88.80', state: 'precreated' }] });
    await confirm(await precreate());
    const paid = await call('query', { out_trade_no: 'tea_1' });
    expect(paid).toMatchObject({ trade_status: 'TRADE_SUCCESS', total_amount: '88.80' });
    const refund = { out_trade_no: 'tea_1', refund_amount: '88.80', out_request_no: 'r1' };
    expect(await call('refund', refund)).toMatchObject({ fund_change: 'Y', refund_fee: '88.80' });
    const { out_trade_no, out_request_no } = refund;
    const found = await call('fastpay/refund/query', { out_trade_no, out_request_no });
    expect(found).toMatchObject({ refund_status: 'REFUND_SUCCESS' });
    expect(await money()).toMatchObject(balances('500.00', '0.00'));
  });

  test('a refusal has the code and HTTP 400', async () => {
    await expect(call('query', { out_trade_no: 'nothing' })).rejects.toMatchObject({
      code: 'ACQ.TRADE_NOT_EXIST',
      responseHttpStatus: 400,
    });
  });

  test('a request that another key has signed is HTTP 401', async () => {
    const thief = clientOf(shop.platform, { privateKey: rsaKeys().privateKey });
    await expect(
      thief.curl('POST', '/v3/alipay/trade/precreate', { body: tea }),
    ).rejects.toMatchObject({ code: 'invalid-signature', responseHttpStatus: 401 });
  });

  test('an answer that another key has signed is refused by the client', async () => {
    await shop.control('POST', 'faults', { kind: 'forge_answer' });
    await expect(call('precreate', tea)).rejects.toMatchObject({
      code: 'response-signature-verify-error',
    });
  });

  test('contents may be encrypted both ways', async () => {
    const options = { body: tea, needEncrypt: true };
    const made = await shop.sdk.curl('POST', '/v3/alipay/trade/precreate', options);
    expect(made.data).toMatchObject({ out_trade_no: 'tea_1' });
  });
});

describe('notifications', () => {
  test('a payment is told in a form that the client verifies', async () => {
    await sold({ ...tea, body: '' });
    await until(() => shop.notify.taken.length > 0);
    const { fields, contentType } = required(shop.notify.taken[0], 'a notification');
    expect(contentType).toContain('application/x-www-form-urlencoded');
    expect(shop.sdk.checkNotifySignV2(fields)).toBe(true);
    expect(shop.sdk.checkNotifySignV2({ ...fields, total_amount: '8.88' })).toBe(false);
    expect(Object.values(fields)).not.toContain('');
    expect(fields).toMatchObject({
      trade_status: 'TRADE_SUCCESS',
      out_trade_no: 'tea_1',
      total_amount: '88.80',
      seller_id: SELLER_ID,
      buyer_id: MEI.userId,
      subject: tea.subject,
    });
  });

  test('it comes again, under the same notify_id, until the merchant says success', async () => {
    shop.notify.answer('fail', 'SUCCESS!', 'ok');
    await sold();
    await until(() => shop.notify.taken.length === 4);
    const ids = shop.notify.taken.map(({ fields }) => fields['notify_id']);
    expect(new Set(ids).size).toBe(1);
    await until(async () => JSON.stringify(await listed()).includes('"isTaken":true'));
    expect(await listed()).toMatchObject({
      items: [{ isTaken: true, nextAt: null, attempts: [{}, {}, {}, { result: 'success' }] }],
    });
  });

  const listed = async () => (await shop.control('GET', 'notifications')).body;

  test('a partial refund says TRADE_SUCCESS too: only the refund’s fields tell', async () => {
    await sold();
    const refund = { out_trade_no: 'tea_1', refund_amount: '8.80', out_request_no: 'r1' };
    await shop.exec('refund', refund);
    await until(() => shop.notify.taken.length === 2);
    const told = shop.notify.taken.map(({ fields }) => fields);
    expect(told.every((fields) => shop.sdk.checkNotifySignV2(fields))).toBe(true);
    expect(told.find((fields) => fields['refund_fee'] !== undefined)).toMatchObject({
      trade_status: 'TRADE_SUCCESS',
      refund_fee: '8.80',
      out_biz_no: 'r1',
    });
  });

  test.each([
    ['notify_lose', 1],
    ['notify_double', 2],
    ['notify_delay', 1],
  ])('%s: the merchant hears of it %i time(s)', async (kind, times) => {
    await shop.control('POST', 'faults', { kind });
    await sold();
    await until(() => shop.notify.taken.length === times);
    const verified = shop.notify.taken.map(({ fields }) => shop.sdk.checkNotifySignV2(fields));
    expect(verified).toEqual(Array.from({ length: times }, () => true));
  });

  test('a forged one does not verify, and the true one follows', async () => {
    await shop.control('POST', 'faults', { kind: 'notify_forge' });
    await sold();
    await until(() => shop.notify.taken.length === 2);
    const verified = shop.notify.taken.map(({ fields }) => shop.sdk.checkNotifySignV2(fields));
    expect(verified).toEqual([false, true]);
  });

  test('anybody can say that an unpaid order is paid: the client does not believe it', async () => {
    await precreate();
    const lie = { appId: '2021000000000001', outTradeNo: 'tea_1' };
    expect(await shop.control('POST', 'forge', lie)).toMatchObject({ status: 200 });
    const told = shop.notify.taken[0]?.fields ?? {};
    expect(told).toMatchObject({ trade_status: 'TRADE_SUCCESS', total_amount: '88.80' });
    expect(shop.sdk.checkNotifySignV2(told)).toBe(false);
    expect(await money()).toMatchObject(balances('500.00', '0.00'));
  });
});

describe('buyers', () => {
  test('who has not enough keeps it, and the trade waits', async () => {
    const qrCode = await precreate();
    const refused = { status: 409, body: { code: 'BUYER_BALANCE_NOT_ENOUGH' } };
    expect(await confirm(qrCode, BO.logonId)).toMatchObject(refused);
    const other = { status: 409, body: { code: 'TRADE_BUYER_NOT_MATCH' } };
    expect(await confirm(qrCode)).toMatchObject(other);
    const waiting = { trade_status: 'WAIT_BUYER_PAY' };
    expect(await shop.exec('query', { out_trade_no: 'tea_1' })).toMatchObject(waiting);
    expect(await money()).toMatchObject(balances('500.00', '0.00'));
  });

  test('who declines closes the trade, and the merchant is told', async () => {
    await shop.control('POST', 'decline', { user: MEI.userId, qrCode: await precreate() });
    await until(() => shop.notify.taken.length === 1);
    expect(shop.notify.taken[0]?.fields).toMatchObject({ trade_status: 'TRADE_CLOSED' });
    const closed = { trade_status: 'TRADE_CLOSED' };
    expect(await shop.exec('query', { out_trade_no: 'tea_1' })).toMatchObject(closed);
  });

  test('who pays twice pays once', async () => {
    const qrCode = await precreate();
    await Promise.all([confirm(qrCode), confirm(qrCode)]);
    expect(await money()).toMatchObject(balances('411.20', '88.80'));
  });

  test('nobody plays them without the token', async () => {
    expect(await shop.control('GET', 'state', undefined, 'guess')).toMatchObject({ status: 401 });
  });
});
