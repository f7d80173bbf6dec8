// What WeChat Pay tells the switch as its merchant (支付通知, 退款结果通知). 204 is said once it is
// durable; anything else makes WeChat Pay tell it again. Its probes with a wrong signature
// (WECHATPAY/SIGNTEST/…) are refused like any other wrong one.

import { parseLegId } from '../../../payments/payment.ts';
import type { ConnectionSettings, LegReport, LegView } from '../../../payments/port.ts';
import { isRsaSigned } from '../../../signatures/index.ts';
import { parseJson } from '../../../wire/index.ts';
import type { InboundAnswer, InboundRequest, InboundRoute } from '../../inbound.ts';
import { answerText, decryptResource, isFresh } from '../wechatpay.auth.ts';
import {
  type PlatformSettings,
  platformOf,
  secretsOf,
  type WechatpayInboundDeps,
} from '../wechatpay.deps.ts';
import {
  notificationSchema,
  refundNoticeSchema,
  transactionSchema,
} from '../wechatpay.messages.ts';

const taken: InboundAnswer = { status: 204, headers: {}, body: null };
const fail = (status: number, message: string): InboundAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify({ code: 'FAIL', message }),
});

/** What a notification says: of which leg, and how much. */
interface Fact {
  readonly mchid: string;
  readonly legId: string;
  readonly role: LegView['role'];
  readonly minor: bigint | undefined;
  readonly outcome: LegReport['outcome'];
  readonly externalId: string;
}

/** A notification of a payment; null where it says of none that it was paid. */
function paymentFact(content: unknown): Fact | null {
  const read = transactionSchema.safeParse(content);
  if (!read.success) return null;
  const { mchid, out_trade_no: legId, trade_state, transaction_id: externalId } = read.data;
  // what was refunded since then had been paid
  const isPaid = trade_state === 'SUCCESS' || trade_state === 'REFUND';
  if (!isPaid || externalId === undefined) return null;
  const { amount } = read.data;
  return { mchid, legId, role: 'debit', minor: amount?.total, outcome: 'completed', externalId };
}

const REFUND_OUTCOMES = { SUCCESS: 'completed', CLOSED: 'rejected', ABNORMAL: 'pending' } as const;

function refundFact(content: unknown): Fact | null {
  const read = refundNoticeSchema.safeParse(content);
  if (!read.success) return null;
  const { mchid, out_refund_no: legId, refund_id: externalId, refund_status, amount } = read.data;
  const outcome = REFUND_OUTCOMES[refund_status];
  return { mchid, legId, role: 'credit', minor: amount.refund, outcome, externalId };
}

/** The signed text with its signature; null where it is not the platform's, or not of now. */
function evidenceOf(
  settings: PlatformSettings,
  { headers, body }: InboundRequest,
  nowMs: number,
): Buffer | null {
  const header = (name: string) => String(headers[`wechatpay-${name}`] ?? '');
  const [timestamp, signature] = [header('timestamp'), header('signature')];
  if (header('serial') !== settings.platformSerial || !isFresh(timestamp, nowMs)) return null;
  const signed = answerText(timestamp, header('nonce'), Buffer.from(body).toString('utf8'));
  if (!isRsaSigned(settings.platformPublicKey, signed, signature)) return null;
  return Buffer.from(`${signature}\n${signed}`, 'utf8');
}

export function notifyRoute(deps: WechatpayInboundDeps): InboundRoute {
  const { participants, payments, logger, clock } = deps;

  /** Whether it is about a leg of this connection, and about its amount. */
  async function fits(
    { id: connectionId, participantId }: ConnectionSettings,
    settings: PlatformSettings,
    fact: Fact,
  ): Promise<boolean | 'unknown'> {
    const id = parseLegId(fact.legId)?.paymentId;
    if (fact.mchid !== settings.mchid || id === undefined) return false;
    const credential = { participantId, connectionId, keyId: settings.platformSerial };
    const found = await payments.payment(credential, { by: 'id', id });
    if (!found.ok) return found.problem.code === 'payment_not_found' ? false : 'unknown';
    const { payment, legs } = found.value;
    const leg = legs.find(({ legId }) => legId === fact.legId);
    if (leg?.connectionId !== connectionId || leg.role !== fact.role) return false;
    const asked = payment.kind === 'refund' ? payment.creditMinor : payment.debitMinor;
    return asked === fact.minor;
  }

  async function report(
    connection: ConnectionSettings,
    settings: PlatformSettings,
    fact: Fact,
    evidence: Uint8Array,
  ): Promise<InboundAnswer> {
    const { participantId, id: connectionId } = connection;
    const isFit = await fits(connection, settings, fact);
    if (isFit === 'unknown') return fail(503, '请稍后重试');
    if (!isFit) {
      logger.error({ connectionId }, 'a notification does not fit its payment');
      return fail(400, '与订单不符');
    }
    const { legId, outcome, externalId } = fact;
    const credential = { participantId, connectionId, keyId: settings.platformSerial };
    const told = { outcome, externalId, problem: null, evidence };
    const reported = await payments.report(credential, legId, told);
    // a contradiction is written down with its evidence: told again it would be no news
    if (reported.ok || reported.problem.code === 'outcome_contradicts') return taken;
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
      const evidence = evidenceOf(settings, request, clock.nowMs());
      if (evidence === null) return fail(401, '签名错误');
      const parsed = parseJson(request.body);
      const read = notificationSchema.safeParse(parsed.ok ? parsed.value : null);
      if (!read.success) return fail(400, '报文格式错误');
      const { event_type, resource } = read.data;
      const text = decryptResource(secretsOf(connection).apiV3Key, resource);
      const content = text === null ? null : parseJson(Buffer.from(text, 'utf8'));
      if (content?.ok !== true) return fail(400, '解密失败');
      const fact = (event_type.startsWith('REFUND.') ? refundFact : paymentFact)(content.value);
      if (fact === null) return fail(400, '不支持的通知');
      return report(connection, settings, fact, evidence);
    },
  };
}
