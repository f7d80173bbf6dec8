// The platform's own signatures and encryption, by nothing that the dialect uses: RSA with SHA-256
// over lines, AES-256-GCM for what notifications carry.
import {
  createCipheriv,
  createSign,
  createVerify,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import type { PlatformConfig } from './platform.config.ts';

const GENERATOR = { modulusLength: 2048 } as const;

export function createPlatformKeys({ privateKey, platformSerial }: PlatformConfig) {
  let stranger: KeyObject | undefined;

  const signedBy = (key: string | KeyObject, text: string) =>
    createSign('RSA-SHA256').update(text, 'utf8').sign(key, 'base64');

  function headers(body: string, isForged = false): Record<string, string> {
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const nonce = randomBytes(16).toString('hex').toUpperCase();
    const text = `${timestamp}\n${nonce}\n${body}\n`;
    if (isForged) stranger ??= generateKeyPairSync('rsa', GENERATOR).privateKey;
    return {
      'Wechatpay-Timestamp': timestamp,
      'Wechatpay-Nonce': nonce,
      'Wechatpay-Serial': platformSerial,
      'Wechatpay-Signature': signedBy(isForged && stranger ? stranger : privateKey, text),
      'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
    };
  }

  return {
    headers,
    isSigned: (publicKey: string, text: string, signature: string) =>
      createVerify('RSA-SHA256').update(text, 'utf8').verify(publicKey, signature, 'base64'),
    encrypt(apiV3Key: string, type: string, content: object) {
      const nonce = randomBytes(6).toString('hex');
      const cipher = createCipheriv('aes-256-gcm', apiV3Key, nonce).setAAD(Buffer.from(type));
      const sealed = [cipher.update(JSON.stringify(content), 'utf8'), cipher.final()];
      const ciphertext = Buffer.concat([...sealed, cipher.getAuthTag()]).toString('base64');
      return {
        original_type: type,
        algorithm: 'AEAD_AES_256_GCM',
        ciphertext,
        associated_data: type,
        nonce,
      };
    },
  };
}
