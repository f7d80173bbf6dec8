// A till of WeChat Pay before a real core, as a test wants it: a shop that asks with its own key, a
// sponsor's account whose notifications the test writes, and wallets that pay. No HTTP: requests go
// straight to the dialect's routes.
import { expect } from 'vitest';
import { z } from 'zod';
import type { InboundAnswer } from '../../src/dialects/inbound.ts';
import {
  answerText,
  authorize,
  encryptResource,
  signedHeaders,
} from '../../src/dialects/wechatpay/wechatpay.auth.ts';
import { notifyRoute } from '../../src/dialects/wechatpay/wechatpay.inbound/notify.ts';
import { shopRoutes } from '../../src/dialects/wechatpay/wechatpay.inbound/routes.ts';
import type { ConnectionSettings, LegReport } from '../../src/payments/port.ts';
import type { DatabaseConnection } from '../../src/postgres/index.ts';
import { createManualClock } from '../../src/runtime/index.ts';
import { createLogger } from '../../src/runtime/logging.ts';
import { createReplayCache, isRsaSigned } from '../../src/signatures/index.ts';
import { generateRsaKeys } from './rsa.ts';
import { createScheme, credited } from './scheme.ts';

const [till, towardsShop] = [generateRsaKeys(), generateRsaKeys()];
const [sponsor, platform] = [generateRsaKeys(), generateRsaKeys()];
/** Nobody's that anybody knows. */
export const stranger = generateRsaKeys();
export const MCHID = '1900000001';
const SERIAL = '5157F09EFDC096DE15EBE81A47057A72';
const KEY_ID = 'PUB_KEY_ID_0000000000000024101100397200000006';
export const API_KEY = '0123456789abcdef0123456789abcdef';
export const PLATFORM_MCHID = '1900006000';
const shop: ConnectionSettings = {
  id: 'panda-main',
  participantId: 'panda',
  dialect: 'wechatpay',
  endpoint: null,
  settings: {
    side: 'merchant',
    mchid: MCHID,
    merchantSerial: SERIAL,
    merchantPublicKey: till.publicKey,
    platformSerial: KEY_ID,
  },
  secrets: { privateKey: towardsShop.privateKey, apiV3Key: API_KEY },
};
const account: ConnectionSettings = {
  id: 'crane-main',
  participantId: 'crane',
  dialect: 'wechatpay',
  endpoint: 'https://api.wechat.example',
  settings: {
    side: 'platform',
    mchid: PLATFORM_MCHID,
    appid: 'wxdace645e0bc2c000',
    merchantSerial: SERIAL,
    platformSerial: KEY_ID,
    platformPublicKey: platform.publicKey,
  },
  secrets: { privateKey: sponsor.privateKey, apiV3Key: API_KEY },
};

const unknown: LegReport = { outcome: 'pending', externalId: null, problem: null, evidence: null };

const textOf = ({ body }: InboundAnswer) => (typeof body === 'string' ? body : '');

export interface Wish {
  readonly key?: { readonly privateKey: string };
  readonly offMs?: number;
  readonly nonce?: string;
  readonly serial?: string;
  readonly mchid?: string;
  /** Changes what was signed. */
  readonly sent?: string;
}

export interface Forged {
  readonly by?: { readonly privateKey: string } | undefined;
  readonly apiKey?: string;
  readonly offMs?: number;
  readonly signature?: string;
  readonly connection?: string;
}

/** An order of 88.80 yuan. */
export const wishOf = (no: string, rest: object = {}) => ({
  appid: 'wx0000000000000001',
  mchid: MCHID,
  description: '一壶茶',
  out_trade_no: no,
  notify_url: 'https://shop.example/notify',
  attach: 'table 4',
  amount: { total: 8_880, currency: 'CNY' },
  ...rest,
});
const codeSchema = z.object({ code_url: z.string() });

