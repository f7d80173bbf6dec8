// Version 3 of Alipay's OpenAPI: JSON over POST /v3/alipay/…, signed by the header `authorization`,
// answers signed by headers of their own, refusals by HTTP status.
import { randomBytes, randomUUID } from 'node:crypto';
import type { RawAnswer, RawRequest } from '../../../simulated/raw-server.ts';
import type { App } from './platform.config.ts';
import type { PlatformContext } from './platform.context.ts';
import { decrypt, encrypt } from './platform.keys.ts';
import { GARBAGE, type Perform } from './platform.performing.ts';
import {
  businessTexts,
  type GatewayCode,
  gatewayRefusals,
  restErrorOf,
} from './platform.refusals.ts';

const SCHEME = /^ALIPAY-SHA256withRSA (.+),sign=([A-Za-z0-9+/=]+)$/;
/** `expired_seconds`, unless the request says otherwise. */
const EXPIRED_SECONDS = 600;

type Judged =
  | { readonly app: App; readonly content: unknown; readonly refused?: never }
  | { readonly refused: GatewayCode };

export function createRest(context: PlatformContext, perform: Perform) {
  const { config, keys, clock } = context;

  function judge(request: RawRequest): Judged {
    const { headers, path, query, method } = request;
    const [, authText = '', signature = ''] = SCHEME.exec(headers['authorization'] ?? '') ?? [];
    if (signature === '') return { refused: 'isv.missing-signature' };
    const auth = new Map(
      authText.split(',').map((pair) => {
        const at = pair.indexOf('=');
        return [pair.slice(0, at), pair.slice(at + 1)] as const;
      }),
    );
    const app = config.apps.find(({ appId }) => appId === auth.get('app_id'));
    if (app === undefined) return { refused: 'isv.invalid-app-id' };
    const text = request.body.toString('utf8');
    const target = query === '' ? path : `${path}?${query}`;
    const token = headers['alipay-app-auth-token'];
    const end = token === undefined ? '' : `${token}\n`;
    const signed = `${authText}\n${method}\n${target}\n${text}\n${end}`;
    if (!keys.isOf(app, [signed], signature, auth.get('app_cert_sn')))
      return { refused: 'isv.invalid-signature' };
    const ageMs = Math.abs(clock.nowMs() - Number(auth.get('timestamp')));
    const seconds = Number(auth.get('expired_seconds') ?? EXPIRED_SECONDS);
    if (!(ageMs <= seconds * 1_000)) return { refused: 'isv.invalid-timestamp' };
    return contentOf(app, text, isSecret(request));
  }

  function answer(status: number, body: string, sign = keys.sign): RawAnswer {
    const timestamp = String(clock.nowMs());
    const nonce = randomUUID();
    const type = body.startsWith('{') ? 'application/json' : 'text/plain';
    return {
      status,
      headers: {
        'content-type': `${type};charset=utf-8`,
        'alipay-timestamp': timestamp,
        'alipay-nonce': nonce,
        'alipay-signature': sign(`${timestamp}\n${nonce}\n${body}\n`),
        'alipay-trace-id': randomBytes(16).toString('hex'),
      },
      body,
    };
  }

  /** Version 3 has the gateway's codes without their `isv.`. */
  function refused(code: GatewayCode, sign = keys.sign): RawAnswer {
    const { status, text } = gatewayRefusals[code];
    const short = code.replace(/^is[vp]\./, '');
    return answer(status, JSON.stringify(restErrorOf(short, text)), sign);
  }

  async function serve(request: RawRequest, app: App, content: unknown): Promise<RawAnswer> {
    const operation = request.path.replace(/^\/v3\/alipay\//, '').replaceAll('/', '.');
    const call = { app, content, notifyUrl: undefined };
    const done = request.method === 'POST' ? await perform(operation, call) : undefined;
    if (done === undefined) return refused('isv.invalid-method');
    const { outcome, sign } = done;
    if (done.garbled) return answer(200, GARBAGE, sign);
    if (outcome === 'unknown') return refused('isp.unknow-error', sign);
    if (!outcome.ok) {
      const { code, detail = businessTexts[code] } = outcome;
      return answer(400, JSON.stringify(restErrorOf(code, detail)), sign);
    }
    const plain = JSON.stringify(outcome.fields);
    const secret = isSecret(request) && app.encryptKey !== undefined;
    return answer(200, secret ? encrypt(plain, app.encryptKey ?? '') : plain, sign);
  }

  return async (request: RawRequest): Promise<RawAnswer> => {
    const judged = judge(request);
    if (judged.refused !== undefined) return refused(judged.refused);
    const made = await serve(request, judged.app, judged.content);
    const certSn = keys.certSnFor(judged.app);
    const headers = certSn === undefined ? {} : { 'alipay-sn': certSn };
    return { ...made, headers: { ...made.headers, ...headers } };
  };
}

function isSecret({ headers }: RawRequest): boolean {
  return headers['alipay-encrypt-type'] === 'AES';
}

function contentOf(app: App, text: string, encrypted: boolean): Judged {
  const plain = encrypted ? decrypt(text, app.encryptKey ?? '') : text;
  if (plain === undefined) return { refused: 'isv.invalid-encrypt' };
  try {
    return { app, content: plain === '' ? {} : JSON.parse(plain) };
  } catch {
    return { refused: 'isv.invalid-format' };
  }
}
