// The platform's own signatures and encryption, by nothing that the dialect uses: RSA with SHA-256
// over lines, AES-256-GCM for what notifications carry.
import {
  createCipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import type { Clock } from '../../../runtime/clock.ts';
import type { Merchant, PlatformConfig } from './platform.config.ts';

/** Who signs: the platform, a key nobody knows, or the platform wrong on purpose. */
export type Signer = 'platform' | 'stranger' | 'probe';

export interface PlatformKeys {
  /** `Wechatpay-…` of an answer or a notification with this body. */
  headers(body: string, signer: Signer): Record<string, string>;
  /** Whether the merchant's key signed exactly these bytes. */
  isOf(merchant: Merchant, bytes: Buffer, signature: string): boolean;
  /** The `resource` of a notification. */
  encrypt(apiV3Key: string, type: string, content: object): Record<string, string>;
}

const PROBE = 'WECHATPAY/SIGNTEST/';

export function createPlatformKeys(
  config: Pick<PlatformConfig, 'privateKey' | 'platformSerial' | 'merchants'>,
  clock: Pick<Clock, 'nowMs'>,
): PlatformKeys {
  const own = createPrivateKey(config.privateKey);
  const ofMerchants = new Map(
    config.merchants.map(({ mchid, publicKey }) => [mchid, createPublicKey(publicKey)]),
  );
  let stranger: KeyObject | undefined;
  const signedBy = (key: KeyObject, text: string) =>
    sign('RSA-SHA256', Buffer.from(text, 'utf8'), key).toString('base64');

  function signature(text: string, signer: Signer): string {
    if (signer === 'platform') return signedBy(own, text);
    stranger ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const wrong = signedBy(stranger, text);
    return signer === 'probe' ? PROBE + wrong.slice(PROBE.length) : wrong;
  }

  return {
    headers(body, signer) {
      const timestamp = String(Math.floor(clock.nowMs() / 1_000));
      const nonce = randomBytes(16).toString('hex').toUpperCase();
      return {
        'Wechatpay-Timestamp': timestamp,
        'Wechatpay-Nonce': nonce,
        'Wechatpay-Serial': config.platformSerial,
        'Wechatpay-Signature': signature(`${timestamp}\n${nonce}\n${body}\n`, signer),
        'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
      };
    },
    isOf({ mchid }, bytes, given) {
      const key = ofMerchants.get(mchid);
      return key !== undefined && verify('RSA-SHA256', bytes, key, Buffer.from(given, 'base64'));
    },
    encrypt(apiV3Key, type, content) {
      // twelve characters, which are the twelve bytes of the IV
      const nonce = randomBytes(6).toString('hex');
      const cipher = createCipheriv('aes-256-gcm', apiV3Key, nonce).setAAD(Buffer.from(type));
      const sealed = [cipher.update(JSON.stringify(content), 'utf8'), cipher.final()];
      return {
        original_type: type,
        algorithm: 'AEAD_AES_256_GCM',
        ciphertext: Buffer.concat([...sealed, cipher.getAuthTag()]).toString('base64'),
        associated_data: type,
        nonce,
      };
    },
  };
}
