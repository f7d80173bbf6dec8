// A merchant of the simulated WeChat Pay, as a test wants it: the platform's configuration, the
// unmodified client with the merchant's keys, a notify_url that takes down what arrives, and the
// control API's caller.
import { createServer } from 'node:http';
import { z } from 'zod';
import {
  type PlatformConfig,
  platformConfigSchema,
} from '../../src/dialects/wechatpay/wechatpay.wallet/platform.config.ts';
import { createWechatpayPlatform } from '../../src/dialects/wechatpay/wechatpay.wallet/platform.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createLogger } from '../../src/runtime/logging.ts';
import { close, listen } from '../../src/simulated/raw-server.ts';
import { Aes, Formatter, Rsa, Wechatpay, type WechatpayConfig } from '../clients/wechatpay.js';
import { generateRsaKeys } from './rsa.ts';

export const MCHID = '1900000001';
export const APPID = 'wxdace645e0bc2c000';
export const SERIAL = '5157F09EFDC096DE15EBE81A47057A72';
const KEY_ID = 'PUB_KEY_ID_0000000000000024101100397200000006';
const API_KEY = '0123456789abcdef0123456789abcdef';
export const MEI = { userId: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o', name: 'Mei' } as const;
export const BO = { userId: 'oUpF8uN95-Ptaags6E_roPHg7AG0', name: 'Bo' } as const;
const TOKEN = 'control-token-of-a-test';

// One pair of each for the whole file: making them costs more than the tests.
export const merchantKeys = generateRsaKeys();
const platformKeys = generateRsaKeys();
const otherKeys = generateRsaKeys();

/** A second merchant of the platform. */
export const OTHER = { mchid: '1900000002', serial: 'AA57F09EFDC096DE15EBE81A47057A99' } as const;
export const asOther = { ...OTHER, privateKey: otherKeys.privateKey };

/** As it would stand in the configuration file. */
export const platformJson = {
  privateKey: platformKeys.privateKey,
  platformSerial: KEY_ID,
  merchants: [
    {
      mchid: MCHID,
      appid: APPID,
      serial: SERIAL,
      publicKey: merchantKeys.publicKey,
      apiV3Key: API_KEY,
    },
    { ...OTHER, appid: APPID, publicKey: otherKeys.publicKey, apiV3Key: API_KEY },
  ],
  users: [
    { ...MEI, balance: '500.00' },
    { ...BO, balance: '20.00' },
  ],
  controlToken: TOKEN,
  notifyRetryFactor: 0.001,
};

export interface Notified {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

const noticeSchema = z.object({
  id: z.string(),
  event_type: z.string(),
  resource_type: z.literal('encrypt-resource'),
  resource: z.object({
    algorithm: z.literal('AEAD_AES_256_GCM'),
    original_type: z.string(),
    ciphertext: z.string(),
    nonce: z.string(),
    associated_data: z.string(),
  }),
});

/** As a merchant's program does it, by the client's own functions. */
export function isGenuine({ headers, body }: Notified): boolean {
  const of = (name: string) => headers[`wechatpay-${name}`] ?? '';
  const text = Formatter.joinedByLineFeed(of('timestamp'), of('nonce'), body);
  return of('serial') === KEY_ID && Rsa.verify(text, of('signature'), platformKeys.publicKey);
}

export function opened({ body }: Notified, key = API_KEY) {
  const { id, event_type: eventType, resource } = noticeSchema.parse(JSON.parse(body));
  const { ciphertext, nonce, associated_data } = resource;
  const content: unknown = JSON.parse(Aes.AesGcm.decrypt(ciphertext, key, nonce, associated_data));
  return { id, eventType, content };
}

/** The merchant's notify_url. */
export async function openNotifyUrl() {
  const taken: Notified[] = [];
  let answers: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, value?.toString()]),
      );
      const notified = { headers, body: Buffer.concat(chunks).toString() };
      taken.push(notified);
      const status = answers.shift() ?? (isGenuine(notified) ? 204 : 401);
      response.writeHead(status, status === 302 ? { location: '/other' } : {}).end();
    });
  });
  const address = await listen(server, '127.0.0.1', 0);
  return {
    url: `${address}/notify`,
    taken,
    /** What the next notifications are answered; after them, 204 to what is genuine. */
    answer: (...next: readonly number[]) => {
      answers = [...next];
    },
    close: () => close(server),
  };
}

