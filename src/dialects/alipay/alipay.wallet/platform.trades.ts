// What the simulated Alipay does with orders: the six interfaces of face-to-face payment that both
// generations of the protocol call, and what a buyer does in the app. No HTTP, no signatures.
// Deciding and booking happen in one go, so two requests at once are one after the other.

import type { App } from './platform.config.ts';
import type { PlatformContext } from './platform.context.ts';
import { fundBills, maskLogonId } from './platform.notices.ts';
import { type Outcome, refuse } from './platform.refusals.ts';
import {
  closeSchema,
  type OrderName,
  precreateSchema,
  read,
  refundQuerySchema,
  refundSchema,
} from './platform.requests.ts';
import type { Trade } from './platform.trade.ts';
import { gmt8, parseGmt8, parseTimeout, yuan } from './platform.yuan.ts';

/** Precreated codes live two hours unless the order says otherwise. */
const CODE_MS = 2 * 3_600_000;
const DAY_MS = 86_400_000;
const MAX_FEN = 100_000_000_00n;

/** `precreate` with `notify_url` beside the content (version 2) or in it (version 3). */
export interface Call {
  readonly app: App;
  readonly content: unknown;
  readonly notifyUrl: string | undefined;
}

export type Operation = (call: Call) => Outcome;

export interface Trades {
  /** By what follows `alipay.` in the method's name. */
  readonly operations: ReadonlyMap<string, Operation>;
  /** Ends what has expired by now. */
  sweep(): void;
  /** As `sweep`, of one order. */
  expire(trade: Trade): void;
}

