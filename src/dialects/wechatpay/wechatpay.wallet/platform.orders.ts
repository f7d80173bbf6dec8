// What the simulated WeChat Pay does with orders, and what a user does in the app. No HTTP, no
// signatures. Deciding and booking happen in one go, so two requests at once are one after the
// other.
import { randomBytes, randomInt } from 'node:crypto';
import { z } from 'zod';
import type { Order, Refund } from './platform.book.ts';
import type { Merchant } from './platform.config.ts';
import { china, type PlatformContext } from './platform.context.ts';

export type Answer =
  | { readonly status: 200; readonly json: object }
  | { readonly status: 204; readonly json: null }
  | { readonly status: 400 | 401 | 403 | 404 | 500; readonly code: string; readonly text: string };

const refusals = {
  PARAM_ERROR: [400, '参数错误'],
  INVALID_REQUEST: [400, '请求不符合业务规则'],
  ORDERPAID: [400, '该订单已支付'],
  ORDER_CLOSED: [400, '该订单已关闭'],
  SIGN_ERROR: [401, '签名错误'],
  OUT_TRADE_NO_USED: [403, '商户订单号重复'],
  NOT_ENOUGH: [403, '基本账户余额不足'],
  ORDER_NOT_EXIST: [404, '订单不存在'],
  RESOURCE_NOT_EXISTS: [404, '退款单不存在'],
  SYSTEM_ERROR: [500, '系统异常，请稍后重试'],
} as const;
export type Refusal = keyof typeof refusals;

export function refuse(code: Refusal): Answer {
  const [status, text] = refusals[code];
  return { status, code, text };
}

const CODE_MS = 2 * 3_600_000;
const REFUNDS_MAX = 50;
const fen = z.int().min(1).max(100_000_000_00);
const orderSchema = z.object({
  appid: z.string(),
  mchid: z.string(),
  description: z.string().min(1).max(127),
  out_trade_no: z.string().regex(/^[A-Za-z0-9_\-|*]{6,32}$/),
  time_expire: z.iso.datetime({ offset: true }).optional(),
  attach: z.string().max(128).optional(),
  notify_url: z.url(),
  amount: z.object({ total: fen, currency: z.literal('CNY').optional() }),
});
const refundSchema = z.object({
  transaction_id: z.string().optional(),
  out_trade_no: z.string().optional(),
  out_refund_no: z.string().min(1).max(64),
  notify_url: z.url().optional(),
  amount: z.object({ refund: fen, total: fen, currency: z.literal('CNY') }),
});

const digits = (count: number) =>
  Array.from({ length: count }, () => String(randomInt(10))).join('');
const newId = () => randomBytes(16).toString('hex');

export function transactionOf(order: Order): object {
  const { mchid, no, state, userId, transactionId, paidAtMs, attach } = order;
  const total = Number(order.fen);
  const isRefunded = order.refundedFen > 0n;
  return {
    mchid,
    out_trade_no: no,
    trade_type: 'NATIVE',
    trade_state: isRefunded ? 'REFUND' : state,
    trade_state_desc: state,
    ...(attach === null ? {} : { attach }),
    ...(transactionId === null
      ? {}
      : {
          transaction_id: transactionId,
          bank_type: 'OTHERS',
          success_time: china(paidAtMs ?? 0),
          payer: { openid: userId },
        }),
    amount: { total, payer_total: total, currency: 'CNY', payer_currency: 'CNY' },
  };
}

export function refundOf(order: Order, refund: Refund): object {
  const [total, given] = [Number(order.fen), Number(refund.fen)];
  return {
    refund_id: refund.refundId,
    out_refund_no: refund.refundNo,
    transaction_id: order.transactionId,
    out_trade_no: order.no,
    channel: 'ORIGINAL',
    user_received_account: '支付用户零钱',
    success_time: china(refund.atMs),
    create_time: china(refund.atMs),
    status: 'SUCCESS',
    amount: { total, refund: given, payer_total: total, payer_refund: given, currency: 'CNY' },
  };
}

export type Orders = ReturnType<typeof createOrders>;

