// Who speaks: RSA2 (RSASSA-PKCS1-v1_5 with SHA-256) in the three places where Alipay puts it:
// parameters of version 2, headers of version 3, fields of a notification. Always on what was sent.
// Source: opendocs.alipay.com, "签名规则" of versions 2 and 3.
import { isRsaSigned, signRsa } from '../../signatures/index.ts';

export type Fields = ReadonlyMap<string, string>;

/** `a=1&b=2`, names in order, values decoded. */
export function sortedText(fields: Iterable<readonly [string, string]>): string {
  return [...fields]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** The published rule drops empty values, the official client signs them: either is accepted. */
export function areParametersSigned(publicPem: string, fields: Fields): boolean {
  const signature = fields.get('sign') ?? '';
  const signed = [...fields].filter(([name]) => name !== 'sign');
  const published = sortedText(signed.filter(([, value]) => value !== ''));
  if (signature === '') return false;
  if (isRsaSigned(publicPem, published, signature)) return true;
  return isRsaSigned(publicPem, sortedText(signed), signature);
}

/** Of a notification neither `sign` nor `sign_type` is covered. */
export function isNotificationSigned(publicPem: string, fields: Fields): boolean {
  const text = notificationText(fields);
  return isRsaSigned(publicPem, text, fields.get('sign') ?? '');
}

export function notificationText(fields: Iterable<readonly [string, string]>): string {
  return sortedText(
    [...fields].filter(([name, v]) => name !== 'sign' && name !== 'sign_type' && v !== ''),
  );
}

export interface RestAuthorization {
  readonly appId: string;
  readonly nonce: string;
  readonly atMs: number;
  /** Everything before `,sign=`: the first signed line. */
  readonly text: string;
  readonly signature: string;
}

const SCHEME = /^ALIPAY-SHA256withRSA (.+),sign=([A-Za-z0-9+/=]+)$/;

export function readAuthorization(header: string | undefined): RestAuthorization | null {
  const [, text = '', signature = ''] = SCHEME.exec(header ?? '') ?? [];
  if (signature === '') return null;
  const parts = new Map(
    text.split(',').map((part) => {
      const at = part.indexOf('=');
      return [part.slice(0, at), part.slice(at + 1)] as const;
    }),
  );
  const [appId = '', nonce = ''] = [parts.get('app_id'), parts.get('nonce')];
  return { appId, nonce, atMs: Number(parts.get('timestamp')), text, signature };
}

/** What a request of version 3 signs; `target` is the raw path with its query. */
export function restText(auth: string, method: string, target: string, body: string): string {
  return `${auth}\n${method}\n${target}\n${body}\n`;
}

/** What an answer of version 3 signs. */
export function answerText(timestamp: string, nonce: string, body: string): string {
  return `${timestamp}\n${nonce}\n${body}\n`;
}

export function authorize(
  privatePem: string,
  asks: { readonly appId: string; readonly nonce: string; readonly atMs: number },
  request: { readonly method: string; readonly target: string; readonly body: string },
): string {
  const text = `app_id=${asks.appId},nonce=${asks.nonce},timestamp=${asks.atMs}`;
  const signed = restText(text, request.method, request.target, request.body);
  return `ALIPAY-SHA256withRSA ${text},sign=${signRsa(privatePem, signed)}`;
}
