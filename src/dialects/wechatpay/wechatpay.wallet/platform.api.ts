// The API that merchants call: which interface it is, and the answer's bytes with their signature.
// Who asks is platform.authorization.ts.
import { randomUUID } from 'node:crypto';
import type { Handle, RawAnswer, RawRequest } from '../../../simulated/raw-server.ts';
import { createGate, isWellSaid } from './platform.authorization.ts';
import type { Merchant } from './platform.config.ts';
import type { PlatformContext } from './platform.context.ts';
import type { OperationName } from './platform.faults.ts';
import type { Orders } from './platform.orders.ts';
import { createPerforming, type Performed } from './platform.performing.ts';
import type { Refunds } from './platform.refunds.ts';
import { type Answer, refuse } from './platform.refusals.ts';

interface Call {
  readonly merchant: Merchant;
  /** The part of the path that names something. */
  readonly name: string;
  readonly request: RawRequest;
}

interface Route {
  readonly operation: OperationName;
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  readonly run: (call: Call) => Answer;
}

const ORDERS = '/v3/pay/transactions';
const REFUNDS = '/v3/refund/domestic/refunds';
const NAME = '([^/]+)';

function routesOf(orders: Orders, refunds: Refunds): readonly Route[] {
  const route = (
    operation: OperationName,
    method: Route['method'],
    path: string,
    run: Route['run'],
  ): Route => ({ operation, method, path: new RegExp(`^${path}$`), run });
  /** "mchid 必填" in the query of what is read. */
  const asking = (run: Route['run']) => (call: Call) => {
    const mchid = new URLSearchParams(call.request.query).get('mchid');
    if (mchid === call.merchant.mchid) return run(call);
    const issue = mchid === null ? 'is missing' : 'is not of who signs';
    return refuse('PARAM_ERROR', undefined, { field: 'mchid', issue, location: 'query' });
  };
  return [
    route('native', 'POST', `${ORDERS}/native`, ({ merchant, request }) =>
      orders.order(merchant, request.body),
    ),
    route(
      'query',
      'GET',
      `${ORDERS}/out-trade-no/${NAME}`,
      asking(({ merchant, name }) => orders.query(merchant, { no: name })),
    ),
    route(
      'query',
      'GET',
      `${ORDERS}/id/${NAME}`,
      asking(({ merchant, name }) => orders.query(merchant, { id: name })),
    ),
    route('close', 'POST', `${ORDERS}/out-trade-no/${NAME}/close`, (call) =>
      orders.close(call.merchant, call.name, call.request.body),
    ),
    route('refund', 'POST', REFUNDS, ({ merchant, request }) =>
      refunds.refund(merchant, request.body),
    ),
    route('refund.query', 'GET', `${REFUNDS}/${NAME}`, ({ merchant, name }) =>
      refunds.refundState(merchant, name),
    ),
  ];
}

/** A `|` in an order number comes as `%7C`. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function bodyOf(answer: Answer): string {
  if ('json' in answer) return answer.json === null ? '' : JSON.stringify(answer.json);
  const { code, message, detail } = answer;
  return JSON.stringify({ code, message, detail });
}

export function createApi(context: PlatformContext, orders: Orders, refunds: Refunds): Handle {
  const { keys } = context;
  const gate = createGate(context);
  const perform = createPerforming(context);
  const routes = routesOf(orders, refunds);
  const said = (answer: Answer): Performed => ({ answer, signer: 'platform', garbled: false });

  async function done(request: RawRequest): Promise<Performed> {
    if (!isWellSaid(request)) {
      const detail = { field: 'Accept', issue: 'format', location: 'header' } as const;
      return said(refuse('PARAM_ERROR', 'Http头缺少Accept或User-Agent', detail));
    }
    const asked = gate(request);
    if (!asked.ok) return said(asked.refusal);
    for (const { operation, method, path, run } of routes) {
      const found = method === request.method ? path.exec(request.path) : null;
      if (found === null) continue;
      const call = { merchant: asked.merchant, name: decoded(found[1] ?? ''), request };
      return perform(operation, () => run(call));
    }
    return said(refuse('INVALID_REQUEST'));
  }

  function rawOf({ answer, signer, garbled }: Performed): RawAnswer {
    const whole = bodyOf(answer);
    const body = garbled ? `${whole.slice(0, whole.length / 2)}{` : whole;
    const type = body === '' ? {} : { 'content-type': 'application/json; charset=utf-8' };
    const headers = { 'Request-ID': randomUUID(), ...type, ...keys.headers(body, signer) };
    return { status: answer.status, headers, body };
  }

  return async (request) => rawOf(await done(request));
}