/** Asks the platform's control API; a refusal is an answer too. */
export function controlOf(controlAddress: string) {
  return async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object, token = TOKEN) => {
    const response = await fetch(`${controlAddress}/control/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const read: unknown = await response.json();
    return { status: response.status, body: read };
  };
}

export interface Told {
  readonly status: number;
  readonly data: unknown;
}

const refusalSchema = z.object({
  response: z.object({ status: z.number(), data: z.unknown() }),
  code: z.string().optional(),
});

/**
 * A verified answer, or what the platform refused with.
 * @throws what the client throws where it does not believe the answer, or there is none.
 */
async function told(call: Promise<Told>): Promise<Told> {
  try {
    const { status, data } = await call;
    return { status, data };
  } catch (error) {
    const read = refusalSchema.safeParse(error);
    if (!read.success || read.data.response.status < 400) throw error;
    return read.data.response;
  }
}

/** The unmodified client of the merchant; every answer is verified. */
export function clientOf(address: string, wish: Partial<WechatpayConfig> = {}) {
  const mchid = wish.mchid ?? MCHID;
  const wxpay = new Wechatpay({
    baseURL: `${address}/`,
    mchid,
    serial: SERIAL,
    privateKey: merchantKeys.privateKey,
    certs: { [KEY_ID]: platformKeys.publicKey },
    timeout: 3_000,
    ...wish,
  });
  const orders = 'v3/pay/transactions';
  const params = { mchid };
  return {
    order: (wish: object) => told(wxpay.chain(`${orders}/native`).post(wish)),
    query: (no: string) => told(wxpay.chain(`${orders}/out-trade-no/{no}`).get({ params, no })),
    byId: (id: string) => told(wxpay.chain(`${orders}/id/{id}`).get({ params, id })),
    close: (no: string) =>
      told(wxpay.chain(`${orders}/out-trade-no/{no}/close`).post(params, { no })),
    refund: (wish: object) => told(wxpay.chain('v3/refund/domestic/refunds').post(wish)),
    refundState: (no: string) => told(wxpay.chain('v3/refund/domestic/refunds/{no}').get({ no })),
  };
}

/** A running platform with one merchant that sells. */
export async function openShop(wish: Partial<PlatformConfig> = {}) {
  const config = { ...platformConfigSchema.parse(platformJson), ...wish };
  const platform = await createWechatpayPlatform(config, {
    clock: systemClock,
    log: createLogger({ level: 'error', clock: systemClock }),
    onFailure(error) {
      throw error;
    },
  });
  const notify = await openNotifyUrl();
  const control = controlOf(platform.controlAddress);
  const client = clientOf(platform.address);
  const stand = standAt(client, control, notify.url);
  return {
    platform,
    notify,
    control,
    client,
    ...stand,
    async close() {
      await Promise.all([platform.stop(), notify.close()]);
    },
  };
}

/** Tea for 88.80 yuan, and ways to sell it. */
export function standAt(
  client: ReturnType<typeof clientOf>,
  control: ReturnType<typeof controlOf>,
  notifyUrl: string,
) {
  const wish = {
    appid: APPID,
    mchid: MCHID,
    description: '茶 & "cake"',
    out_trade_no: 'tea_01',
    notify_url: notifyUrl,
    attach: 'table 4',
    amount: { total: 8_880, currency: 'CNY' },
  };
  async function ordered(rest: object = {}): Promise<string> {
    const { data } = await client.order({ ...wish, ...rest });
    return z.object({ code_url: z.string() }).parse(data).code_url;
  }
  const confirm = (qrCode: string, user: string = MEI.userId) =>
    control('POST', 'confirm', { user, qrCode });
  return {
    wish,
    ordered,
    confirm,
    fault: (fault: object) => control('POST', 'faults', fault),
    async sold(rest: object = {}): Promise<void> {
      const { status } = await confirm(await ordered(rest));
      if (status !== 200) throw new Error(`not sold: ${status}`);
    },
    /** Of the tea: fen. */
    refund: (refundNo: string, fen: number, rest: object = {}) =>
      client.refund({
        out_trade_no: 'tea_01',
        out_refund_no: refundNo,
        notify_url: notifyUrl,
        amount: { refund: fen, total: 8_880, currency: 'CNY' },
        ...rest,
      }),
    async money() {
      return (await control('GET', 'state')).body;
    },
  };
}

/** Until it holds, within five seconds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 5_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it does not come to hold');
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}
