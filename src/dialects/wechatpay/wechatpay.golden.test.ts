// Messages as pay.weixin.qq.com publishes them, read and written: what the switch asks to the byte,
// and what it makes of the samples on the interfaces' pages.
import { type ProblemCode, problemCodeSchema } from '@hutong/sdk/contract';
import { describe, expect, test } from 'vitest';
import { generateRsaKeys } from '../../../test/setup/rsa.ts';
import { legIdOf } from '../../payments/payment.ts';
import type { Instruction } from '../../payments/port.ts';
import { createCryptoRandom } from '../../runtime/random.ts';
import { isRsaSigned } from '../../signatures/index.ts';
import {
  answerText,
  authorize,
  decryptResource,
  encryptResource,
  readAuthorization,
  requestText,
  resourceNonce,
  signedHeaders,
} from './wechatpay.auth.ts';
import type { PlatformSettings } from './wechatpay.deps.ts';
import {
  chinaTime,
  nativeOrderSchema,
  notificationSchema,
  refundNoticeSchema,
  refundSchema,
  transactionSchema,
} from './wechatpay.messages.ts';
import {
  encodeInstruction,
  isAbsent,
  ordered,
  orderState,
  refunded,
  refundRefusal,
} from './wechatpay.outbound.ts';
import { errorCodeOf, errorCodes } from './wechatpay.problems.ts';

const paymentId = '0198a000-0000-7000-8000-00000000000a';
const settings: PlatformSettings = {
  side: 'platform',
  mchid: '1900006000',
  appid: 'wxdace645e0bc2cXXX',
  merchantSerial: '5157F09EFDC096DE15EBE81A47057A72',
  platformSerial: 'PUB_KEY_ID_0000000000000024101100397200000006',
  platformPublicKey: '-----BEGIN',
  timeoutMs: 10_000,
};
const collect: Instruction = {
  kind: 'collect',
  legId: legIdOf(paymentId, 0),
  paymentId,
  amount: { currency: 'CNY', minor: 100n },
  party: { account: '', name: null },
  counterparty: { participantId: 'jiedao', name: null },
  note: 'Image形象店-深圳腾大-QQ公仔',
  reference: null,
  expiresAtMs: Date.UTC(2026, 10, 24, 8, 0, 0),
  original: null,
  record: null,
};
const original = { legId: legIdOf(paymentId, 0), externalId: null, amount: collect.amount };
const notify = 'https://hutong.example/wechatpay/notify/lianhe';

test.each<[string, Instruction, string]>([
  [
    'Native下单',
    collect,
    `{"appid":"wxdace645e0bc2cXXX","mchid":"1900006000","description":"Image形象店-深圳腾大-QQ公仔",` +
      '"out_trade_no":"0198a00000000000800000000000000a",' +
      `"time_expire":"2026-11-24T16:00:00+08:00","notify_url":"${notify}",` +
      '"amount":{"total":100,"currency":"CNY"}}',
  ],
  ['关闭订单', { ...collect, kind: 'close', original }, '{"mchid":"1900006000"}'],
  [
    '申请退款',
    {
      ...collect,
      kind: 'refund',
      legId: legIdOf(paymentId, 2),
      amount: { currency: 'CNY', minor: 30n },
      original,
    },
    '{"out_trade_no":"0198a00000000000800000000000000a",' +
      `"out_refund_no":"0198a00000002000800000000000000a","notify_url":"${notify}",` +
      '"amount":{"refund":30,"total":100,"currency":"CNY"}}',
  ],
])('what the platform is asked: %s', (_name, instruction, body) => {
  expect(Buffer.from(encodeInstruction(settings, instruction, notify)).toString()).toBe(body);
});

const signed = (status: number, json: object | null) => ({
  status,
  json,
  evidence: Buffer.from('e'),
  signedAtMs: 0,
});
/** The sample of 查询订单 and of the notification's resource. */
const transaction = {
  transaction_id: '1217752501201407033233368018',
  amount: { payer_total: 100, total: 100, currency: 'CNY', payer_currency: 'CNY' },
  mchid: '1230000109',
  trade_state: 'SUCCESS',
  bank_type: 'CMC',
  success_time: '2018-06-08T10:34:56+08:00',
  payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
  out_trade_no: '1217752501201407033233368018',
  appid: 'wxd678efh567hg6787',
  trade_state_desc: '支付成功',
  trade_type: 'NATIVE',
  attach: '自定义数据',
};

