// The API that merchants call: who asks is verified on the raw request, every answer is signed.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Handle, RawAnswer, RawRequest } from '../../../simulated/raw-server.ts';
import type { Merchant } from './platform.config.ts';
import type { PlatformContext } from './platform.context.ts';
import { type Answer, type Orders, refuse } from './platform.orders.ts';

const SKEW_S = 300;
const SCHEME = 'WECHATPAY2-SHA256-RSA2048 ';

/** The quoted parts of the header by name; none where it is of another scheme. */
function authorizationOf(header = ''): Readonly<Record<string, string>> {
  if (!header.startsWith(SCHEME)) return {};
  const parts = header.slice(SCHEME.length).matchAll(/([a-z_]+)="([^"]*)"/g);
  return Object.fromEntries([...parts].map(([, name = '', value = '']) => [name, value]));
}

type Run = (merchant: Merchant, found: RegExpExecArray, request: RawRequest) => Answer;

function jsonOf({ body }: RawRequest): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

function routesOf(orders: Orders): readonly (readonly [string, RegExp, Run])[] {
  const name = '([A-Za-z0-9_\\-|*@]+)';
  return [
    ['POST', /^\/v3\/pay\/transactions\/native$/, (by, _, r) => orders.order(by, jsonOf(r))],
    [
      'GET',
      new RegExp(`^/v3/pay/transactions/out-trade-no/${name}$`),
      (by, [, no = '']) => orders.query(by, { no }),
    ],
    [
      'GET',
      new RegExp(`^/v3/pay/transactions/id/${name}$`),
      (by, [, id = '']) => orders.query(by, { id }),
    ],
    [
      'POST',
      new RegExp(`^/v3/pay/transactions/out-trade-no/${name}/close$`),
      (by, [, no = '']) => orders.close(by, no),
    ],
    ['POST', /^\/v3\/refund\/domestic\/refunds$/, (by, _, r) => orders.refund(by, jsonOf(r))],
    [
      'GET',
      new RegExp(`^/v3/refund/domestic/refunds/${name}$`),
      (by, [, no = '']) => orders.refundState(by, no),
    ],
  ];
}

export function createApi(context: PlatformContext, orders: Orders): Handle {
  const { config, keys, clock, faults } = context;
  const used = new Set<string>();
  const routes = routesOf(orders);

  function who({ headers, method, path, query, body }: RawRequest): Merchant | null {
    const auth = authorizationOf(headers['authorization']);
    const merchant = config.merchants.find(({ mchid }) => mchid === auth['mchid']);
    if (merchant === undefined) return null;
    const { nonce_str: nonce = '', timestamp = '', signature = '', serial_no: serial } = auth;
    const target = query === '' ? path : `${path}?${query}`;
    const text = `${method}\n${target}\n${timestamp}\n${nonce}\n${body.toString('utf8')}\n`;
    if (serial !== merchant.serial) return null;
    if (Math.abs(clock.nowMs() / 1_000 - Number(timestamp)) > SKEW_S) return null;
    if (!keys.isSigned(merchant.publicKey, text, signature)) return null;
    if (used.has(nonce)) return null;
    used.add(nonce);
    return merchant;
  }

  function perform(request: RawRequest): Answer {
    const merchant = who(request);
    if (merchant === null) return refuse('SIGN_ERROR');
    for (const [method, path, run] of routes) {
      const found = path.exec(request.path);
      if (found !== null && method === request.method) return run(merchant, found, request);
    }
    return refuse('INVALID_REQUEST');
  }

  function rawOf(answer: Answer, isForged: boolean): RawAnswer {
    const json = 'json' in answer ? answer.json : { code: answer.code, message: answer.text };
    const body = json === null ? '' : JSON.stringify(json);
    const type = body === '' ? {} : { 'content-type': 'application/json; charset=utf-8' };
    return {
      status: answer.status,
      headers: { 'Request-ID': randomUUID(), ...type, ...keys.headers(body, isForged) },
      body,
    };
  }

  return async (request) => {
    const fault = faults.atRequest();
    if (fault?.kind === 'error_before') return rawOf(refuse('SYSTEM_ERROR'), false);
    const answer = perform(request);
    await context.durable();
    switch (fault?.kind) {
      case 'slow':
        await sleep(fault.ms, undefined, { signal: context.stopping }).catch(() => undefined);
        break;
      case 'error_after':
        return rawOf(refuse('SYSTEM_ERROR'), false);
      case 'silent':
        return new Promise<never>(() => undefined);
      case 'die_after':
        process.kill(process.pid, 'SIGKILL');
        break;
      default:
    }
    return rawOf(answer, fault?.kind === 'forge_answer');
  };
}
