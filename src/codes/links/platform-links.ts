// Links of wallets' own platforms, as their codes carry them: what they are and what of them is
// known outside the platform. The payee behind them is known to the platform only.
import { codeProblem } from '../problem.ts';
import type { ReadOptions } from '../reading.ts';
import { type CodeFields, type CodeMode, type CodeReading, judged } from '../reading.ts';
import { parseQuery } from './query.ts';

interface PlatformLink {
  readonly platform: string;
  readonly kind: string;
  readonly mode: CodeMode;
  readonly form: RegExp;
  /** Fields out of the match's named groups and the query. */
  readonly query?: readonly string[];
  readonly source: string;
}

export const platformLinks: readonly PlatformLink[] = [
  {
    platform: 'wechatpay',
    kind: 'native_order',
    mode: 'dynamic',
    form: /^weixin:\/\/wxpay\/bizpayurl\?pr=(?<prepay>[A-Za-z0-9_-]{1,64})$/,
    source: 'WeChat Pay Native, code_url',
  },
  {
    platform: 'wechatpay',
    kind: 'native_product',
    mode: 'static',
    form: /^weixin:\/\/wxpay\/bizpayurl\?(?=.*\bproduct_id=)(?=.*\bsign=)/,
    query: ['appid', 'mch_id', 'product_id', 'time_stamp', 'nonce_str', 'sign'],
    source: 'WeChat Pay Native, mode one',
  },
  {
    platform: 'wechatpay',
    kind: 'personal',
    mode: 'static',
    form: /^wxp:\/\/(?<receiver>[A-Za-z0-9_-]{1,128})$/,
    source: 'personal receiving code, seen on real codes',
  },
  {
    platform: 'wechatpay',
    kind: 'hosted',
    mode: 'link',
    form: /^https:\/\/(?:payapp\.weixin|wx\.tenpay|payapp\.wechatpay)\.(?:qq\.com|com|cn)\/(?<path>\S{1,256})$/i,
    source: 'merchant codes and H5 payment, seen on real codes',
  },
  {
    platform: 'alipay',
    kind: 'code',
    mode: 'link',
    form: /^https:\/\/qr\.alipay\.com\/(?<code>[A-Za-z0-9_-]{1,64})(?:[?#]\S*)?$/i,
    source: 'Alipay, alipay.trade.precreate qr_code and merchant codes',
  },
  {
    platform: 'alipay',
    kind: 'application',
    mode: 'link',
    form: /^alipays?:\/\/platformapi\/startapp\?/i,
    query: ['appId', 'saId', 'qrcode', 'orderStr', 'actionType'],
    source: 'Alipay application link',
  },
  {
    platform: 'unionpay',
    kind: 'code',
    mode: 'link',
    form: /^https:\/\/qr\.95516\.com\/(?<path>[A-Za-z0-9_/-]{1,128})(?:[?#]\S*)?$/i,
    source: 'UnionPay QR code addresses, qr.95516.com',
  },
];

const START =
  /^(?:weixin|wxp|alipays?):|^https:\/\/[a-z0-9.-]*(?:alipay|weixin|tenpay|wechatpay|95516)\./i;

export function looksLikePlatformLink(text: string): boolean {
  return START.test(text);
}

export function readPlatformLink(text: string, options: ReadOptions = {}): CodeReading {
  for (const link of platformLinks) {
    const match = link.form.exec(text);
    if (match === null) continue;
    const query = parseQuery(text, text.indexOf('?') < 0 ? text.length : text.indexOf('?') + 1);
    const fields: Record<string, string> = { platform: link.platform, kind: link.kind };
    for (const [name, value] of Object.entries(match.groups ?? {})) fields[name] = value;
    for (const name of link.query ?? []) {
      const value = query.values.get(name);
      if (value !== undefined) fields[name] = value;
    }
    const problems = link.query === undefined ? [] : query.problems;
    return verdict(link.platform, link.mode, fields, problems, options);
  }
  const problems = [codeProblem('link.malformed', { position: 0, params: { scheme: 'URL' } })];
  return verdict(null, null, {}, problems, options);
}

function verdict(
  scheme: string | null,
  mode: CodeMode | null,
  fields: CodeFields,
  problems: CodeReading['problems'],
  options: ReadOptions,
) {
  return judged({ scheme, mode, fields, problems }, options);
}
