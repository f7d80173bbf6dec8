// Messages as opendocs.alipay.com publishes them, read and written: what the switch asks to the
// byte, and what it makes of the samples on the interfaces' pages.
import { type ProblemCode, problemCodeSchema } from '@hutong/sdk/contract';
import { describe, expect, test } from 'vitest';
import { generateRsaKeys } from '../../../test/setup/rsa.ts';
import { legIdOf } from '../../payments/payment.ts';
import type { Instruction } from '../../payments/port.ts';
import { isRsaSigned, signRsa } from '../../signatures/index.ts';
import {
  areParametersSigned,
  authorize,
  isNotificationSigned,
  notificationText,
  readAuthorization,
  restText,
  sortedText,
} from './alipay.auth.ts';
import { chinaTime, precreateSchema, yuan, yuanSchema } from './alipay.messages.ts';
import {
  encodeInstruction,
  isCancelled,
  isForeign,
  precreated,
  refunded,
  refundQueried,
  tradeState,
} from './alipay.outbound.ts';
import { businessCodeOf, businessTexts } from './alipay.problems.ts';

const paymentId = '0198a000-0000-7000-8000-00000000000a';
const collect: Instruction = {
  kind: 'collect',
  legId: legIdOf(paymentId, 0),
  paymentId,
  amount: { currency: 'CNY', minor: 8888n },
  party: { account: '', name: null },
  counterparty: { participantId: 'jiedao', name: null },
  note: 'Iphone6 16G',
  reference: null,
  expiresAtMs: Date.UTC(2026, 10, 24, 8, 0, 0),
  original: null,
  record: null,
};
const original = { legId: legIdOf(paymentId, 0), externalId: null, amount: collect.amount };
const notify = 'https://hutong.example/alipay/notify/lianhe';

test('another currency than yuan is never sent', () => {
  const dollars = { ...collect, amount: { currency: 'USD', minor: 100n } };
  expect(isForeign(encodeInstruction(dollars, notify))).toBe(true);
  expect(isForeign(encodeInstruction(collect, notify))).toBe(false);
});

test.each<[string, Instruction, string]>([
  [
    'alipay.trade.precreate',
    collect,
    '{"out_trade_no":"0198a00000000000800000000000000a","total_amount":"88.88",' +
      '"subject":"Iphone6 16G","time_expire":"2026-11-24 16:00:00",' +
      `"notify_url":"${notify}"}`,
  ],
  [
    'alipay.trade.close',
    { ...collect, kind: 'close', original },
    '{"out_trade_no":"0198a00000000000800000000000000a"}',
  ],
  [
    'alipay.trade.refund',
    {
      ...collect,
      kind: 'refund',
      legId: legIdOf(paymentId, 2),
      amount: { currency: 'CNY', minor: 1n },
      original,
    },
    '{"out_trade_no":"0198a00000000000800000000000000a","refund_amount":"0.01",' +
      '"out_request_no":"0198a00000002000800000000000000a"}',
  ],
])('what the platform is asked: %s', (_method, instruction, body) => {
  expect(Buffer.from(encodeInstruction(instruction, notify)).toString()).toBe(body);
});

const signed = (status: number, json: object) => ({ status, json, evidence: Buffer.from('e') });
/** The sample on the page of alipay.trade.query. */
const queried = {
  trade_no: '2013112011001004330000121536',
  out_trade_no: '6823789339978248',
  buyer_logon_id: '159****5620',
  trade_status: 'TRADE_SUCCESS',
  total_amount: '88.88',
};

