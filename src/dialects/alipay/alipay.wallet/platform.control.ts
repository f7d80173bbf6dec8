// The control API of the simulated Alipay: what buyers would tap in the app, what the merchant sees
// of its account, and what a test orders the platform to do wrong. Loopback and a bearer token;
// plain JSON.
import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Handle, RawRequest } from '../../../simulated/raw-server.ts';
import type { BuyerRefusal, Buyers, Wish } from './platform.buyers.ts';
import type { PlatformContext } from './platform.context.ts';
import { faultSchema } from './platform.faults.ts';
import { createNotice, dueMs } from './platform.notices.ts';
import type { Sending } from './platform.sending.ts';
import type { Notice, Trade } from './platform.trade.ts';
import { fenSchema, yuan } from './platform.yuan.ts';

const wishSchema = z
  .strictObject({
    user: z.string(),
    qrCode: z.string().optional(),
    tradeNo: z.string().optional(),
  })
  .refine((wish) => (wish.qrCode ?? wish.tradeNo) !== undefined, 'give qrCode or tradeNo');
const withdrawalSchema = z.strictObject({ appId: z.string(), amount: fenSchema });
const forgerySchema = z.strictObject({ appId: z.string(), outTradeNo: z.string() });

type Reply = readonly [status: number, body: object];
type Route = (body: unknown) => Reply | Promise<Reply>;

const refusal = (status: number, code: string, message = code): Reply => [
  status,
  { code, message },
];

export function createControl(context: PlatformContext, buyers: Buyers, sending: Sending): Handle {
  const { book, config, faults, clock } = context;

  const buyer = (act: (wish: Wish) => Trade | BuyerRefusal) => (body: unknown) => {
    const done = act(wishSchema.parse(body));
    return typeof done === 'string' ? refusal(409, done) : ([200, orderOf(done)] as const);
  };

  function withdraw(body: unknown): Reply {
    const { appId, amount } = withdrawalSchema.parse(body);
    if (book.merchantFen(appId) < amount) return refusal(409, 'SELLER_BALANCE_NOT_ENOUGH');
    context.record({ type: 'withdrawn', appId, fen: String(amount) });
    return [200, { appId, balance: yuan(book.merchantFen(appId)) }];
  }

  /** Tells the merchant that an order is paid, as somebody who is not Alipay would. */
  async function forge(body: unknown): Promise<Reply> {
    const { appId, outTradeNo } = forgerySchema.parse(body);
    const trade = book.trade(appId, outTradeNo);
    const app = config.apps.find((each) => each.appId === appId);
    if (trade?.notifyUrl === undefined || app === undefined) return refusal(404, 'TRADE_NOT_EXIST');
    const atMs = clock.nowMs();
    const lie = { ...trade, state: 'TRADE_SUCCESS', createdAtMs: atMs, paidAtMs: atMs } as const;
    const notifyId = context.newId.notification(atMs);
    const [anybody] = book.users.values();
    const told = { notifyId, atMs, trade: lie, app, buyer: anybody, refund: undefined };
    return [200, { answer: await sending.forge(createNotice(told)) }];
  }

  const routes: Readonly<Record<string, Route>> = {
    'GET /control/state': () => [200, stateOf(context)],
    'GET /control/orders': () => [200, { items: [...book.trades.values()].map(orderOf) }],
    'GET /control/notifications': () => [
      200,
      {
        items: [...book.notices.values()].map((each) => noticeOf(each, config.notifyRetryFactor)),
      },
    ],
    'POST /control/scan': buyer(buyers.scan),
    'POST /control/confirm': buyer(buyers.confirm),
    'POST /control/decline': buyer(buyers.decline),
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
  const { deposits, users, merchants, withdrawn, isBalanced } = book.totals();
  return {
    apps: config.apps.map(({ appId, sellerId, name }) => ({
      appId,
      sellerId,
      name,
      balance: yuan(book.merchantFen(appId)),
    })),
    users: [...book.users.values()].map(({ fen, ...user }) => ({ ...user, balance: yuan(fen) })),
    totals: {
      deposits: yuan(deposits),
      users: yuan(users),
      merchants: yuan(merchants),
      withdrawn: yuan(withdrawn),
      isBalanced,
    },
  };
}

function orderOf(trade: Trade): object {
  const { appId, outTradeNo, tradeNo, qrCode, subject, state, userId = null } = trade;
  return {
    appId,
    outTradeNo,
    tradeNo,
    qrCode,
    subject,
    state,
    user: userId,
    amount: yuan(trade.fen),
    refunded: yuan(trade.refundedFen),
    expiresAt: new Date(trade.expiresAtMs).toISOString(),
    refunds: [...trade.refunds.values()].map(({ outRequestNo, fen }) => ({
      outRequestNo,
      amount: yuan(fen),
    })),
  };
}

function noticeOf(notice: Notice, factor: number): object {
  const { notifyId, appId, outTradeNo, url, fields, attempts } = notice;
  const due = dueMs(notice, factor);
  return {
    notifyId,
    appId,
    outTradeNo,
    url,
    tradeStatus: fields['trade_status'] ?? '',
    isTaken: attempts.at(-1)?.result === 'success',
    nextAt: due === undefined ? null : new Date(due).toISOString(),
    attempts: attempts.map(({ atMs, result }) => ({ at: new Date(atMs).toISOString(), result })),
  };
}