export function createOrders({ book, record, clock }: PlatformContext) {
  const now = () => clock.nowMs();
  const at = ({ mchid, no }: Order) => ({ mchid, no, atMs: now() });

  /** As it stands now: what has expired is closed. */
  function current(order: Order | undefined): Order | undefined {
    if (order?.state === 'NOTPAY' && order.expiresAtMs <= now()) {
      record({ type: 'closed', ...at(order) });
    }
    return order;
  }

  function order(merchant: Merchant, body: unknown): Answer {
    const read = orderSchema.safeParse(body);
    if (!read.success || read.data.mchid !== merchant.mchid) return refuse('PARAM_ERROR');
    const { out_trade_no: no, description, amount, attach = null, notify_url } = read.data;
    const content = JSON.stringify([amount.total, description, attach, notify_url]);
    const before = current(book.order(merchant.mchid, no));
    if (before?.state === 'SUCCESS') return refuse('ORDERPAID');
    if (before?.state === 'CLOSED') return refuse('ORDER_CLOSED');
    if (before !== undefined) {
      if (before.content !== content) return refuse('OUT_TRADE_NO_USED');
      return { status: 200, json: { code_url: before.codeUrl } };
    }
    const asked = read.data.time_expire;
    const expiresAtMs = asked === undefined ? now() + CODE_MS : Date.parse(asked);
    if (expiresAtMs <= now()) return refuse('PARAM_ERROR');
    const codeUrl = `weixin://wxpay/bizpayurl?pr=${randomBytes(6).toString('base64url')}`;
    const shared = { mchid: merchant.mchid, no, atMs: now(), description, attach };
    const fenText = String(amount.total);
    record({
      type: 'ordered',
      ...shared,
      codeUrl,
      fen: fenText,
      notifyUrl: notify_url,
      expiresAtMs,
      content,
    });
    return { status: 200, json: { code_url: codeUrl } };
  }

  function refund(merchant: Merchant, body: unknown): Answer {
    const read = refundSchema.safeParse(body);
    if (!read.success) return refuse('PARAM_ERROR');
    const { transaction_id, out_trade_no, out_refund_no: refundNo, amount, notify_url } = read.data;
    const found =
      transaction_id === undefined
        ? book.order(merchant.mchid, out_trade_no ?? '')
        : book.byTransaction(transaction_id);
    if (found === undefined || found.mchid !== merchant.mchid) return refuse('RESOURCE_NOT_EXISTS');
    if (found.state !== 'SUCCESS' || Number(found.fen) !== amount.total) {
      return refuse('INVALID_REQUEST');
    }
    const given = BigInt(amount.refund);
    const before = found.refunds.get(refundNo);
    if (before !== undefined) {
      return before.fen === given
        ? { status: 200, json: refundOf(found, before) }
        : refuse('INVALID_REQUEST');
    }
    // the number was used for another order
    if (book.byRefund(merchant.mchid, refundNo) !== undefined) return refuse('INVALID_REQUEST');
    const isTooMuch = found.refundedFen + given > found.fen || found.refunds.size >= REFUNDS_MAX;
    if (isTooMuch) return refuse('INVALID_REQUEST');
    if (book.merchantFen(merchant.mchid) < given) return refuse('NOT_ENOUGH');
    record({
      type: 'refunded',
      ...at(found),
      refundNo,
      refundId: `5030000${digits(22)}`,
      fen: String(given),
      notifyUrl: notify_url ?? null,
      noticeId: newId(),
    });
    const made = found.refunds.get(refundNo);
    return made === undefined
      ? refuse('SYSTEM_ERROR')
      : { status: 200, json: refundOf(found, made) };
  }

  return {
    order,
    refund,
    query(merchant: Merchant, name: { readonly no: string } | { readonly id: string }): Answer {
      const found = current(
        'no' in name ? book.order(merchant.mchid, name.no) : book.byTransaction(name.id),
      );
      if (found === undefined || found.mchid !== merchant.mchid) return refuse('ORDER_NOT_EXIST');
      return { status: 200, json: { appid: merchant.appid, ...transactionOf(found) } };
    },
    close(merchant: Merchant, no: string): Answer {
      const found = current(book.order(merchant.mchid, no));
      if (found === undefined) return refuse('ORDER_NOT_EXIST');
      if (found.state === 'SUCCESS') return refuse('ORDERPAID');
      if (found.state === 'NOTPAY') record({ type: 'closed', ...at(found) });
      return { status: 204, json: null };
    },
    refundState(merchant: Merchant, refundNo: string): Answer {
      const found = book.byRefund(merchant.mchid, refundNo);
      const made = found?.refunds.get(refundNo);
      if (found === undefined || made === undefined) return refuse('RESOURCE_NOT_EXISTS');
      return { status: 200, json: refundOf(found, made) };
    },
    /** The user opens the code, and pays where `pays`; else leaves without a word to anybody. */
    confirm(userId: string, code: string, pays: boolean): Order | string {
      const user = book.users.get(userId);
      const found = current(book.byCode(code));
      if (user === undefined) return 'USER_NOT_EXIST';
      if (found === undefined) return 'ORDER_NOT_EXIST';
      if (found.state === 'SUCCESS') return 'ORDERPAID';
      if (found.state === 'CLOSED') return 'ORDER_CLOSED';
      if (!pays) return found;
      if (user.fen < found.fen) return 'NOT_ENOUGH';
      const ids = { transactionId: `42000${digits(23)}`, noticeId: newId() };
      record({ type: 'paid', ...at(found), userId, ...ids });
      return found;
    },
  };
}