describe('what its answers are taken for', () => {
  test('precreate: the code, and nothing paid', () => {
    const qr_code = 'https://qr.alipay.com/bavh4wjlxf12tper3a';
    const answer = signed(200, { out_trade_no: '6823789339978248', qr_code });
    expect(precreated(answer)).toMatchObject({ outcome: 'pending', record: qr_code });
    expect(
      precreated(signed(400, { code: 'ACQ.SYSTEM_ERROR', message: '系统错误' })),
    ).toMatchObject({
      outcome: 'pending',
      evidence: null,
    });
  });

  test.each<[string, number, object, bigint | null, string]>([
    ['paid', 200, queried, 8888n, 'paid'],
    ['paid, another amount', 200, queried, 8889n, 'other_amount'],
    ['finished', 200, { ...queried, trade_status: 'TRADE_FINISHED' }, 8888n, 'paid'],
    ['waiting', 200, { ...queried, trade_status: 'WAIT_BUYER_PAY' }, 8888n, 'waiting'],
    ['closed', 200, { ...queried, trade_status: 'TRADE_CLOSED' }, 8888n, 'closed'],
    ['not begun', 400, { code: 'ACQ.TRADE_NOT_EXIST', message: '交易不存在' }, 8888n, 'absent'],
    ['in trouble', 400, { code: 'ACQ.SYSTEM_ERROR', message: '系统错误' }, 8888n, 'unknown'],
    ['in a new state', 200, { ...queried, trade_status: 'TRADE_FROZEN' }, 8888n, 'unknown'],
    ['without an amount', 200, { ...queried, total_amount: undefined }, 8888n, 'unknown'],
    ['no object', 200, [], null, 'unknown'],
    ['another order', 200, { ...queried, out_trade_no: 'other' }, 8888n, 'unknown'],
  ])('query: %s', (_what, status, json, minor, state) => {
    expect(tradeState(signed(status, json), '6823789339978248', minor)).toBe(state);
  });

  test.each<[string, number, object, string | null]>([
    ['done', 200, { fund_change: 'Y', refund_fee: '88.88' }, 'completed'],
    ['done before, or not', 200, { fund_change: 'N', refund_fee: '88.88' }, null],
    ['too much', 400, { code: 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL' }, 'rejected'],
    ['no money', 400, { code: 'ACQ.SELLER_BALANCE_NOT_ENOUGH' }, 'rejected'],
    ['in trouble', 400, { code: 'ACQ.SYSTEM_ERROR' }, null],
    ['at a broken gateway', 500, {}, null],
  ])('refund: %s', (_what, status, json, outcome) => {
    expect(refunded(signed(status, json), 'leg')?.outcome ?? null).toBe(outcome);
  });

  test('refund query: only REFUND_SUCCESS is a refund', () => {
    expect(refundQueried(signed(200, { refund_status: 'REFUND_SUCCESS' }), 'leg')).toMatchObject({
      outcome: 'completed',
      externalId: 'leg',
    });
    expect(refundQueried(signed(200, { out_request_no: 'r' }), 'leg')).toBeNull();
  });

  test('cancel: done only where nothing has to be repeated', () => {
    expect(isCancelled(signed(200, { retry_flag: 'N', action: 'close' }))).toBe(true);
    expect(isCancelled(signed(200, { retry_flag: 'Y' }))).toBe(false);
    expect(isCancelled(signed(400, { code: 'ACQ.SYSTEM_ERROR' }))).toBe(false);
  });
});

/** The sample on the page of 异步通知说明, without its signature. */
const sample = new Map(
  Object.entries({
    subject: 'PC网站支付交易',
    trade_no: '2016101221001004580200203978',
    gmt_create: '2016-10-12 21:36:12',
    notify_type: 'trade_status_sync',
    total_amount: '1.00',
    out_trade_no: 'mobile_rdm862016-10-12213600',
    trade_status: 'TRADE_SUCCESS',
    app_id: '2016092101248425',
    sign_type: 'RSA2',
    charset: 'utf-8',
    notify_id: '7676a2e1e4e737cff30015c4b7b55e3kh6',
  }),
);

describe('signatures', () => {
  const { privateKey, publicKey } = generateRsaKeys();

  test('a notification leaves sign and sign_type out, sorted by name', () => {
    expect(notificationText(new Map([...sample, ['sign', 'x']]))).toBe(
      'app_id=2016092101248425&charset=utf-8&gmt_create=2016-10-12 21:36:12&' +
        'notify_id=7676a2e1e4e737cff30015c4b7b55e3kh6&notify_type=trade_status_sync&' +
        'out_trade_no=mobile_rdm862016-10-12213600&subject=PC网站支付交易&total_amount=1.00&' +
        'trade_no=2016101221001004580200203978&trade_status=TRADE_SUCCESS',
    );
    const sign = signRsa(privateKey, notificationText(sample));
    expect(isNotificationSigned(publicKey, new Map([...sample, ['sign', sign]]))).toBe(true);
    const changed = new Map([...sample, ['sign', sign], ['total_amount', '100.00']]);
    expect(isNotificationSigned(publicKey, changed)).toBe(false);
  });

  test('of a request every parameter counts but sign; empty ones may or may not', () => {
    const fields = new Map([
      ['app_id', '2016092101248425'],
      ['biz_content', '{"out_trade_no":"1"}'],
      ['notify_url', ''],
      ['sign_type', 'RSA2'],
    ]);
    const whole = signRsa(privateKey, sortedText(fields));
    const published = signRsa(
      privateKey,
      'app_id=2016092101248425&biz_content={"out_trade_no":"1"}&sign_type=RSA2',
    );
    for (const sign of [whole, published]) {
      expect(areParametersSigned(publicKey, new Map([...fields, ['sign', sign]]))).toBe(true);
    }
    const other = new Map([...fields, ['sign', whole], ['biz_content', '{"out_trade_no":"2"}']]);
    expect(areParametersSigned(publicKey, other)).toBe(false);
    expect(areParametersSigned(publicKey, fields)).toBe(false);
  });

  test('version 3 signs who asks, the method, the target and the body', () => {
    const asks = { appId: '2014072300007148', nonce: 'n-1', atMs: 1_655_869_603_000 };
    const request = { method: 'POST', target: '/v3/alipay/trade/query', body: '{"a":1}' };
    const header = authorize(privateKey, asks, request);
    const read = readAuthorization(header);
    expect(read).toMatchObject(asks);
    const text = 'app_id=2014072300007148,nonce=n-1,timestamp=1655869603000';
    expect(restText(read?.text ?? '', request.method, request.target, request.body)).toBe(
      `${text}\nPOST\n/v3/alipay/trade/query\n{"a":1}\n`,
    );
    const signed = restText(text, request.method, request.target, request.body);
    expect(isRsaSigned(publicKey, signed, read?.signature ?? '')).toBe(true);
    expect(readAuthorization('Bearer token')).toBeNull();
  });
});

describe('amounts and times', () => {
  test.each([
    [1n, '0.01'],
    [100n, '1.00'],
    [123_456_789n, '1234567.89'],
  ])('%s fen are %s yuan, and back', (minor, text) => {
    expect(yuan(minor)).toBe(text);
    expect(yuanSchema.parse(text)).toBe(minor);
  });
  test.each(['1', '1.5', '88.88'])('%s is read', (text) => {
    expect(yuanSchema.safeParse(text).success).toBe(true);
  });
  test.each(['0', '0.00', '-1.00', '1.001', '1e3', '', ' 1', '1,00', '.5', '1.', '١'])(
    '%j is no amount',
    (text) => {
      expect(yuanSchema.safeParse(text).success).toBe(false);
    },
  );
  test('times are those of China', () => {
    expect(chinaTime(Date.UTC(2026, 11, 31, 17, 0, 1))).toBe('2027-01-01 01:00:01');
    const order = { out_trade_no: 'a', total_amount: '1.00', subject: 's' };
    const read = precreateSchema.parse({ ...order, time_expire: '2027-01-01 01:00:00' });
    expect(read.time_expire).toBe(Date.UTC(2026, 11, 31, 17, 0, 0));
    expect(precreateSchema.parse({ ...order, timeout_express: '90m' }).timeout_express).toBe(
      5_400_000,
    );
  });
});

test('every problem has a code of Alipay’s, with its text', () => {
  const codes: readonly ProblemCode[] = problemCodeSchema.options;
  for (const code of codes) expect(businessTexts[businessCodeOf(code)]).not.toBe('');
  expect(businessCodeOf('order_not_found')).toBe('TRADE_NOT_EXIST');
  expect(businessCodeOf('refund_exceeds_payment')).toBe('REFUND_AMT_NOT_EQUAL_TOTAL');
});
