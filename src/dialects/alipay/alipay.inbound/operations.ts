// What a shop can ask, in Alipay's words and the switch's commands; the same for both versions of
// the protocol, which differ in how it is wrapped and signed.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { z } from 'zod';
import type {
  ConnectionSettings,
  Credential,
  Evidence,
  OrderView,
  PaymentView,
  Outcome as Result,
} from '../../../payments/port.ts';
import { orderLink } from '../../order-link.ts';
import type { AlipayDeps } from '../alipay.deps.ts';
import {
  namedSchema,
  type Precreate,
  precreateSchema,
  type Refund,
  refundQuerySchema,
  refundSchema,
  yuan,
} from '../alipay.messages.ts';
import { type BusinessCode, businessCodeOf } from '../alipay.problems.ts';
import {
  amountsOf,
  namesOf,
  orderIdOf,
  paidAt,
  tradeStatusOf,
  writeRecord,
} from '../alipay.trade.ts';

export interface Asked {
  readonly connection: ConnectionSettings;
  readonly appId: string;
  readonly content: unknown;
  /** A parameter of its own in version 2. */
  readonly notifyUrl: string | null;
  readonly evidence: Evidence;
}

export type Outcome =
  | { readonly ok: true; readonly fields: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly code: BusinessCode; readonly detail: string | null };

export type Operation = (asked: Asked) => Promise<Outcome>;

const REFUND_WAIT_MS = 5_000;

const no = (code: BusinessCode, detail: string | null = null): Outcome => ({
  ok: false,
  code,
  detail,
});
const yes = (fields: Readonly<Record<string, string>>): Outcome => ({ ok: true, fields });

function credentialOf({ connection, appId }: Asked): Credential {
  return { participantId: connection.participantId, connectionId: connection.id, keyId: appId };
}

/** Reads the content, or says which member is at fault. */
function reading<T>(
  schema: z.ZodType<T>,
  run: (asked: Asked, content: T) => Promise<Outcome>,
): Operation {
  return async (asked) => {
    const read = schema.safeParse(asked.content);
    if (read.success) return run(asked, read.data);
    return no('INVALID_PARAMETER', read.error.issues[0]?.path.join('.') ?? null);
  };
}

interface Trade {
  readonly order: OrderView;
  /** What paid it. */
  readonly payment: PaymentView | null;
}

type Names = z.infer<typeof namedSchema>;

