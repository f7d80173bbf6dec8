// Who speaks: SHA256 with RSA over lines of the request or answer, and AEAD_AES_256_GCM for what a
// notification carries. Always on what was sent. Source: pay.weixin.qq.com, APIv3 "签名生成",
// "签名验证", "证书和回调报文解密".
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Random } from '../../runtime/random.ts';
import { signRsa } from '../../signatures/index.ts';

/** Every line ends with a line feed, the last one too. */
const lines = (...parts: readonly string[]) => `${parts.join('\n')}\n`;

export interface Authorization {
  readonly mchid: string;
  readonly nonce: string;
  readonly signature: string;
  /** Seconds since 1970, as text. */
  readonly timestamp: string;
  readonly serial: string;
}

const SCHEME = /^WECHATPAY2-SHA256-RSA2048 (.+)$/;
const PART = /^\s*([a-z_]+)="([^"]*)"\s*$/;

export function readAuthorization(header: string | undefined): Authorization | null {
  const [, text] = SCHEME.exec(header ?? '') ?? [];
  if (text === undefined) return null;
  const parts = new Map<string, string>();
  for (const part of text.split(',')) {
    const [, name, value] = PART.exec(part) ?? [];
    if (name === undefined || value === undefined) return null;
    parts.set(name, value);
  }
  const [mchid, nonce, signature, timestamp, serial] = [
    'mchid',
    'nonce_str',
    'signature',
    'timestamp',
    'serial_no',
  ].map((name) => parts.get(name) ?? '') as [string, string, string, string, string];
  const isWhole = [mchid, nonce, signature, serial].every((each) => each !== '');
  return isWhole && /^\d{1,12}$/.test(timestamp)
    ? { mchid, nonce, signature, timestamp, serial }
    : null;
}

const SKEW_S_MAX = 300;

/** How long a signature counts, either way: five minutes, as the platform has it. */
export const SIGNATURE_MS = SKEW_S_MAX * 1_000;

/** Whether `timestamp`, seconds as text, is of the last or next five minutes. */
export function isFresh(timestamp: string, nowMs: number): boolean {
  return /^\d{1,12}$/.test(timestamp) && Math.abs(nowMs / 1_000 - Number(timestamp)) <= SKEW_S_MAX;
}

/** What a request signs; `target` is the raw path with its query. */
export function requestText(
  { timestamp, nonce }: Pick<Authorization, 'timestamp' | 'nonce'>,
  method: string,
  target: string,
  body: string,
): string {
  return lines(method, target, timestamp, nonce, body);
}

/** What an answer or a notification signs. */
export function answerText(timestamp: string, nonce: string, body: string): string {
  return lines(timestamp, nonce, body);
}

export function authorize(
  privatePem: string,
  asks: Omit<Authorization, 'signature'>,
  request: { readonly method: string; readonly target: string; readonly body: string },
): string {
  const text = requestText(asks, request.method, request.target, request.body);
  const { mchid, nonce, timestamp, serial } = asks;
  return (
    `WECHATPAY2-SHA256-RSA2048 mchid="${mchid}",nonce_str="${nonce}",` +
    `signature="${signRsa(privatePem, text)}",timestamp="${timestamp}",serial_no="${serial}"`
  );
}

/** Header names as WeChat Pay writes them; those of the signature of `body`. */
export function signedHeaders(
  privatePem: string,
  serial: string,
  at: { readonly nowMs: number; readonly nonce: string },
  body: string,
): Record<string, string> {
  const timestamp = String(Math.floor(at.nowMs / 1_000));
  return {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': at.nonce,
    'Wechatpay-Serial': serial,
    'Wechatpay-Signature': signRsa(privatePem, answerText(timestamp, at.nonce, body)),
    'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
  };
}

export interface Resource {
  readonly ciphertext: string;
  readonly nonce: string;
  readonly associated_data?: string | undefined;
}

const TAG_BYTES = 16;

/**
 * 12 characters that never come again for a key: a nonce that does gives away what GCM hides, and
 * lets others forge. From chance, never from the time.
 */
export const resourceNonce = (random: Random) => Buffer.from(random.bytes(9)).toString('base64url');

export function encryptResource(
  apiV3Key: string,
  nonce: string,
  associated: string,
  text: string,
): Required<Resource> {
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(apiV3Key, 'utf8'), nonce);
  cipher.setAAD(Buffer.from(associated, 'utf8'));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { ciphertext: body.toString('base64'), nonce, associated_data: associated };
}

/** `null`: it was not encrypted with this key, or was changed. */
export function decryptResource(apiV3Key: string, resource: Resource): string | null {
  const bytes = Buffer.from(resource.ciphertext, 'base64');
  if (bytes.length < TAG_BYTES) return null;
  try {
    const key = Buffer.from(apiV3Key, 'utf8');
    const decipher = createDecipheriv('aes-256-gcm', key, resource.nonce);
    decipher.setAAD(Buffer.from(resource.associated_data ?? '', 'utf8'));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = decipher.update(bytes.subarray(0, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}
