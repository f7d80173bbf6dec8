// The platform's own RSA2 and AES: what it signs with, what it verifies with. Written from the open
// platform's pages and the official client, and shared with nothing else of the dialect.
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto';
import type { App, PlatformConfig } from './platform.config.ts';

export interface PlatformKeys {
  /** RSASSA-PKCS1-v1_5 with SHA-256 over the UTF-8 bytes, base64. */
  sign(text: string): string;
  /** As `sign`, by a key nobody knows: for forgeries. */
  forge(text: string): string;
  /**
   * Whether the app signed one of these texts, by the certificate whose number it gives where it
   * has one.
   */
  isOf(app: App, texts: readonly string[], signature: string, certSn?: string): boolean;
  /** The number of Alipay's own certificate, for answers to apps that have one. */
  certSnFor(app: App): string | undefined;
}

export function createPlatformKeys(
  config: Pick<PlatformConfig, 'privateKey' | 'certificate' | 'apps'>,
): PlatformKeys {
  const { apps, certificate } = config;
  const own = createPrivateKey(config.privateKey);
  const ownSn = certificate === undefined ? undefined : certSnOf(certificate);
  const snOfApps = new Map(
    apps.map((app) => [app.appId, app.certificate && certSnOf(app.certificate)] as const),
  );
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
    certSnFor: ({ appId }) => (snOfApps.get(appId) === undefined ? undefined : ownSn),
    isOf({ appId }, texts, signature, certSn) {
      const key = ofApps.get(appId);
      const wanted = snOfApps.get(appId);
      if (key === undefined || (wanted !== undefined && wanted !== certSn)) return false;
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

/** Alipay's number of a certificate: MD5 of issuer, innermost name first, and decimal serial. */
function certSnOf(pem: string): string {
  const { issuer, serialNumber } = new X509Certificate(pem);
  const names = issuer.split('\n').reverse().join(',');
  return createHash('md5')
    .update(names)
    .update(String(BigInt(`0x${serialNumber}`)))
    .digest('hex');
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
