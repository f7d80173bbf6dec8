// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2) over text, as the QR platforms sign: RSA2
// at Alipay, WECHATPAY2-SHA256-RSA2048 at WeChat Pay. Keys are PEM, parsed once.
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

const KEYS_MAX = 10_000;
const keys = new Map<string, KeyObject>();

function keyOf(pem: string, make: (pem: string) => KeyObject): KeyObject {
  let key = keys.get(pem);
  if (key === undefined) {
    if (keys.size >= KEYS_MAX) keys.clear();
    key = make(pem);
    keys.set(pem, key);
  }
  return key;
}

/** Base64. Throws where `privatePem` is no private key. */
export function signRsa(privatePem: string, text: string): string {
  const key = keyOf(privatePem, createPrivateKey);
  return sign('sha256', Buffer.from(text, 'utf8'), key).toString('base64');
}

/** Throws where `publicPem` is no public key. */
export function isRsaSigned(publicPem: string, text: string, signature: string): boolean {
  const key = keyOf(publicPem, createPublicKey);
  return verify('sha256', Buffer.from(text, 'utf8'), key, Buffer.from(signature, 'base64'));
}
