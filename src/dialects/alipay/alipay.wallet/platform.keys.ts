// The platform's own RSA2 and AES: what it signs with, what it verifies with. Written from the open
// platform's pages and the official client, and shared with nothing else of the dialect.
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import type { App } from './platform.config.ts';

export interface PlatformKeys {
  /** RSASSA-PKCS1-v1_5 with SHA-256 over the UTF-8 bytes, base64. */
  sign(text: string): string;
  /** As `sign`, by a key nobody knows: for forgeries. */
  forge(text: string): string;
  /** Whether the app signed one of these texts. */
  isOf(app: App, texts: readonly string[], signature: string): boolean;
}

export function createPlatformKeys(privatePem: string, apps: readonly App[]): PlatformKeys {
  const own = createPrivateKey(privatePem);
  const ofApps = new Map(apps.map((app) => [app.appId, createPublicKey(app.publicKey)]));
  let stranger: KeyObject | undefined;
  const signed = (text: string, key: KeyObject) =>
    sign('RSA-SHA256', Buffer.from(text, 'utf8'), key).toString('base64');
  return {
    sign: (text) => signed(text, own),
    forge(text) {
      stranger ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
      return signed(text, stranger);
    },
    isOf({ appId }, texts, signature) {
      const key = ofApps.get(appId);
      if (key === undefined) return false;
      const bytes = Buffer.from(signature, 'base64');
      return texts.some((text) => verify('RSA-SHA256', Buffer.from(text, 'utf8'), key, bytes));
    },
  };
}

/**
 * `k=v` sorted by name and joined by `&`: what version 2 signs, in requests and notifications.
 */
export function sortedText(fields: Iterable<readonly [string, string]>): string {
  return [...fields]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

const ZERO_IV = Buffer.alloc(16);

/** AES-128-CBC with PKCS #7 and a zero IV, base64: Alipay's encryption of contents. */
export function encrypt(text: string, key: string): string {
  const cipher = createCipheriv('aes-128-cbc', Buffer.from(key, 'base64'), ZERO_IV);
  return cipher.update(text, 'utf8', 'base64') + cipher.final('base64');
}

/** @returns undefined where it was not encrypted with this key. */
export function decrypt(text: string, key: string): string | undefined {
  try {
    const decipher = createDecipheriv('aes-128-cbc', Buffer.from(key, 'base64'), ZERO_IV);
    return decipher.update(text, 'base64', 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}