export async function openTill(connection: DatabaseConnection) {
  const clock = createManualClock(Date.now());
  const scheme = createScheme({
    connection,
    // the shop is credited at once; the platform says nothing by itself
    answer: (connectionId) => (connectionId === 'crane-main' ? unknown : credited),
  });
  await scheme.start();
  await scheme.open();
  let isUsable = true;
  const deps = {
    clock,
    ids: scheme.ids,
    logger: createLogger({ level: 'fatal', clock }),
    payments: scheme.core.payments,
    publicUrl: 'https://hutong.example',
    replays: createReplayCache(clock),
    participants: {
      named: (_dialect: string, name: string) =>
        name === MCHID ? { connection: shop, isUsable } : undefined,
      connection: (id: string) => [shop, account].find((each) => each.id === id),
    },
  };
  const routes = [...shopRoutes(deps), notifyRoute(deps)];

  async function send(
    method: string,
    target: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<InboundAnswer> {
    const path = target.replace(/\?.*$/, '');
    for (const route of routes) {
      const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
      const found = new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '([^/]+)')}$`).exec(path);
      if (found === null || route.method !== method) continue;
      return route.handle({
        method,
        target,
        params: Object.fromEntries(names.map((name, n) => [name, found[n + 1] ?? ''])),
        headers,
        body: Buffer.from(body),
        requestId: 'r',
        signal: new AbortController().signal,
      });
    }
    throw new Error(`no route: ${method} ${path}`);
  }

  /** As a shop's client asks; the answer's signature is checked, where it has one. */
  async function ask(method: 'GET' | 'POST', target: string, json?: object, wish: Wish = {}) {
    const body = json === undefined ? '' : JSON.stringify(json);
    const atMs = clock.nowMs() + (wish.offMs ?? 0);
    const asks = {
      mchid: wish.mchid ?? MCHID,
      nonce: wish.nonce ?? scheme.ids.compact(),
      timestamp: String(Math.floor(atMs / 1_000)),
      serial: wish.serial ?? SERIAL,
    };
    const key = wish.key ?? till;
    const authorization = authorize(key.privateKey, asks, { method, target, body });
    const answer = await send(method, target, { authorization }, wish.sent ?? body);
    const text = textOf(answer);
    const [time = '', nonce = '', signature] = ['Timestamp', 'Nonce', 'Signature'].map(
      (name) => answer.headers[`Wechatpay-${name}`],
    );
    const isSigned =
      signature !== undefined &&
      isRsaSigned(towardsShop.publicKey, answerText(time, nonce, text), signature);
    const read: unknown = text === '' ? null : JSON.parse(text);
    return { status: answer.status, json: read, isSigned };
  }

  let count = 0;
  const newNo = () => `tea_${(count += 1)}_${process.pid}`;

  async function ordered(rest: object = {}) {
    const no = newNo();
    const made = await ask('POST', '/v3/pay/transactions/native', wishOf(no, rest));
    expect(made).toMatchObject({ status: 200, isSigned: true });
    const { code_url } = codeSchema.parse(made.json);
    return { no, id: code_url.replace('https://hutong.example/o/', '') };
  }

  const query = (no: string) =>
    ask('GET', `/v3/pay/transactions/out-trade-no/${no}?mchid=${MCHID}`);

  async function bought(rest: object = {}) {
    const { no, id } = await ordered(rest);
    const paid = await scheme.pay({ to: { orderId: id } });
    if (!paid.ok) throw new Error(paid.problem.code);
    return { no, payment: paid.value };
  }

  async function notified(event_type: string, content: object, forged: Forged = {}) {
    const text = JSON.stringify(content);
    const sealed = encryptResource(forged.apiKey ?? API_KEY, 'fdasflkja484', 'transaction', text);
    const resource = { original_type: 'transaction', algorithm: 'AEAD_AES_256_GCM', ...sealed };
    const body = JSON.stringify({ id: 'EV-1', event_type, resource });
    const at = { nowMs: clock.nowMs() + (forged.offMs ?? 0), nonce: 'n' };
    const key = forged.by ?? platform;
    const signed = signedHeaders(key.privateKey, KEY_ID, at, body);
    const headers = Object.fromEntries(
      Object.entries(signed).map(([name, value]) => [name.toLowerCase(), value]),
    );
    if (forged.signature !== undefined) headers['wechatpay-signature'] = forged.signature;
    const target = `/wechatpay/notify/${forged.connection ?? 'crane-main'}`;
    return (await send('POST', target, headers, body)).status;
  }

  return {
    scheme,
    clock,
    ask,
    newNo,
    ordered,
    query,
    bought,
    notified,
    setUsable(wish: boolean) {
      isUsable = wish;
    },
    stop: () => scheme.stop(),
  };
}