export function createOperations(deps: AlipayDeps): Readonly<Record<string, Operation>> {
  const { payments } = deps;

  async function orderOf(credential: Credential, names: Names): Promise<Result<OrderView>> {
    const { trade_no, out_trade_no } = names;
    if (trade_no === undefined) {
      return payments.order(credential, { by: 'key', idempotencyKey: out_trade_no ?? '' });
    }
    const found = await payments.order(credential, { by: 'id', id: orderIdOf(trade_no) ?? '' });
    // a number of another shop's order is no number
    const isOwn = found.ok && found.value.record !== null;
    return isOwn ? found : payments.order(credential, { by: 'key', idempotencyKey: '' });
  }

  async function tradeOf(asked: Asked, names: Names): Promise<Trade | Outcome> {
    const credential = credentialOf(asked);
    const found = await orderOf(credential, names);
    if (!found.ok) return no(businessCodeOf(found.problem.code));
    const { winnerId } = found.value;
    if (winnerId === null) return { order: found.value, payment: null };
    const payment = await payments.payment(credential, { by: 'id', id: winnerId });
    return { order: found.value, payment: payment.ok ? payment.value : null };
  }

  async function precreate(asked: Asked, content: Precreate): Promise<Outcome> {
    const { out_trade_no, total_amount, subject, passback_params: passback = null } = content;
    const { time_expire, timeout_express, notify_url } = content;
    const notifyUrl = asked.notifyUrl ?? notify_url ?? null;
    const relative = timeout_express === undefined ? null : deps.clock.nowMs() + timeout_express;
    const made = await payments.createOrder({
      credential: credentialOf(asked),
      idempotencyKey: out_trade_no,
      content: JSON.stringify([String(total_amount), subject, notifyUrl, passback]),
      evidence: asked.evidence,
      payee: { account: asked.appId, name: null },
      amount: { currency: 'CNY', minor: total_amount },
      reference: out_trade_no,
      description: subject,
      record: writeRecord({ notifyUrl, passback }),
      expiresAtMs: time_expire ?? relative,
    });
    if (!made.ok) return no(businessCodeOf(made.problem.code), made.problem.detail ?? null);
    const { state, id } = made.value;
    if (state === 'paid') return no('TRADE_HAS_SUCCESS');
    if (state === 'closed') return no('TRADE_HAS_CLOSE');
    return yes({ out_trade_no, qr_code: orderLink(deps.publicUrl, id) });
  }

  async function query(asked: Asked, names: Names): Promise<Outcome> {
    const trade = await tradeOf(asked, names);
    if ('ok' in trade) return trade;
    const { order, payment } = trade;
    const whenPaid = payment === null ? {} : { send_pay_date: paidAt(payment) };
    const isPaid = order.state === 'paid';
    return yes({
      ...namesOf(order),
      trade_status: tradeStatusOf(order, payment),
      ...amountsOf(order),
      ...(isPaid ? whenPaid : {}),
    });
  }

  async function close(asked: Asked, names: Names): Promise<Outcome> {
    const trade = await tradeOf(asked, names);
    if ('ok' in trade) return trade;
    const closed = await closeOrder(asked, trade.order);
    if (closed !== null) {
      return no(closed === 'order_closed' ? 'TRADE_HAS_CLOSE' : 'TRADE_STATUS_ERROR');
    }
    return yes(namesOf(trade.order));
  }

  async function closeOrder(asked: Asked, order: OrderView): Promise<ProblemCode | null> {
    const done = await payments.closeOrder({
      credential: credentialOf(asked),
      idempotencyKey: `close ${order.id}`,
      content: order.id,
      evidence: asked.evidence,
      orderId: order.id,
    });
    return done.ok ? null : done.problem.code;
  }

  /** Closes what is not paid, gives back what is; a number nobody knows is as good as closed. */
  async function cancel(asked: Asked, names: Names): Promise<Outcome> {
    const trade = await tradeOf(asked, names);
    if ('ok' in trade) {
      const isAbsent = !trade.ok && trade.code === 'TRADE_NOT_EXIST';
      const { out_trade_no = '' } = names;
      return isAbsent ? yes({ out_trade_no, retry_flag: 'N', action: 'close' }) : trade;
    }
    const { order, payment } = trade;
    const done = (action: string, retry: 'Y' | 'N') =>
      yes({ ...namesOf(order), retry_flag: retry, action });
    if (order.state === 'closed') return done('close', 'N');
    if (order.state !== 'paid' || payment === null) {
      return done('close', (await closeOrder(asked, order)) === null ? 'N' : 'Y');
    }
    const left = order.amount.minor - payment.payment.refundedMinor;
    if (left === 0n) return done('refund', 'N');
    const back = await giveBack(asked, trade, left, 'cancel', null);
    return done('refund', back.ok && back.value.state === 'completed' ? 'N' : 'Y');
  }

  function giveBack(
    asked: Asked,
    { order }: Trade,
    minor: bigint,
    requestNo: string,
    reason: string | null,
  ): Promise<Result<PaymentView>> {
    return payments.refund({
      credential: credentialOf(asked),
      idempotencyKey: refundKey(order, requestNo),
      content: `${order.id} ${minor}`,
      evidence: asked.evidence,
      paymentId: order.winnerId ?? '',
      amount: { currency: 'CNY', minor },
      reference: requestNo,
      reason,
      waitMs: REFUND_WAIT_MS,
    });
  }

  async function refund(asked: Asked, content: Refund): Promise<Outcome> {
    const trade = await tradeOf(asked, content);
    if ('ok' in trade) return trade;
    const { order } = trade;
    if (order.state !== 'paid') {
      return no(order.state === 'closed' ? 'TRADE_HAS_CLOSE' : 'TRADE_STATUS_ERROR');
    }
    const requestNo = content.out_request_no ?? order.reference ?? '';
    const { refund_amount, refund_reason = null } = content;
    const done = await giveBack(asked, trade, refund_amount, requestNo, refund_reason);
    if (!done.ok) {
      const { code } = done.problem;
      const isOther = code === 'idempotency_conflict';
      return no(isOther ? 'DISCORDANT_REPEAT_REQUEST' : businessCodeOf(code));
    }
    const { state, payment } = done.value;
    if (state === 'rejected') return no(businessCodeOf(payment.problem ?? 'internal'));
    const after = await tradeOf(asked, { out_trade_no: order.reference ?? '' });
    const sum = 'ok' in after ? 0n : (after.payment?.payment.refundedMinor ?? 0n);
    const isMoved = state === 'completed' && !done.replayed;
    return yes({
      ...namesOf(order),
      fund_change: isMoved ? 'Y' : 'N',
      refund_fee: yuan(sum),
    });
  }

  async function refundQuery(
    asked: Asked,
    content: z.infer<typeof refundQuerySchema>,
  ): Promise<Outcome> {
    const trade = await tradeOf(asked, content);
    if ('ok' in trade) return trade;
    const { out_request_no } = content;
    const key = refundKey(trade.order, out_request_no);
    const found = await payments.payment(credentialOf(asked), { by: 'key', idempotencyKey: key });
    const known = { ...namesOf(trade.order), out_request_no };
    if (!found.ok || found.value.state !== 'completed') return yes(known);
    return yes({
      ...known,
      total_amount: yuan(trade.order.amount.minor),
      refund_amount: yuan(found.value.payment.amountMinor),
      refund_status: 'REFUND_SUCCESS',
    });
  }

  return {
    'trade.precreate': reading(precreateSchema, precreate),
    'trade.query': reading(namedSchema, query),
    'trade.close': reading(namedSchema, close),
    'trade.cancel': reading(namedSchema, cancel),
    'trade.refund': reading(refundSchema, refund),
    'trade.fastpay.refund.query': reading(refundQuerySchema, refundQuery),
  };
}

/** A refund's number is the shop's, within its order. */
const refundKey = (order: OrderView, requestNo: string) => `${order.id} ${requestNo}`;
