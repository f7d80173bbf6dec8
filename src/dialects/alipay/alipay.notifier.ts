// Tells a shop what became of its order (异步通知): a form to its notify_url, signed, again by
// Alipay's schedule until the shop answers `success`.

import type { ConnectionNotice, ConnectionSettings, Connector } from '../../payments/port.ts';
import { signRsa } from '../../signatures/index.ts';
import { notificationText } from './alipay.auth.ts';
import { type AlipayDeps, merchantOf, privateKeyOf } from './alipay.deps.ts';
import { chinaTime, yuan } from './alipay.messages.ts';
import { amountsOf, namesOf, paidAt, readRecord, tradeStatusOf } from './alipay.trade.ts';

const MINUTE_MS = 60_000;
/** opendocs.alipay.com, 异步通知说明: 4 m, 10 m, 10 m, 1 h, 2 h, 6 h, 15 h. */
const DELAYS_MS = [4, 10, 10, 60, 120, 360, 900].map((minutes) => minutes * MINUTE_MS);
const TIMEOUT_MS = 5_000;

/** The fields of a notification, without its signature; none of them is empty. */
export function notificationFields(
  appId: string,
  notice: ConnectionNotice,
  atMs: number,
): ReadonlyMap<string, string> | null {
  const { order, payment, cause } = notice;
  if (order === null) return null;
  const paidBy = cause ?? payment;
  const refund =
    notice.kind === 'order_paid'
      ? {}
      : {
          out_biz_no: payment.payment.reference ?? '',
          refund_fee: yuan(paidBy.payment.refundedMinor),
          gmt_refund: `${paidAt(payment)}.000`,
        };
  const fields: Readonly<Record<string, string>> = {
    notify_time: chinaTime(atMs),
    notify_type: 'trade_status_sync',
    notify_id: notice.id.replaceAll('-', ''),
    app_id: appId,
    charset: 'utf-8',
    version: '1.0',
    sign_type: 'RSA2',
    ...namesOf(order),
    trade_status: tradeStatusOf(order, paidBy),
    ...amountsOf(order),
    subject: order.description ?? '',
    gmt_create: chinaTime(order.createdAtMs),
    gmt_payment: paidAt(paidBy),
    passback_params: readRecord(order).passback ?? '',
    ...refund,
  };
  return new Map(Object.entries(fields).filter(([, value]) => value !== ''));
}

export function createNotifier(
  deps: AlipayDeps,
): Required<Pick<Connector, 'notify' | 'noticeDelayMs'>> {
  return {
    async notify(connection: ConnectionSettings, notice) {
      const settings = merchantOf(connection);
      const { order } = notice;
      const url = order === null ? null : readRecord(order).notifyUrl;
      // a shop that named no address has nothing to take
      if (settings === null || url === null) return true;
      const fields = notificationFields(settings.appId, notice, deps.clock.nowMs());
      if (fields === null) return false;
      const sign = signRsa(privateKeyOf(connection), notificationText(fields));
      const answer = await deps.http.request({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
        body: Buffer.from(new URLSearchParams([...fields, ['sign', sign]]).toString(), 'utf8'),
        timeoutMs: TIMEOUT_MS,
      });
      const isAnswered = answer.kind === 'answered' && answer.status === 200;
      return isAnswered && answer.body.toString('utf8').trim() === 'success';
    },
    noticeDelayMs(connection, n) {
      const delays = merchantOf(connection)?.noticeDelaysMs ?? DELAYS_MS;
      return delays[n - 1] ?? null;
    },
  };
}
