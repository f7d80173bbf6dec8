// What WeChat Pay tells the switch as its merchant (支付通知, 退款结果通知). 204 is said once it is
// durable; anything else makes WeChat Pay tell it again. Its probes with a wrong signature
// (WECHATPAY/SIGNTEST/…) are refused like any other wrong one.

import { parseLegId } from '../../../payments/payment.ts';
import type { ConnectionSettings, Credential, LegReport } from '../../../payments/port.ts';
import { isRsaSigned } from '../../../signatures/index.ts';
import { parseJson } from '../../../wire/index.ts';
import type { InboundAnswer, InboundRequest, InboundRoute } from '../../inbound.ts';
import { answerText, decryptResource } from '../wechatpay.auth.ts';
import {
  type PlatformSettings,
  platformOf,
  secretsOf,
  type WechatpayDeps,
} from '../wechatpay.deps.ts';
import {
  notificationSchema,
  refundNoticeSchema,
  transactionSchema,
} from '../wechatpay.messages.ts';

const SKEW_S_MAX = 300;

const taken: InboundAnswer = { status: 204, headers: {}, body: null };
const fail = (status: number, message: string): InboundAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify({ code: 'FAIL', message }),
});

interface Told {
  readonly legId: string;
  readonly report: LegReport;
}

export function notifyRoute(deps: WechatpayDeps): InboundRoute {
  const { participants, payments, logger, clock } = deps;

  function isGenuine(settings: PlatformSettings, { headers, body }: InboundRequest): boolean {
    const header = (name: string) => String(headers[`wechatpay-${name}`] ?? '');
    const ageS = Math.abs(clock.nowMs() / 1_000 - Number(header('timestamp')));
    if (header('serial') !== settings.platformSerial || !(ageS <= SKEW_S_MAX)) return false;
    const text = Buffer.from(body).toString('utf8');
    const signed = answerText(header('timestamp'), header('nonce'), text);
    return isRsaSigned(settings.platformPublicKey, signed, header('signature'));
  }

  async function readPayment(
    content: unknown,
    settings: PlatformSettings,
    credential: Credential,
    evidence: Uint8Array,
  ): Promise<Told | null> {
    const read = transactionSchema.safeParse(content);
    if (!read.success || read.data.mchid !== settings.mchid) return null;
    const { out_trade_no: legId, trade_state, transaction_id, amount } = read.data;
    if (trade_state !== 'SUCCESS' || transaction_id === undefined) return null;
    const id = parseLegId(legId)?.paymentId ?? '';
    const payment = await payments.payment(credential, { by: 'id', id });
    if (!payment.ok || payment.value.payment.debitMinor !== amount?.total) return null;
    const outcome = { outcome: 'completed', problem: null, evidence } as const;
    return { legId, report: { ...outcome, externalId: transaction_id } };
  }

  function readRefund(content: unknown, evidence: Uint8Array): Told | null {
    const read = refundNoticeSchema.safeParse(content);
    if (!read.success) return null;
    const { out_refund_no: legId, refund_id: externalId, refund_status } = read.data;
    const outcomes = { SUCCESS: 'completed', CLOSED: 'rejected', ABNORMAL: 'pending' } as const;
    const outcome = outcomes[refund_status];
    return { legId, report: { outcome, externalId, problem: null, evidence } };
  }

  async function take(
    connection: ConnectionSettings,
    settings: PlatformSettings,
    body: Uint8Array,
  ): Promise<InboundAnswer> {
    const parsed = parseJson(body);
    const read = notificationSchema.safeParse(parsed.ok ? parsed.value : null);
    if (!read.success) return fail(400, '报文格式错误');
    const { event_type, resource } = read.data;
    const text = decryptResource(secretsOf(connection).apiV3Key, resource);
    const content = text === null ? null : parseJson(Buffer.from(text, 'utf8'));
    if (content?.ok !== true) return fail(400, '解密失败');
    const { participantId, id: connectionId } = connection;
    const credential = { participantId, connectionId, keyId: settings.platformSerial };
    const isRefund = event_type.startsWith('REFUND.');
    const told = isRefund
      ? readRefund(content.value, body)
      : await readPayment(content.value, settings, credential, body);
    if (told === null) {
      logger.error({ connectionId, event_type }, 'a notification does not fit its payment');
      return fail(400, '与订单不符');
    }
    const reported = await payments.report(credential, told.legId, told.report);
    if (reported.ok) return taken;
    logger.warn({ connectionId, code: reported.problem.code }, 'a notification was not taken');
    return fail(503, '请稍后重试');
  }

  return {
    method: 'POST',
    path: '/wechatpay/notify/{connection}',
    contentTypes: ['application/json'],
    async handle(request: InboundRequest) {
      const connection = participants.connection(request.params['connection'] ?? '');
      const settings = connection?.dialect === 'wechatpay' ? platformOf(connection) : null;
      if (connection === undefined || settings === null) return fail(404, '无此商户');
      if (!isGenuine(settings, request)) return fail(401, '签名错误');
      return take(connection, settings, request.body);
    },
  };
}
