// What an asynchronous notification says, and when it is due: data of the event, computed when it
// is booked. Sending it is platform.sending.ts.
import type { App } from './platform.config.ts';
import type { Buyer, Notice, Refund, Trade } from './platform.trade.ts';
import { gmt8, yuan } from './platform.yuan.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Between one attempt and the next: 4m, 10m, 10m, 1h, 2h, 6h, 15h; then it is given up. */
const RETRY_MS: readonly number[] = [
  4 * MINUTE_MS,
  10 * MINUTE_MS,
  10 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  6 * HOUR_MS,
  15 * HOUR_MS,
];

/** When it is to be sent next; undefined when it was taken, or was given up. */
export function dueMs({ attempts, createdAtMs }: Notice, factor: number): number | undefined {
  const last = attempts.at(-1);
  if (last === undefined) return createdAtMs;
  if (last.result === 'success') return undefined;
  const waitMs = RETRY_MS[attempts.length - 1];
  return waitMs === undefined ? undefined : last.atMs + waitMs * factor;
}

/** `138****0001`, `zhi***@example.com`: how a merchant sees who paid. */
export function maskLogonId(logonId: string): string {
  const at = logonId.indexOf('@');
  if (at < 0) return logonId.replace(/^(.{3}).*(.{4})$/, '$1****$2');
  return `${logonId.slice(0, Math.min(3, at))}***${logonId.slice(at)}`;
}

export function fundBills(trade: Trade): { amount: string; fund_channel: string }[] {
  return [{ amount: yuan(trade.fen), fund_channel: 'ALIPAYACCOUNT' }];
}

export function createNotice(event: {
  readonly notifyId: string;
  readonly atMs: number;
  readonly trade: Trade;
  readonly app: App;
  readonly buyer: Buyer | undefined;
  readonly refund: Refund | undefined;
}): Notice {
  const { notifyId, atMs, trade, app } = event;
  const { appId, outTradeNo, notifyUrl = '' } = trade;
  const told = { app_id: app.appId, auth_app_id: app.appId, notify_id: notifyId };
  // never an empty one: the official client drops it from what it verifies
  const fields = Object.fromEntries(
    Object.entries<string | undefined>({ ...told, ...fieldsOf(event) }).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, value] as const],
    ),
  );
  const shared = { notifyId, appId, outTradeNo, url: notifyUrl, createdAtMs: atMs };
  return { ...shared, fields, attempts: [] };
}

/** Fields of the open platform's page on asynchronous notifications (203/105286). */
function fieldsOf({
  atMs,
  trade,
  app,
  buyer,
  refund,
}: Parameters<typeof createNotice>[0]): Record<string, string | undefined> {
  const isPaid = trade.paidAtMs !== undefined;
  const paidYuan = isPaid ? yuan(trade.fen) : undefined;
  const bills = fundBills(trade).map(({ amount, fund_channel: fundChannel }) => ({
    amount,
    fundChannel,
  }));
  const time = (ms: number | undefined) => (ms === undefined ? undefined : gmt8(ms));
  return {
    notify_type: 'trade_status_sync',
    charset: 'utf-8',
    version: '1.0',
    trade_no: trade.tradeNo,
    out_trade_no: trade.outTradeNo,
    trade_status: trade.state,
    total_amount: yuan(trade.fen),
    subject: trade.subject,
    body: trade.body,
    passback_params: trade.passbackParams,
    seller_id: app.sellerId,
    seller_email: app.sellerLogonId,
    buyer_id: buyer?.userId,
    buyer_logon_id: buyer && maskLogonId(buyer.logonId),
    gmt_create: time(trade.createdAtMs),
    gmt_payment: time(trade.paidAtMs),
    gmt_close: trade.state === 'TRADE_CLOSED' ? gmt8(atMs) : undefined,
    receipt_amount: paidYuan,
    buyer_pay_amount: paidYuan,
    invoice_amount: paidYuan,
    point_amount: isPaid ? '0.00' : undefined,
    fund_bill_list: isPaid ? JSON.stringify(bills) : undefined,
    // A refund says TRADE_SUCCESS or TRADE_CLOSED like any other event: only these three tell.
    out_biz_no: refund?.outRequestNo,
    refund_fee: refund && yuan(trade.refundedFen),
    gmt_refund: refund && `${gmt8(refund.atMs)}.${String(refund.atMs % 1_000).padStart(3, '0')}`,
  };
}
