// Who asks: WECHATPAY2-SHA256-RSA2048, verified over the bytes as they came. A request counts for
// five minutes and once.
import type { RawRequest } from '../../../simulated/raw-server.ts';
import type { Merchant } from './platform.config.ts';
import type { PlatformContext } from './platform.context.ts';
import { type Detail, type RefusalAnswer, refuse } from './platform.refusals.ts';

const SKEW_S = 300;
const SCHEME = 'WECHATPAY2-SHA256-RSA2048 ';
const FORMAT = 'Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》';

/** The quoted parts of the header by name; none where it is of another scheme. */
function partsOf(header = ''): Readonly<Record<string, string>> {
  if (!header.startsWith(SCHEME)) return {};
  const parts = header.slice(SCHEME.length).matchAll(/([a-z_]+)="([^"]*)"/g);
  return Object.fromEntries([...parts].map(([, name = '', value = '']) => [name, value]));
}

function signedBytes({ method, path, query, body }: RawRequest, time: string, nonce: string) {
  const target = query === '' ? path : `${path}?${query}`;
  return Buffer.concat([
    Buffer.from(`${method}\n${target}\n${time}\n${nonce}\n`),
    body,
    Buffer.from('\n'),
  ]);
}

export type Asked =
  | { readonly ok: true; readonly merchant: Merchant }
  | { readonly ok: false; readonly refusal: RefusalAnswer };

const no = (field: string, issue: string, message?: string): Asked => {
  const detail: Detail = { field, issue, location: 'authorization' };
  return { ok: false, refusal: refuse('SIGN_ERROR', message, detail) };
};

export function createGate({ config, keys, clock }: PlatformContext) {
  /** In the order they came, until they would be too old anyway. */
  const used = new Map<string, number>();

  function isFresh(mchid: string, nonce: string, nowS: number): boolean {
    for (const [key, atS] of used) {
      if (nowS - atS <= 2 * SKEW_S) break;
      used.delete(key);
    }
    const key = `${mchid}:${nonce}`;
    if (used.has(key)) return false;
    used.set(key, nowS);
    return true;
  }

  return (request: RawRequest): Asked => {
    const parts = partsOf(request.headers['authorization']);
    const { mchid, nonce_str: nonce, timestamp: time, signature, serial_no: serial } = parts;
    if (!mchid || !nonce || !time || !signature || !serial) {
      return no('authorization', 'format', FORMAT);
    }
    const merchant = config.merchants.find((each) => each.mchid === mchid);
    if (merchant === undefined) return no('mchid', 'unknown');
    if (serial !== merchant.serial) return no('serial_no', 'unknown');
    const nowS = clock.nowMs() / 1_000;
    const isTimely = /^[0-9]{1,12}$/.test(time) && Math.abs(nowS - Number(time)) <= SKEW_S;
    if (!isTimely) return no('timestamp', 'expired', 'Http头Authorization中的timestamp已过期');
    if (!keys.isOf(merchant, signedBytes(request, time, nonce), signature)) {
      return no('signature', 'sign not match');
    }
    if (!isFresh(mchid, nonce, nowS)) return no('nonce_str', 'used before');
    return { ok: true, merchant };
  };
}

/** "Accept 必填", "User-Agent 必填", and JSON is said to be JSON. */
export function isWellSaid({ method, headers }: RawRequest): boolean {
  const { accept = '', 'user-agent': agent = '', 'content-type': type = '' } = headers;
  if (agent === '' || !/application\/json|\*\/\*/.test(accept)) return false;
  return method !== 'POST' || /^application\/json\b/.test(type);
}
