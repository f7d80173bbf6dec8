// A merchant of the simulated Alipay, as a test wants it: the platform's configuration, the
// official client with the app's keys, a notify_url that takes down what arrives, and the control
// API's caller.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import {
  type PlatformConfig,
  platformConfigSchema,
} from '../../src/dialects/alipay/alipay.wallet/platform.config.ts';
import { createAlipayPlatform } from '../../src/dialects/alipay/alipay.wallet/platform.ts';
import { type Clock, systemClock } from '../../src/runtime/clock.ts';
import { createLogger } from '../../src/runtime/logging.ts';
import { close, listen } from '../../src/simulated/raw-server.ts';
import { AlipaySdk, type AlipaySdkConfig } from '../clients/alipay.js';

export const APP_ID = '2021000000000001';
export const SELLER_ID = '2088000000000001';
export const MEI = { userId: '2088000000000011', logonId: '13800000011', name: 'Mei' } as const;
export const BO = { userId: '2088000000000012', logonId: 'bo@example.com', name: 'Bo' } as const;
const TOKEN = 'control-token-of-a-test';
const AES_KEY = Buffer.alloc(16, 7).toString('base64');

export function rsaKeys(): { readonly privateKey: string; readonly publicKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

// One pair of each for the whole file: making them costs more than the tests.
const appKeys = rsaKeys();
const alipayKeys = rsaKeys();

/** As it would stand in the configuration file. */
export function platformConfig(wish: Partial<PlatformConfig> = {}): PlatformConfig {
  const read = platformConfigSchema.parse({
    privateKey: alipayKeys.privateKey,
    apps: [
      { appId: APP_ID, sellerId: SELLER_ID, publicKey: appKeys.publicKey, encryptKey: AES_KEY },
    ],
    users: [
      { ...MEI, balance: '500.00' },
      { ...BO, balance: '20.00' },
    ],
    controlToken: TOKEN,
    notifyRetryFactor: 0.000_1,
  });
  return { ...read, ...wish };
}

export interface Notified {
  /** The form's fields, decoded. */
  readonly fields: Readonly<Record<string, string>>;
  readonly contentType: string;
}

/** The merchant's notify_url. */
export async function openNotifyUrl() {
  const taken: Notified[] = [];
  let answers: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    request.on('end', () => {
      const fields = Object.fromEntries(new URLSearchParams(text));
      taken.push({ fields, contentType: request.headers['content-type'] ?? '' });
      response.end(answers.shift() ?? 'success');
    });
  });
  const address = await listen(server, '127.0.0.1', 0);
  return {
    url: `${address}/notify`,
    taken,
    /** What the next notifications are answered; after them, `success`. */
    answer: (...next: readonly string[]) => {
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

/** The official client of the app; every answer is verified. */
export function clientOf(
  platform: { readonly address: string; readonly gateway: string },
  wish: Partial<AlipaySdkConfig> = {},
): AlipaySdk {
  return new AlipaySdk({
    appId: APP_ID,
    privateKey: appKeys.privateKey,
    keyType: 'PKCS8',
    alipayPublicKey: alipayKeys.publicKey,
    encryptKey: AES_KEY,
    gateway: platform.gateway,
    endpoint: platform.address,
    timeout: 3_000,
    camelcase: false,
    ...wish,
  });
}

/** A running platform with one merchant. */
export async function openShop(wish: Partial<PlatformConfig> = {}, clock: Clock = systemClock) {
  const platform = await createAlipayPlatform(platformConfig(wish), {
    clock,
    log: createLogger({ level: 'error', clock }),
    onFailure(error) {
      throw error;
    },
  });
  const notify = await openNotifyUrl();
  const sdk = clientOf(platform);
  const control = controlOf(platform.controlAddress);
  const exec = (method: string, bizContent: object, notifyUrl = notify.url) =>
    sdk.exec(`alipay.trade.${method}`, { bizContent, notifyUrl }, { validateSign: true });
  return {
    platform,
    notify,
    sdk,
    control,
    exec,
    async close() {
      await Promise.all([platform.stop(), notify.close()]);
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
