// The control API of the simulated WeChat Pay: what users would tap in the app, what the merchant
// sees of its account, and what a test orders the platform to do wrong. Loopback and a bearer
// token; plain JSON.
import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Handle, RawRequest } from '../../../simulated/raw-server.ts';
import type { PlatformContext } from './platform.context.ts';
import { faultSchema } from './platform.faults.ts';
import { createNotice, dueMs } from './platform.notices.ts';
import type { Notice, Order } from './platform.order.ts';
import type { Sending } from './platform.sending.ts';
import type { UserRefusal, Users, Wish } from './platform.users.ts';
import { yuan, yuanSchema } from './platform.yuan.ts';

const wishSchema = z.strictObject({ user: z.string(), qrCode: z.string() });
const withdrawalSchema = z.strictObject({ mchid: z.string(), amount: yuanSchema });
const forgerySchema = z.strictObject({ mchid: z.string(), outTradeNo: z.string() });

type Reply = readonly [status: number, body: object];
type Route = (body: unknown) => Reply | Promise<Reply>;

const refusal = (status: number, code: string, message = code): Reply => [
  status,
  { code, message },
];

export function createControl(
  context: PlatformContext,
  users: Users,
  sending: Pick<Sending, 'forge'>,
): Handle {
  const { book, config, faults, clock } = context;

  const user = (act: (wish: Wish) => Order | UserRefusal) => (body: unknown) => {
    const done = act(wishSchema.parse(body));
    return typeof done === 'string' ? refusal(409, done) : ([200, orderOf(done)] as const);
  };

  function withdraw(body: unknown): Reply {
    const { mchid, amount } = withdrawalSchema.parse(body);
    if (book.merchantFen(mchid) < amount) return refusal(409, 'NOT_ENOUGH');
    context.record({ type: 'withdrawn', mchid, fen: String(amount) });
    return [200, { mchid, balance: yuan(book.merchantFen(mchid)) }];
  }

  /**
   * Tells the merchant that an order is paid, as somebody who is not WeChat Pay would; even with
   * the right APIv3 key, so that nothing but the signature gives it away.
   */
  async function forge(body: unknown): Promise<Reply> {
    const { mchid, outTradeNo } = forgerySchema.parse(body);
    const order = book.order(mchid, outTradeNo);
    if (order === undefined) return refusal(404, 'ORDER_NOT_EXIST');
    const atMs = clock.nowMs();
    const lie: Order = {
      ...order,
      state: 'SUCCESS',
      transactionId: context.newId.transaction(),
      userId: [...book.users.keys()][0] ?? '',
      paidAtMs: atMs,
    };
    const id = context.newId.notification();
    const told = { id, atMs, order: lie, refund: null, appid: book.appidOf(mchid) };
    return [200, { answer: await sending.forge(createNotice(told)) }];
  }

  const routes: Readonly<Record<string, Route>> = {
    'GET /control/state': () => [200, stateOf(context)],
    'GET /control/orders': () => [200, { items: [...book.orders.values()].map(orderOf) }],
    'GET /control/notifications': () => [
      200,
      {
        items: [...book.notices.values()].map((each) => noticeOf(each, config.notifyRetryFactor)),
      },
    ],
    'POST /control/scan': user(users.scan),
    'POST /control/confirm': user(users.confirm),
    'POST /control/decline': user(users.decline),
    'POST /control/withdraw': withdraw,
    'POST /control/forge': forge,
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

  async function reply(request: RawRequest): Promise<Reply> {
    if (!isKnown(request, config.controlToken)) return refusal(401, 'NOT_PERMITTED');
    const route = routes[`${request.method} ${request.path}`];
    if (route === undefined) return refusal(404, 'NO_SUCH_ROUTE');
    const text = request.body.toString('utf8');
    try {
      return await route(text === '' ? {} : JSON.parse(text));
    } catch (error) {
      if (error instanceof z.ZodError) return refusal(400, 'INVALID', z.prettifyError(error));
      if (error instanceof SyntaxError) return refusal(400, 'INVALID', 'no JSON');
      throw error;
    }
  }

  return async (request) => {
    const [status, body] = await reply(request);
    await context.durable();
    const headers = { 'content-type': 'application/json' };
    return { status, headers, body: JSON.stringify(body) };
  };
}

function isKnown({ headers }: RawRequest, token: string): boolean {
  const given = Buffer.from(headers['authorization'] ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function stateOf({ book, config }: PlatformContext): object {
  const { deposits, users, merchants, underWay, withdrawn, isBalanced } = book.totals();
  return {
    merchants: config.merchants.map(({ mchid, appid }) => ({
      mchid,
      appid,
      balance: yuan(book.merchantFen(mchid)),
    })),
    users: [...book.users.values()].map(({ fen, ...user }) => ({ ...user, balance: yuan(fen) })),
    totals: {
      deposits: yuan(deposits),
      users: yuan(users),
      merchants: yuan(merchants),
      underWay: yuan(underWay),
      withdrawn: yuan(withdrawn),
      isBalanced,
    },
  };
}

function orderOf(order: Order): object {
  const { mchid, no, codeUrl, description, state, userId, transactionId } = order;
  return {
    mchid,
    outTradeNo: no,
    transactionId,
    qrCode: codeUrl,
    description,
    state,
    user: userId,
    amount: yuan(order.fen),
    refunded: yuan(order.refundedFen),
    expiresAt: new Date(order.expiresAtMs).toISOString(),
    refunds: [...order.refunds.values()].map(({ refundNo, fen, status }) => ({
      refundNo,
      amount: yuan(fen),
      status,
    })),
  };
}

function noticeOf(notice: Notice, factor: number): object {
  const { id, mchid, outTradeNo, refundNo, eventType, url, attempts } = notice;
  const due = dueMs(notice, factor);
  return {
    id,
    mchid,
    outTradeNo,
    refundNo,
    eventType,
    url,
    isTaken: attempts.at(-1)?.isTaken === true,
    nextAt: due === undefined ? null : new Date(due).toISOString(),
    attempts: attempts.map(({ atMs, result }) => ({ at: new Date(atMs).toISOString(), result })),
  };
}
