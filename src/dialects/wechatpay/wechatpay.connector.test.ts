// The way out against a platform that answers anything at all: only what WeChat Pay has signed,
// lately and about this very order or refund, is an answer. Whatever else comes back, or does not,
// is unknown; and what is refused for good was looked for before it is believed.
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { generateRsaKeys } from '../../../test/setup/rsa.ts';
import { type InstructionKind, legIdOf } from '../../payments/payment.ts';
import type {
  Amount,
  ConnectionSettings,
  Instruction,
  StoredInstruction,
} from '../../payments/port.ts';
import { createCryptoRandom, createIds, createManualClock } from '../../runtime/index.ts';
import { createLogger } from '../../runtime/logging.ts';
import { isRsaSigned } from '../../signatures/index.ts';
import { createAddressGuard, createHttpClient } from '../../wire/index.ts';
import { readAuthorization, requestText, signedHeaders } from './wechatpay.auth.ts';
import { createWechatpayConnector } from './wechatpay.connector.ts';

const [merchant, platform, stranger] = [generateRsaKeys(), generateRsaKeys(), generateRsaKeys()];
const clock = createManualClock();
const random = createCryptoRandom();
const paymentId = '0198a000-0000-7000-8000-000000000001';
const expiresAtMs = clock.nowMs() + 900_000;
const http = createHttpClient({ guard: createAddressGuard({ allowLoopback: true }) });

const connector = createWechatpayConnector({
  clock,
  ids: createIds({ clock, random }),
  random,
  logger: createLogger({ level: 'fatal', clock }),
  http,
  publicUrl: 'https://hutong.example',
  payments: {
    payment: () =>
      Promise.resolve({
        ok: true,
        value: { payment: { debitMinor: 100n, expiresAtMs } },
      }),
  },
});

interface Said {
  readonly status: number;
  readonly json?: object;
  /** Whose key signs; `null`: nobody's. */
  readonly by?: { readonly privateKey: string } | null;
  readonly serial?: string;
  /** Milliseconds its timestamp is off. */
  readonly offMs?: number;
  /** Changed after it was signed. */
  readonly tamper?: (body: string) => string;
}

const SERIAL = 'PUB_KEY_ID_0000000000000024101100397200000006';
/** By method and the last part of the path. */
let script: Record<string, Said | 'silence'> = {};
let seen: string[] = [];
let server: Server;
let connection: ConnectionSettings;

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const target = request.url ?? '';
      const auth = readAuthorization(request.headers.authorization);
      const body = Buffer.concat(chunks).toString();
      const text = auth === null ? '' : requestText(auth, request.method ?? '', target, body);
      if (auth === null || !isRsaSigned(merchant.publicKey, text, auth.signature)) {
        throw new Error('the request is not signed');
      }
      const [, last = ''] = /([^/?]+)(?:\?.*)?$/.exec(target) ?? [];
      const name = `${request.method ?? ''} ${last}`;
      seen.push(name);
      const said = script[name] ?? 'silence';
      if (said === 'silence') return;
      const content = said.json === undefined ? '' : JSON.stringify(said.json);
      const at = { nowMs: clock.nowMs() + (said.offMs ?? 0), nonce: 'n' };
      const by = said.by === undefined ? platform : said.by;
      const headers =
        by === null ? {} : signedHeaders(by.privateKey, said.serial ?? SERIAL, at, content);
      response.writeHead(said.status, headers).end(said.tamper?.(content) ?? content);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has a port');
  connection = {
    id: 'lianhe-wechatpay',
    participantId: 'lianhe',
    dialect: 'wechatpay',
    endpoint: `http://127.0.0.1:${address.port}`,
    settings: {
      side: 'platform',
      mchid: '1900006000',
      appid: 'wxdace645e0bc2c000',
      merchantSerial: '5157F09EFDC096DE15EBE81A47057A72',
      platformSerial: SERIAL,
      platformPublicKey: platform.publicKey,
      timeoutMs: 200,
    },
    secrets: { privateKey: merchant.privateKey, apiV3Key: '0123456789abcdef0123456789abcdef' },
  };
});
afterAll(async () => {
  await http.close();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  script = {};
  seen = [];
});