describe('what its answers are taken for', () => {
  test('an order: the code, and nothing paid', () => {
    const code_url = 'weixin://wxpay/bizpayurl/up?pr=NwY5Mz9&groupid=00';
    expect(ordered(signed(200, { code_url }))).toMatchObject({
      outcome: 'pending',
      record: code_url,
    });
    expect(ordered(signed(500, { code: 'SYSTEM_ERROR' }))).toMatchObject({ outcome: 'pending' });
  });

  const asked = { mchid: '1230000109', legId: '1217752501201407033233368018', minor: 100n };
  test.each<[string, number, object, bigint, string]>([
    ['paid', 200, transaction, 100n, 'paid'],
    ['paid, another amount', 200, transaction, 101n, 'contradicts'],
    ['refunded, so it was paid', 200, { ...transaction, trade_state: 'REFUND' }, 100n, 'paid'],
    ['not paid', 200, { ...transaction, trade_state: 'NOTPAY' }, 100n, 'waiting'],
    ['being paid', 200, { ...transaction, trade_state: 'USERPAYING' }, 100n, 'waiting'],
    ['closed', 200, { ...transaction, trade_state: 'CLOSED' }, 100n, 'closed'],
    ['failed', 200, { ...transaction, trade_state: 'PAYERROR' }, 100n, 'closed'],
    ['not there', 404, { code: 'ORDER_NOT_EXIST', message: '订单不存在' }, 100n, 'absent'],
    ['in trouble', 500, { code: 'SYSTEM_ERROR', message: '系统异常' }, 100n, 'unknown'],
    ['in a new state', 200, { ...transaction, trade_state: 'FROZEN' }, 100n, 'unknown'],
    ['of another order', 200, { ...transaction, out_trade_no: 'x' }, 100n, 'contradicts'],
    ['of another merchant', 200, { ...transaction, mchid: '1' }, 100n, 'contradicts'],
    [
      'of another, not paid',
      200,
      { ...transaction, mchid: '1', trade_state: 'CLOSED' },
      100n,
      'contradicts',
    ],
    [
      'paid, without its number',
      200,
      { ...transaction, transaction_id: undefined },
      100n,
      'unknown',
    ],
    ['paid, without an amount', 200, { ...transaction, amount: undefined }, 100n, 'contradicts'],
    ['of fractions', 200, { ...transaction, amount: { total: 1.5 } }, 100n, 'unknown'],
  ])('a query: %s', (_what, status, json, minor, state) => {
    expect(orderState(signed(status, json), { ...asked, minor })).toBe(state);
  });

  /** The sample of 申请退款. */
  const refund = {
    refund_id: '50000000382019052709732678859',
    out_refund_no: '1217752501201407033233368018',
    transaction_id: '1217752501201407033233368018',
    out_trade_no: '1217752501201407033233368018',
    channel: 'ORIGINAL',
    status: 'SUCCESS',
    amount: { total: 888, refund: 100, payer_total: 888, payer_refund: 100, currency: 'CNY' },
  };
  test.each<[string, number, object, string | null]>([
    ['done', 200, refund, 'completed'],
    ['under way', 200, { ...refund, status: 'PROCESSING' }, null],
    ['stuck', 200, { ...refund, status: 'ABNORMAL' }, null],
    ['closed', 200, { ...refund, status: 'CLOSED' }, 'rejected'],
    ['another one', 200, { ...refund, out_refund_no: 'x' }, null],
    ['another amount', 200, { ...refund, amount: { refund: 99 } }, null],
    ['refused, which is never an answer to its query', 403, { code: 'NOT_ENOUGH' }, null],
  ])('a refund: %s', (_what, status, json, outcome) => {
    expect(refunded(signed(status, json), asked)?.outcome ?? null).toBe(outcome);
  });

  test.each<[string, number, string | null]>([
    ['NOT_ENOUGH', 403, 'limit_exceeded'],
    ['INVALID_REQUEST', 400, 'refund_exceeds_payment'],
    ['SYSTEM_ERROR', 500, null],
    ['FREQUENCY_LIMITED', 429, null],
    ['SIGN_ERROR', 401, null],
    ['of tomorrow', 400, null],
  ])('a refund refused for good, or not: %s', (code, status, problem) => {
    expect(refundRefusal(signed(status, { code, message: '…' }))).toBe(problem);
  });

  test('a refund that is not there', () => {
    expect(isAbsent(signed(404, { code: 'RESOURCE_NOT_EXISTS' }))).toBe(true);
    expect(isAbsent(signed(500, { code: 'SYSTEM_ERROR' }))).toBe(false);
  });
});

