// Version 2 of Alipay's OpenAPI: POST /gateway.do, form parameters in query and body, an answer
// whose inner object is signed byte for byte. Refusals have the same shape and are signed too.
import { randomBytes } from 'node:crypto';
import type { RawAnswer, RawRequest } from '../../../simulated/raw-server.ts';
import type { App } from './platform.config.ts';
import type { PlatformContext } from './platform.context.ts';
import { decrypt, encrypt, sortedText } from './platform.keys.ts';
import { GARBAGE, type Perform } from './platform.performing.ts';
import { type GatewayCode, gatewayNodeOf, nodeOf } from './platform.refusals.ts';

const REQUIRED: readonly (readonly [string, GatewayCode])[] = [
  ['method', 'isv.missing-method'],
  ['app_id', 'isv.missing-app-id'],
  ['sign', 'isv.missing-signature'],
  ['sign_type', 'isv.missing-signature-type'],
  ['timestamp', 'isv.missing-timestamp'],
  ['version', 'isv.missing-version'],
];

type Judged =
  | { readonly app: App; readonly content: unknown; readonly refused?: never }
  | { readonly refused: GatewayCode; readonly detail?: string };

export function createGateway(context: PlatformContext, perform: Perform) {
  const { config, keys } = context;

  /** The order of these checks is the order of Alipay's table of public errors. */
  function judge(fields: ReadonlyMap<string, string>): Judged {
    for (const [name, refused] of REQUIRED) if (!fields.get(name)) return { refused };
    if (fields.get('sign_type') !== 'RSA2') return { refused: 'isv.invalid-signature-type' };
    if (!/^utf-?8$/i.test(fields.get('charset') ?? '')) return { refused: 'isv.invalid-charset' };
    if (!/^json$/i.test(fields.get('format') ?? 'json')) return { refused: 'isv.invalid-format' };
    // Only its form: clients send the time of their own zone.
    if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(fields.get('timestamp') ?? '')) {
      return { refused: 'isv.invalid-timestamp' };
    }
    const app = config.apps.find(({ appId }) => appId === fields.get('app_id'));
    if (app === undefined) return { refused: 'isv.invalid-app-id' };
    const signed = [...fields].filter(([name]) => name !== 'sign');
    const published = sortedText(signed.filter(([, value]) => value !== ''));
    // The rule drops empty values, the official client signs them: either is accepted.
    const certSn = fields.get('app_cert_sn');
    if (!keys.isOf(app, [published, sortedText(signed)], fields.get('sign') ?? '', certSn)) {
      const shown = published.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
      return { refused: 'isv.invalid-signature', detail: `，网关生成的验签字符串为：${shown}` };
    }
    return contentOf(app, fields);
  }

  async function nodeFor(fields: ReadonlyMap<string, string>) {
    const judged = judge(fields);
    const sign = keys.sign;
    const refused = (code: GatewayCode, detail = '') => ({
      node: JSON.stringify(gatewayNodeOf(code, detail)),
      sign,
      garbled: false,
    });
    if (judged.refused !== undefined) return refused(judged.refused, judged.detail);
    const { app, content } = judged;
    const operation = /^alipay\.(.+)$/.exec(fields.get('method') ?? '')?.[1] ?? '';
    const done = await perform(operation, { app, content, notifyUrl: fields.get('notify_url') });
    if (done === undefined) return refused('isv.invalid-method');
    const { outcome } = done;
    if (outcome === 'unknown') return { ...refused('isp.unknow-error'), sign: done.sign };
    const plain = JSON.stringify(nodeOf(outcome));
    const isSecret = fields.get('encrypt_type') === 'AES' && app.encryptKey !== undefined;
    const node = isSecret ? JSON.stringify(encrypt(plain, app.encryptKey ?? '')) : plain;
    return { node, sign: done.sign, garbled: done.garbled };
  }

  return async ({ query, body }: RawRequest): Promise<RawAnswer> => {
    const given = [...new URLSearchParams(query), ...new URLSearchParams(body.toString('utf8'))];
    const fields = new Map(given);
    const { node, sign, garbled } = await nodeFor(fields);
    // Alipay's JSON writes every slash with a backslash; the signature is over these bytes.
    const bytes = node.replaceAll('/', '\\/');
    const method = fields.get('method') ?? '';
    const key = method === '' ? 'error_response' : `${method.replaceAll('.', '_')}_response`;
    const app = config.apps.find(({ appId }) => appId === fields.get('app_id'));
    const certSn = app && keys.certSnFor(app);
    const certificate = certSn === undefined ? '' : `,"alipay_cert_sn":"${certSn}"`;
    const text = `{${JSON.stringify(key)}:${bytes}${certificate},"sign":"${sign(bytes)}"}`;
    return {
      status: 200,
      headers: {
        'content-type': 'text/html;charset=utf-8',
        trace_id: randomBytes(16).toString('hex'),
      },
      body: garbled ? GARBAGE : text,
    };
  };
}

/** `biz_content`, decrypted where it says that it is encrypted. */
function contentOf(app: App, fields: ReadonlyMap<string, string>): Judged {
  let text = fields.get('biz_content') ?? '{}';
  if (fields.get('encrypt_type') === 'AES') {
    const plain = app.encryptKey === undefined ? undefined : decrypt(text, app.encryptKey);
    if (plain === undefined) return { refused: 'isv.decryption-error-unknown' };
    text = plain;
  }
  try {
    return { app, content: JSON.parse(text) };
  } catch {
    // What is no JSON has none of the interface's parameters.
    return { app, content: {} };
  }
}