const orderId = legIdOf(paymentId, 0);
const refundId = legIdOf(paymentId, 2);
const yuan: Amount = { currency: 'CNY', minor: 100n };

function stored(kind: InstructionKind, amount = yuan): StoredInstruction {
  const isRefund = kind === 'refund';
  const instruction: Instruction = {
    kind,
    legId: isRefund ? refundId : orderId,
    paymentId,
    amount,
    party: { account: '', name: null },
    counterparty: { participantId: 'jiedao', name: null },
    note: '茶',
    reference: null,
    expiresAtMs,
    original: kind === 'collect' ? null : { legId: orderId, externalId: null, amount },
    record: null,
  };
  const bytes = connector.encode(connection, instruction);
  return { kind, legId: instruction.legId, paymentId, bytes, record: null };
}

const refusal = (status: number, code: string): Said => ({ status, json: { code, message: '…' } });
const transaction = (trade_state: string, rest: object = {}): Said => ({
  status: 200,
  json: {
    mchid: '1900006000',
    out_trade_no: orderId,
    trade_state,
    transaction_id: '4200001',
    amount: { total: 100 },
    ...rest,
  },
});
const refund = (status: string, rest: object = {}): Said => ({
  status: 200,
  json: { refund_id: '5030001', out_refund_no: refundId, status, amount: { refund: 100 }, ...rest },
});

const QUERY = `GET ${orderId}`;
const REFUND_QUERY = `GET ${refundId}`;
const code_url = 'weixin://wxpay/bizpayurl?pr=1';

test('an order is asked for once, and its code is kept: nothing is paid yet', async () => {
  script = { 'POST native': { status: 200, json: { code_url } } };
  const made = await connector.execute(connection, stored('collect'));
  expect(made).toMatchObject({ outcome: 'pending', record: code_url });
  expect(seen).toEqual(['POST native']);
});

test.each<[string, Said | 'silence', string, string | null]>([
  ['paid', transaction('SUCCESS'), 'completed', '4200001'],
  ['paid and given back since', transaction('REFUND'), 'completed', '4200001'],
  ['closed', transaction('CLOSED', { transaction_id: undefined }), 'rejected', null],
  ['silent', 'silence', 'pending', null],
  ['in trouble', refusal(500, 'SYSTEM_ERROR'), 'pending', null],
  ['of another amount', transaction('SUCCESS', { amount: { total: 1 } }), 'pending', null],
  ['of another order', transaction('SUCCESS', { out_trade_no: refundId }), 'pending', null],
  ['of another merchant', transaction('CLOSED', { mchid: '1' }), 'pending', null],
  ['signed by nobody', { ...transaction('SUCCESS'), by: null }, 'pending', null],
  ['signed by another', { ...transaction('SUCCESS'), by: stranger }, 'pending', null],
  ['under another key', { ...transaction('SUCCESS'), serial: 'PUB_KEY_ID_1' }, 'pending', null],
  ['signed long ago', { ...transaction('SUCCESS'), offMs: -301_000 }, 'pending', null],
  ['signed in the future', { ...transaction('SUCCESS'), offMs: 301_000 }, 'pending', null],
  [
    'changed on the way',
    { ...transaction('NOTPAY'), tamper: (body) => body.replace('NOTPAY', 'SUCCESS') },
    'pending',
    null,
  ],
])('asked after, an order is %s', async (_what, said, outcome, externalId) => {
  script = { [QUERY]: said };
  const answer = await connector.inquire(connection, { ...stored('collect'), record: code_url });
  expect(answer).toMatchObject({ outcome, externalId });
});

test('an order that never arrived is sent again, byte for byte', async () => {
  script = {
    [QUERY]: refusal(404, 'ORDER_NOT_EXIST'),
    'POST native': { status: 200, json: { code_url } },
  };
  const made = await connector.inquire(connection, stored('collect'));
  expect(made).toMatchObject({ outcome: 'pending', record: code_url });
  expect(seen).toEqual([QUERY, 'POST native']);
});

test.each<InstructionKind>(['collect', 'refund'])(
  'a %s in another currency is never sent: its minor units would be taken for fen',
  async (kind) => {
    const asked = stored(kind, { currency: 'USD', minor: 100n });
    const never = { outcome: 'not_sent', problem: 'currency_not_supported' };
    expect(await connector.execute(connection, asked)).toMatchObject(never);
    expect(await connector.inquire(connection, asked)).toMatchObject(never);
    expect(seen).toEqual([]);
  },
);