describe('signatures', () => {
  const { privateKey, publicKey } = generateRsaKeys();

  test('a request without a body still ends with an empty line: the published sample', () => {
    const at = { timestamp: '1554208460', nonce: '593BEC0C930BF1AFEB40B4A08C8FB242' };
    expect(requestText(at, 'GET', '/v3/certificates', '')).toBe(
      'GET\n/v3/certificates\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\n\n',
    );
  });

  test('what is authorized is read again, and its signature holds', () => {
    const asks = {
      mchid: '1900009191',
      nonce: '593BEC0C930BF1AFEB40B4A08C8FB242',
      timestamp: '1554208460',
      serial: '1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C',
    };
    const request = { method: 'POST', target: '/v3/pay/transactions/native', body: '{"a":1}' };
    const read = readAuthorization(authorize(privateKey, asks, request));
    expect(read).toMatchObject(asks);
    const text = requestText(asks, request.method, request.target, request.body);
    expect(isRsaSigned(publicKey, text, read?.signature ?? '')).toBe(true);
    expect(isRsaSigned(publicKey, `${text} `, read?.signature ?? '')).toBe(false);
  });

  test.each([
    undefined,
    '',
    'Bearer x',
    'WECHATPAY2-SHA256-RSA2048 mchid="1"',
    'WECHATPAY2-SHA256-RSA2048 mchid="1",nonce_str="n",signature="s",timestamp="x",serial_no="1"',
  ])('%j authorizes nobody', (header) => {
    expect(readAuthorization(header)).toBeNull();
  });

  test('an answer signs its time, its nonce and its body, an empty one too', () => {
    const headers = signedHeaders(
      privateKey,
      'PUB_KEY_ID_1',
      { nowMs: 1_554_208_460_999, nonce: 'n' },
      '',
    );
    expect(headers['Wechatpay-Timestamp']).toBe('1554208460');
    const text = answerText('1554208460', 'n', '');
    expect(text).toBe('1554208460\nn\n\n');
    expect(isRsaSigned(publicKey, text, headers['Wechatpay-Signature'] ?? '')).toBe(true);
  });

  test('a resource opens with its key, nonce and associated data, and with nothing else', () => {
    const key = '0123456789abcdef0123456789abcdef';
    const sealed = encryptResource(key, 'fdasflkja484', 'transaction', JSON.stringify(transaction));
    expect(decryptResource(key, sealed)).toBe(JSON.stringify(transaction));
    expect(decryptResource(key.replace('0', '1'), sealed)).toBeNull();
    expect(decryptResource(key, { ...sealed, associated_data: 'refund' })).toBeNull();
    expect(decryptResource(key, { ...sealed, ciphertext: 'AAAA' })).toBeNull();
  });
});

test('no two resources are encrypted under one nonce, however fast they follow', () => {
  const random = createCryptoRandom();
  const nonces = Array.from({ length: 10_000 }, () => resourceNonce(random));
  expect(new Set(nonces).size).toBe(nonces.length);
  for (const nonce of nonces.slice(0, 100)) expect(nonce).toMatch(/^[A-Za-z0-9_-]{12}$/);
});

describe('messages', () => {
  test('the published notification is read', () => {
    const notification = {
      id: 'EV-2018022511223320873',
      create_time: '2015-05-20T13:29:35+08:00',
      resource_type: 'encrypt-resource',
      event_type: 'TRANSACTION.SUCCESS',
      summary: '支付成功',
      resource: {
        original_type: 'transaction',
        algorithm: 'AEAD_AES_256_GCM',
        ciphertext: 'AAAA',
        associated_data: '',
        nonce: 'fdasflkja484',
      },
    };
    expect(notificationSchema.safeParse(notification).success).toBe(true);
    expect(transactionSchema.parse(transaction).amount?.total).toBe(100n);
    const refund = {
      mchid: '1900000100',
      transaction_id: '1008450740201411110005820873',
      out_trade_no: '20150806125346',
      refund_id: '50200207182018070300011301001',
      out_refund_no: '7752501201407033233368018',
      refund_status: 'SUCCESS',
      amount: { total: 999, refund: 999, payer_total: 999, payer_refund: 999 },
    };
    expect(refundNoticeSchema.parse(refund).refund_status).toBe('SUCCESS');
  });

  const order = {
    appid: 'wxd678efh567hg6787',
    mchid: '1230000109',
    description: 'Image形象店-深圳腾大-QQ公仔',
    out_trade_no: '1217752501201407033233368018',
    notify_url: 'https://www.weixin.qq.com/wxpay/pay.php',
    amount: { total: 100, currency: 'CNY' },
  };
  test('the published order is read', () => {
    expect(nativeOrderSchema.parse(order).amount).toEqual({ total: 100n, currency: 'CNY' });
    const until = '2018-06-08T10:34:56+08:00';
    expect(nativeOrderSchema.parse({ ...order, time_expire: until }).time_expire).toBe(
      Date.UTC(2018, 5, 8, 2, 34, 56),
    );
  });
  test.each([0, -1, 1.5, '100', 2 ** 53, null])('%j fen are no amount', (total) => {
    expect(nativeOrderSchema.safeParse({ ...order, amount: { total } }).success).toBe(false);
    const amount = { refund: total, total: 100, currency: 'CNY' };
    expect(refundSchema.safeParse({ out_refund_no: 'r', amount }).success).toBe(false);
  });
  test('times are those of China', () => {
    expect(chinaTime(Date.UTC(2026, 11, 31, 17, 0, 1))).toBe('2027-01-01T01:00:01+08:00');
  });
});

test('every problem has a code of WeChat Pay’s, with a status that fits', () => {
  const codes: readonly ProblemCode[] = problemCodeSchema.options;
  for (const code of codes) expect(errorCodes[errorCodeOf(code)][0]).toBeGreaterThanOrEqual(400);
  expect(errorCodeOf('order_not_found')).toBe('ORDER_NOT_EXIST');
  expect(errorCodeOf('idempotency_conflict')).toBe('OUT_TRADE_NO_USED');
});