export function createTrades({ config, book, record, clock, newId }: PlatformContext): Trades {
  const now = () => clock.nowMs();
  const noticeOf = ({ notifyUrl }: Trade) =>
    notifyUrl === undefined ? {} : { notifyId: newId.notification(now()) };
  const at = ({ appId, outTradeNo }: Trade) => ({ appId, outTradeNo, atMs: now() });

  function expire(trade: Trade): void {
    if (now() < trade.expiresAtMs) return;
    if (trade.state === 'precreated') record({ type: 'voided', ...at(trade), why: 'expired' });
    if (trade.state === 'WAIT_BUYER_PAY') {
      record({ type: 'closed', ...at(trade), ...noticeOf(trade) });
    }
  }

  /** The order as it stands now, whichever of its two numbers was given. */
  function find(app: App, { trade_no: tradeNo, out_trade_no: outTradeNo }: OrderName) {
    const found =
      tradeNo === undefined ? book.trade(app.appId, outTradeNo ?? '') : book.byTradeNo(tradeNo);
    if (found === undefined || found.appId !== app.appId) return undefined;
    expire(found);
    return found;
  }

  /** What Alipay calls a trade: not a mere code. */
  function findTrade(app: App, name: OrderName): Trade | undefined {
    const found = find(app, name);
    return found?.state === 'precreated' || found?.state === 'void' ? undefined : found;
  }

  const statusOf = (trade: Trade) =>
    trade.state === 'TRADE_SUCCESS' && now() - (trade.paidAtMs ?? 0) > config.refundDays * DAY_MS
      ? 'TRADE_FINISHED'
      : trade.state;
  const namesOf = ({ tradeNo, outTradeNo }: Trade) => ({
    trade_no: tradeNo,
    out_trade_no: outTradeNo,
  });
  const buyerOf = ({ userId }: Trade) => {
    const buyer = book.users.get(userId ?? '');
    return buyer === undefined
      ? {}
      : { buyer_logon_id: maskLogonId(buyer.logonId), buyer_user_id: buyer.userId };
  };

  function precreate({ app, content, notifyUrl }: Call): Outcome {
    const asked = read(precreateSchema, content);
    if (!asked.ok) return asked.refusal;
    const { total_amount: fen, out_trade_no: outTradeNo, subject, body } = asked.value;
    if (fen < 1n || fen > MAX_FEN) return refuse('ACQ.TOTAL_FEE_EXCEED');
    const expiresAtMs = expiryOf(asked.value, now());
    if (expiresAtMs === undefined || expiresAtMs <= now()) return refuse('ACQ.INVALID_PARAMETER');
    const same = JSON.stringify([yuan(fen), subject, body ?? null]);
    const before = find(app, { out_trade_no: outTradeNo });
    if (before?.state === 'TRADE_SUCCESS') return refuse('ACQ.TRADE_HAS_SUCCESS');
    if (before?.state === 'TRADE_CLOSED' || before?.voidedBy === 'cancelled') {
      return refuse('ACQ.TRADE_HAS_CLOSE');
    }
    if (before !== undefined && before.state !== 'void') {
      if (before.content !== same) return refuse('ACQ.CONTEXT_INCONSISTENT');
      return { ok: true, fields: { out_trade_no: outTradeNo, qr_code: before.qrCode } };
    }
    const qrCode = newId.qrCode();
    const url = asked.value.notify_url ?? notifyUrl;
    const { passback_params: passbackParams } = asked.value;
    const order = { appId: app.appId, outTradeNo, atMs: now() };
    record({
      type: 'precreated',
      ...order,
      tradeNo: newId.tradeNo(now()),
      qrCode,
      fen: String(fen),
      subject,
      expiresAtMs,
      content: same,
      ...(body === undefined ? {} : { body }),
      ...(passbackParams === undefined ? {} : { passbackParams }),
      ...(url === undefined || url === '' ? {} : { notifyUrl: url }),
    });
    if (config.tradeBegins === 'precreate') record({ type: 'begun', ...order });
    return { ok: true, fields: { out_trade_no: outTradeNo, qr_code: qrCode } };
  }

  function query({ app, content }: Call): Outcome {
    const asked = read(closeSchema, content);
    if (!asked.ok) return asked.refusal;
    const none = { buyer_pay_amount: '0.00', invoice_amount: '0.00', point_amount: '0.00' };
    const trade = findTrade(app, asked.value);
    if (trade === undefined) {
      const { out_trade_no: outTradeNo } = asked.value;
      const name = outTradeNo === undefined ? {} : { out_trade_no: outTradeNo };
      return refuse('ACQ.TRADE_NOT_EXIST', { ...none, ...name, receipt_amount: '0.00' });
    }
    const isPaid = trade.paidAtMs !== undefined;
    const amount = isPaid ? yuan(trade.fen) : '0.00';
    const amounts = { buyer_pay_amount: amount, invoice_amount: amount, receipt_amount: amount };
    return {
      ok: true,
      fields: {
        ...buyerOf(trade),
        ...(trade.userId === undefined ? {} : { buyer_user_type: 'PRIVATE' }),
        ...namesOf(trade),
        ...none,
        ...amounts,
        ...(isPaid ? { send_pay_date: gmt8(trade.paidAtMs ?? 0) } : {}),
        ...(isPaid ? { fund_bill_list: fundBills(trade) } : {}),
        total_amount: yuan(trade.fen),
        trade_status: statusOf(trade),
      },
    };
  }

  function close({ app, content }: Call): Outcome {
    const asked = read(closeSchema, content);
    if (!asked.ok) return asked.refusal;
    const trade = findTrade(app, asked.value);
    if (trade === undefined) return refuse('ACQ.TRADE_NOT_EXIST');
    if (trade.state !== 'WAIT_BUYER_PAY') return refuse('ACQ.TRADE_STATUS_ERROR');
    record({ type: 'closed', ...at(trade), ...noticeOf(trade) });
    return { ok: true, fields: namesOf(trade) };
  }

  /**
   * Gives back what there is: the whole, or ends what is not paid. A dead code is the answer too.
   */
  function cancel({ app, content }: Call): Outcome {
    const asked = read(closeSchema, content);
    if (!asked.ok) return asked.refusal;
    const found = find(app, asked.value);
    const done = { retry_flag: 'N' };
    if (found === undefined || found.state === 'void' || found.state === 'TRADE_CLOSED') {
      const { out_trade_no: outTradeNo } = asked.value;
      const name = outTradeNo === undefined ? {} : { out_trade_no: outTradeNo };
      return { ok: true, fields: { ...(found ? namesOf(found) : name), ...done } };
    }
    if (found.state === 'precreated') {
      record({ type: 'voided', ...at(found), why: 'cancelled' });
      return { ok: true, fields: { out_trade_no: found.outTradeNo, ...done, action: 'close' } };
    }
    if (found.state === 'WAIT_BUYER_PAY') {
      record({ type: 'closed', ...at(found), ...noticeOf(found) });
      return { ok: true, fields: { ...namesOf(found), ...done, action: 'close' } };
    }
    if (statusOf(found) === 'TRADE_FINISHED') return refuse('ACQ.TRADE_HAS_FINISHED');
    if (now() - (found.paidAtMs ?? 0) > DAY_MS) return refuse('ACQ.TRADE_CANCEL_TIME_OUT');
    if (found.refundedFen > 0n) return refuse('ACQ.REASON_TRADE_REFUND_FEE_ERR');
    if (book.merchantFen(app.appId) < found.fen) return refuse('ACQ.SELLER_BALANCE_NOT_ENOUGH');
    const whole = { outRequestNo: found.outTradeNo, fen: String(found.fen) };
    record({ type: 'refunded', ...at(found), ...whole, ...noticeOf(found) });
    return { ok: true, fields: { ...namesOf(found), ...done, action: 'refund' } };
  }

  function refund({ app, content }: Call): Outcome {
    const asked = read(refundSchema, content);
    if (!asked.ok) return asked.refusal;
    const { refund_amount: fen, refund_reason: reason } = asked.value;
    const no = (code: Parameters<typeof refuse>[0]) =>
      refuse(code, { refund_fee: '0.00', send_back_fee: '0.00' });
    const trade = findTrade(app, asked.value);
    if (trade === undefined) return no('ACQ.TRADE_NOT_EXIST');
    const outRequestNo = asked.value.out_request_no ?? trade.outTradeNo;
    const before = trade.refunds.get(outRequestNo);
    if (before !== undefined && before.fen !== fen) return no('ACQ.DISCORDANT_REPEAT_REQUEST');
    if (before === undefined) {
      const status = statusOf(trade);
      if (status === 'TRADE_FINISHED') return no('ACQ.TRADE_HAS_FINISHED');
      if (status !== 'TRADE_SUCCESS') return no('ACQ.TRADE_STATUS_ERROR');
      if (fen < 1n) return no('ACQ.REASON_TRADE_REFUND_FEE_ERR');
      const isPart = fen !== trade.fen;
      if (trade.refundedFen + fen > trade.fen) return no('ACQ.REFUND_AMT_NOT_EQUAL_TOTAL');
      if (isPart && asked.value.out_request_no === undefined) {
        return no('ACQ.REFUND_AMT_NOT_EQUAL_TOTAL');
      }
      if (book.merchantFen(app.appId) < fen) return no('ACQ.SELLER_BALANCE_NOT_ENOUGH');
      const why = reason === undefined ? {} : { reason };
      const made = { outRequestNo, fen: String(fen), ...why };
      record({ type: 'refunded', ...at(trade), ...made, ...noticeOf(trade) });
    }
    const moved = { fund_change: before === undefined ? 'Y' : 'N' };
    const sum = { refund_fee: yuan(trade.refundedFen), send_back_fee: yuan(fen) };
    return { ok: true, fields: { ...buyerOf(trade), ...moved, ...namesOf(trade), ...sum } };
  }

  function refundQuery({ app, content }: Call): Outcome {
    const asked = read(refundQuerySchema, content);
    if (!asked.ok) return asked.refusal;
    const trade = findTrade(app, asked.value);
    if (trade === undefined) return refuse('ACQ.TRADE_NOT_EXIST');
    const found = trade.refunds.get(asked.value.out_request_no);
    // success without a status: no such refund was made
    if (found === undefined) return { ok: true, fields: {} };
    const { query_options: options = [] } = asked.value;
    const whenAsked = options.includes('gmt_refund_pay')
      ? { gmt_refund_pay: gmt8(found.atMs) }
      : {};
    return {
      ok: true,
      fields: {
        ...namesOf(trade),
        out_request_no: found.outRequestNo,
        ...whenAsked,
        ...(found.reason === undefined ? {} : { refund_reason: found.reason }),
        refund_amount: yuan(found.fen),
        refund_status: 'REFUND_SUCCESS',
        total_amount: yuan(trade.fen),
      },
    };
  }

  return {
    expire,
    operations: new Map<string, Operation>([
      ['trade.precreate', precreate],
      ['trade.query', query],
      ['trade.close', close],
      ['trade.cancel', cancel],
      ['trade.refund', refund],
      ['trade.fastpay.refund.query', refundQuery],
    ]),
    sweep() {
      for (const trade of book.open) expire(trade);
    },
  };
}

/** The earliest that the order names; undefined where it names none that can be read. */
function expiryOf(
  asked: { time_expire?: string | undefined; timeout_express?: string | undefined },
  nowMs: number,
): number | undefined {
  if (asked.time_expire !== undefined) return parseGmt8(asked.time_expire);
  if (asked.timeout_express !== undefined) return parseTimeout(asked.timeout_express, nowMs);
  return nowMs + CODE_MS;
}