test.each<[string, Said | 'silence', Said | 'silence', string]>([
  ['closed', { status: 204 }, 'silence', 'rejected'],
  ['"closed", signed by another', { status: 204, by: stranger }, 'silence', 'pending'],
  ['paid before it', refusal(400, 'ORDERPAID'), transaction('SUCCESS'), 'completed'],
  [
    'paid, but not what was asked',
    refusal(400, 'ORDERPAID'),
    transaction('SUCCESS', { amount: { total: 1 } }),
    'pending',
  ],
  ['closed already', refusal(400, 'ORDER_CLOSED'), transaction('CLOSED'), 'rejected'],
  ['still open', refusal(500, 'SYSTEM_ERROR'), transaction('NOTPAY'), 'pending'],
  [
    'not there, and may still arrive',
    refusal(404, 'ORDER_NOT_EXIST'),
    refusal(404, 'ORDER_NOT_EXIST'),
    'pending',
  ],
])('taken back, an order is %s', async (_what, close, query, outcome) => {
  script = { 'POST close': close, [QUERY]: query };
  expect(await connector.execute(connection, stored('close'))).toMatchObject({ outcome });
});

test('an order that is not there once it has expired can no longer be paid', async () => {
  const beforeMs = clock.nowMs();
  const absent = refusal(404, 'ORDER_NOT_EXIST');
  script = { 'POST close': absent, [QUERY]: absent };
  const close = stored('close');
  clock.advance(expiresAtMs - clock.nowMs() + 59_000);
  expect(await connector.inquire(connection, close)).toMatchObject({ outcome: 'pending' });
  clock.advance(2_000);
  expect(await connector.inquire(connection, close)).toMatchObject({ outcome: 'rejected' });
  clock.setNowMs(beforeMs);
});

const gone = refusal(404, 'RESOURCE_NOT_EXISTS');
test.each<[string, Said | 'silence', Said | 'silence', string, string | null]>([
  ['done', refund('SUCCESS'), 'silence', 'completed', null],
  ['under way', refund('PROCESSING'), 'silence', 'pending', null],
  ['stuck', refund('ABNORMAL'), 'silence', 'pending', null],
  ['closed', refund('CLOSED'), 'silence', 'rejected', null],
  ['of another number', refund('SUCCESS', { out_refund_no: orderId }), gone, 'pending', null],
  ['of another amount', refund('SUCCESS', { amount: { refund: 99 } }), gone, 'pending', null],
  ['silent', 'silence', gone, 'pending', null],
  ['too fast', refusal(429, 'FREQUENCY_LIMITED'), gone, 'pending', null],
  ['refused', refusal(403, 'NOT_ENOUGH'), gone, 'rejected', 'limit_exceeded'],
  [
    'refused, but done before',
    refusal(400, 'INVALID_REQUEST'),
    refund('SUCCESS'),
    'completed',
    null,
  ],
  ['refused, and who knows', refusal(403, 'NOT_ENOUGH'), 'silence', 'pending', null],
])('a refund is %s', async (_what, sent, query, outcome, problem) => {
  script = { 'POST refunds': sent, [REFUND_QUERY]: query };
  const answer = await connector.execute(connection, stored('refund'));
  expect(answer).toMatchObject({ outcome, problem });
});

test.each(['INVALID_REQUEST', 'NOT_ENOUGH', 'MCH_NOT_EXISTS', 'PARAM_ERROR'])(
  'that a query is refused with %s says nothing of the refund it asks after',
  async (code) => {
    script = { [REFUND_QUERY]: refusal(400, code) };
    const answer = await connector.inquire(connection, stored('refund'));
    expect(answer).toMatchObject({ outcome: 'pending' });
    expect(seen).toEqual([REFUND_QUERY]);
  },
);

test('a refund that never arrived is sent again under its own number', async () => {
  script = { [REFUND_QUERY]: gone, 'POST refunds': refund('SUCCESS') };
  const answer = await connector.inquire(connection, stored('refund'));
  expect(answer).toMatchObject({ outcome: 'completed', externalId: '5030001' });
});
