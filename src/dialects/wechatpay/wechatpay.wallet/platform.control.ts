// The control API of the simulated WeChat Pay: what users would tap in the app, what is in the
// books, and what a test orders the platform to do wrong. Loopback and a bearer token; plain JSON.
import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Handle, RawRequest } from '../../../simulated/raw-server.ts';
import type { Order } from './platform.book.ts';
import type { PlatformContext } from './platform.context.ts';
import { faultSchema } from './platform.faults.ts';
import type { Orders } from './platform.orders.ts';
import { dueAtMs } from './platform.sending.ts';

const wishSchema = z.strictObject({ user: z.string(), qrCode: z.string() });

type Reply = readonly [status: number, body: object];

const yuan = (fen: bigint) => {
  const digits = String(fen).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

function orderOf(order: Order): object {
  const { mchid, no, codeUrl, state, userId, transactionId } = order;
  return {
    mchid,
    outTradeNo: no,
    qrCode: codeUrl,
    state,
    user: userId,
    transactionId,
    amount: yuan(order.fen),
    refunded: yuan(order.refundedFen),
  };
}

function stateOf({ book, config }: PlatformContext): object {
  const { deposits, users, merchants, isBalanced } = book.totals();
  return {
    merchants: config.merchants.map(({ mchid }) => ({
      mchid,
      balance: yuan(book.merchantFen(mchid)),
    })),
    users: [...book.users.values()].map(({ userId, name, fen }) => ({
      userId,
      name,
      balance: yuan(fen),
    })),
    totals: {
      deposits: yuan(deposits),
      users: yuan(users),
      merchants: yuan(merchants),
      isBalanced,
    },
  };
}

function noticesOf({ book, config }: PlatformContext): object {
  return {
    items: [...book.notices.values()].map((notice) => ({
      id: notice.id,
      outTradeNo: notice.order.no,
      refundNo: notice.refund?.refundNo ?? null,
      isTaken: notice.attempts.at(-1)?.isTaken === true,
      nextAtMs: dueAtMs(notice, config.notifyRetryFactor),
      attempts: notice.attempts,
    })),
  };
}

export function createControl(context: PlatformContext, orders: Orders): Handle {
  const { book, faults, config } = context;

  const act = (pays: boolean) => (body: unknown) => {
    const { user, qrCode } = wishSchema.parse(body);
    const done = orders.confirm(user, qrCode, pays);
    return typeof done === 'string'
      ? ([409, { code: done }] as const)
      : ([200, orderOf(done)] as const);
  };

  const routes: Readonly<Record<string, (body: unknown) => Reply>> = {
    'GET /control/state': () => [200, stateOf(context)],
    'GET /control/orders': () => [200, { items: [...book.orders.values()].map(orderOf) }],
    'GET /control/notifications': () => [200, noticesOf(context)],
    'POST /control/confirm': act(true),
    'POST /control/decline': act(false),
    'POST /control/faults': (body) => {
      const fault = faultSchema.parse(body);
      faults.add(fault);
      return [200, fault];
    },
    'DELETE /control/faults': () => {
      faults.clear();
      return [200, {}];
    },
  };

  function reply(request: RawRequest): Reply {
    const given = Buffer.from(request.headers['authorization'] ?? '');
    const wanted = Buffer.from(`Bearer ${config.controlToken}`);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      return [401, { code: 'NOT_PERMITTED' }];
    }
    const route = routes[`${request.method} ${request.path}`];
    if (route === undefined) return [404, { code: 'NO_SUCH_ROUTE' }];
    const text = request.body.toString('utf8');
    try {
      return route(text === '' ? {} : JSON.parse(text));
    } catch (error) {
      if (error instanceof z.ZodError) return [400, { code: 'INVALID', message: error.message }];
      if (error instanceof SyntaxError) return [400, { code: 'INVALID', message: 'no JSON' }];
      throw error;
    }
  }

  return async (request) => {
    const [status, body] = reply(request);
    await context.durable();
    const headers = { 'content-type': 'application/json' };
    return { status, headers, body: JSON.stringify(body) };
  };
}
