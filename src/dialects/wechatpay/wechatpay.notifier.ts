// Tells a shop what became of its order (支付通知, 退款结果通知): JSON to its notify_url, encrypted for
// it and signed, again by WeChat Pay's schedule until it answers 200 or 204.
import type { ConnectionNotice, Connector } from '../../payments/port.ts';
import { encryptResource, resourceNonce, signedHeaders } from './wechatpay.auth.ts';
import { merchantOf, secretsOf, type WechatpayConnectorDeps } from './wechatpay.deps.ts';
import { chinaTime } from './wechatpay.messages.ts';
import { readRecord, refundNoticeOf, transactionOf } from './wechatpay.order.ts';

const MINUTE_S = 60;
const HOUR_S = 3_600;
/** pay.weixin.qq.com, 支付通知: 15 s twice, 30 s, 3 m, 10 m, … 6 h. */
const DELAYS_MS = [
  15,
  15,
  30,
  3 * MINUTE_S,
  10 * MINUTE_S,
  20 * MINUTE_S,
  30 * MINUTE_S,
  30 * MINUTE_S,
  30 * MINUTE_S,
  60 * MINUTE_S,
  3 * HOUR_S,
  3 * HOUR_S,
  3 * HOUR_S,
  6 * HOUR_S,
  6 * HOUR_S,
].map((seconds) => seconds * 1_000);
const TIMEOUT_MS = 5_000;

/** What a notice says, before it is encrypted; null where its order is not at hand. */
export function resourceOf(mchid: string, notice: ConnectionNotice): object | null {
  const { order, payment, cause, kind } = notice;
  if (order === null) return null;
  if (kind === 'order_paid') return transactionOf(mchid, order, payment);
  return cause === null ? null : refundNoticeOf(mchid, order, cause, payment);
}

const KINDS = {
  order_paid: {
    event_type: 'TRANSACTION.SUCCESS',
    summary: '支付成功',
    original_type: 'transaction',
  },
  refund_completed: { event_type: 'REFUND.SUCCESS', summary: '退款成功', original_type: 'refund' },
} as const;

export function createNotifier(
  deps: WechatpayConnectorDeps,
): Required<Pick<Connector, 'notify' | 'noticeDelayMs'>> {
  const { clock, ids } = deps;
  return {
    async notify(connection, notice) {
      const settings = merchantOf(connection);
      const record = notice.order === null ? null : readRecord(notice.order);
      const content = settings === null ? null : resourceOf(settings.mchid, notice);
      if (settings === null || record === null || content === null) return false;
      const { privateKey, apiV3Key } = secretsOf(connection);
      const { original_type, ...event } = KINDS[notice.kind];
      const nonce = resourceNonce(deps.random);
      const text = JSON.stringify(content);
      const sealed = encryptResource(apiV3Key, nonce, original_type, text);
      const body = JSON.stringify({
        id: notice.id,
        create_time: chinaTime(notice.createdAtMs),
        resource_type: 'encrypt-resource',
        ...event,
        resource: { original_type, algorithm: 'AEAD_AES_256_GCM', ...sealed },
      });
      const at = { nowMs: clock.nowMs(), nonce: ids.compact() };
      const answer = await deps.http.request({
        method: 'POST',
        url: record.notifyUrl,
        headers: {
          'content-type': 'application/json',
          ...signedHeaders(privateKey, settings.platformSerial, at, body),
        },
        body: Buffer.from(body, 'utf8'),
        timeoutMs: TIMEOUT_MS,
      });
      return answer.kind === 'answered' && (answer.status === 200 || answer.status === 204);
    },
    noticeDelayMs(connection, n) {
      const delays = merchantOf(connection)?.noticeDelaysMs ?? DELAYS_MS;
      return delays[n - 1] ?? null;
    },
  };
}
