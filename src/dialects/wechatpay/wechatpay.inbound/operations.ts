// What a shop can ask, in WeChat Pay's words and the switch's commands.
import type {
  ConnectionSettings,
  Credential,
  Evidence,
  OrderView,
  PaymentView,
  Outcome as Result,
} from '../../../payments/port.ts';
import { orderLink } from '../../order-link.ts';
import type { MerchantSettings, WechatpayInboundDeps } from '../wechatpay.deps.ts';
import type { NativeOrder, RefundRequest } from '../wechatpay.messages.ts';
import { idOf, readRecord, refundOf, transactionOf, writeRecord } from '../wechatpay.order.ts';
import { type ErrorCode, errorCodeOf } from '../wechatpay.problems.ts';

export interface Asker {
  readonly connection: ConnectionSettings;
  readonly settings: MerchantSettings;
  readonly evidence: Evidence;
}

export type Outcome =
  /** `json`: null for an answer without a body. */
  | { readonly ok: true; readonly json: object | null }
  | { readonly ok: false; readonly code: ErrorCode; readonly detail: string | null };

export type OrderName = { readonly outTradeNo: string } | { readonly transactionId: string };

const REFUND_WAIT_MS = 5_000;

const yes = (json: object | null): Outcome => ({ ok: true, json });
export const no = (code: ErrorCode, detail: string | null = null): Outcome => ({
  ok: false,
  code,
  detail,
});

function credentialOf({ connection, settings }: Asker): Credential {
  const { participantId, id: connectionId } = connection;
  return { participantId, connectionId, keyId: settings.merchantSerial };
}

interface Found {
  readonly order: OrderView;
  /** What paid it. */
  readonly payment: PaymentView | null;
}

export function createOperations(deps: WechatpayInboundDeps) {
  const { payments } = deps;

  async function paymentOf(credential: Credential, id: string | null): Promise<PaymentView | null> {
    if (id === null) return null;
    const found = await payments.payment(credential, { by: 'id', id });
    return found.ok ? found.value : null;
  }

  async function orderOf(credential: Credential, name: OrderName): Promise<Result<OrderView>> {
    if ('outTradeNo' in name) {
      return payments.order(credential, { by: 'key', idempotencyKey: name.outTradeNo });
    }
    const paidBy = await paymentOf(credential, idOf(name.transactionId));
    const id = paidBy?.payment.orderId ?? null;
    const found = id === null ? null : await payments.order(credential, { by: 'id', id });
    // a number of another shop's order is no number
    const isOwn = found?.ok === true && readRecord(found.value) !== null;
    return isOwn ? found : payments.order(credential, { by: 'key', idempotencyKey: '' });
  }

  async function find(asker: Asker, name: OrderName): Promise<Found | Outcome> {
    const credential = credentialOf(asker);
    const found = await orderOf(credential, name);
    if (!found.ok) return no(errorCodeOf(found.problem.code));
    return { order: found.value, payment: await paymentOf(credential, found.value.winnerId) };
  }

  return {
    async order(asker: Asker, wish: NativeOrder): Promise<Outcome> {
      const { appid, mchid, description, out_trade_no, attach = null, notify_url } = wish;
      if (mchid !== asker.settings.mchid) return no('PARAM_ERROR', 'mchid');
      const { total } = wish.amount;
      const made = await payments.createOrder({
        credential: credentialOf(asker),
        idempotencyKey: out_trade_no,
        content: JSON.stringify([String(total), description, appid, attach, notify_url]),
        evidence: asker.evidence,
        payee: { account: mchid, name: null },
        amount: { currency: 'CNY', minor: total },
        reference: out_trade_no,
        description,
        record: writeRecord({ notifyUrl: notify_url, appid, attach }),
        expiresAtMs: wish.time_expire ?? null,
      });
      if (!made.ok) return no(errorCodeOf(made.problem.code), made.problem.detail ?? null);
      const { state, id } = made.value;
      if (state === 'paid') return no('ORDERPAID');
      if (state === 'closed') return no('ORDER_CLOSED');
      return yes({ code_url: orderLink(deps.publicUrl, id) });
    },

    async query(asker: Asker, name: OrderName): Promise<Outcome> {
      const found = await find(asker, name);
      if ('ok' in found) return found;
      return yes(transactionOf(asker.settings.mchid, found.order, found.payment));
    },

    async close(asker: Asker, outTradeNo: string): Promise<Outcome> {
      const found = await find(asker, { outTradeNo });
      if ('ok' in found) return found;
      const { id } = found.order;
      const done = await payments.closeOrder({
        credential: credentialOf(asker),
        idempotencyKey: `close ${id}`,
        content: id,
        evidence: asker.evidence,
        orderId: id,
      });
      return done.ok ? yes(null) : no(errorCodeOf(done.problem.code));
    },

    async refund(asker: Asker, wish: RefundRequest): Promise<Outcome> {
      const { out_trade_no, transaction_id, out_refund_no, amount } = wish;
      if (out_trade_no === undefined && transaction_id === undefined) return no('PARAM_ERROR');
      const name =
        transaction_id === undefined
          ? { outTradeNo: out_trade_no ?? '' }
          : { transactionId: transaction_id };
      const found = await find(asker, name);
      if ('ok' in found) return found.ok ? found : no('RESOURCE_NOT_EXISTS');
      const { order, payment } = found;
      if (order.state !== 'paid' || payment === null) return no('INVALID_REQUEST', '订单未支付');
      if (amount.total !== order.amount.minor) return no('PARAM_ERROR', 'amount.total');
      const done = await payments.refund({
        credential: credentialOf(asker),
        idempotencyKey: out_refund_no,
        content: `${order.id} ${amount.refund}`,
        evidence: asker.evidence,
        paymentId: payment.payment.id,
        amount: { currency: 'CNY', minor: amount.refund },
        reference: out_refund_no,
        reason: wish.reason ?? null,
        waitMs: REFUND_WAIT_MS,
      });
      if (done.ok) return yes(refundOf(order, payment, done.value));
      const { code } = done.problem;
      const isOther = code === 'idempotency_conflict' || code === 'refund_exceeds_payment';
      return no(isOther ? 'INVALID_REQUEST' : errorCodeOf(code), done.problem.detail ?? null);
    },

    async refundState(asker: Asker, outRefundNo: string): Promise<Outcome> {
      const credential = credentialOf(asker);
      const ref = { by: 'key', idempotencyKey: outRefundNo } as const;
      const refund = await payments.payment(credential, ref);
      if (!refund.ok || refund.value.payment.kind !== 'refund') return no('RESOURCE_NOT_EXISTS');
      const paidBy = await paymentOf(credential, refund.value.payment.causeId);
      const id = paidBy?.payment.orderId ?? null;
      const order = id === null ? null : await payments.order(credential, { by: 'id', id });
      if (order?.ok !== true || paidBy === null) return no('RESOURCE_NOT_EXISTS');
      return yes(refundOf(order.value, paidBy, refund.value));
    },
  };
}
