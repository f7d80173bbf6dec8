// What Alipay tells the switch as its merchant (异步通知): that a trade was paid or closed, or a
// refund done. `success` is said once it is durable; anything else makes Alipay tell it again.
import { parseLegId } from '../../../payments/payment.ts';
import type { ConnectionSettings, Credential, LegReport, LegView } from '../../../payments/port.ts';
import type { InboundAnswer, InboundRequest, InboundRoute } from '../../inbound.ts';
import { isNotificationSigned } from '../alipay.auth.ts';
import { type AlipayDeps, platformOf } from '../alipay.deps.ts';
import { notificationSchema } from '../alipay.messages.ts';

const say = (text: 'success' | 'fail', status = 200): InboundAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: text,
});

interface Told {
  readonly legId: string;
  readonly report: LegReport;
}

export function notifyRoute(deps: AlipayDeps): InboundRoute {
  const { participants, payments, logger } = deps;

  async function legOf(credential: Credential, legId: string): Promise<LegView | undefined> {
    const id = parseLegId(legId)?.paymentId ?? '';
    const found = await payments.payment(credential, { by: 'id', id });
    const legs = found.ok ? found.value.legs : [];
    return legs.find((leg) => leg.legId === legId && leg.connectionId === credential.connectionId);
  }

  /** What a notification says of a leg; null where it says nothing the switch acts on. */
  async function read(
    fields: ReadonlyMap<string, string>,
    credential: Credential,
    evidence: Uint8Array,
  ): Promise<Told | 'contradicts' | null> {
    const parsed = notificationSchema.safeParse(Object.fromEntries(fields));
    if (!parsed.success) return null;
    const { out_trade_no, trade_no, trade_status, total_amount, out_biz_no } = parsed.data;
    const shared = { problem: null, evidence };
    if (out_biz_no !== undefined && parsed.data.gmt_refund !== undefined) {
      // its sum is that of all refunds of the trade: what counts is that it is a refund of ours
      const leg = await legOf(credential, out_biz_no);
      if (leg?.role !== 'credit') return 'contradicts';
      const report = { ...shared, outcome: 'completed', externalId: out_biz_no } as const;
      return { legId: out_biz_no, report };
    }
    if (trade_status === 'TRADE_CLOSED') {
      return { legId: out_trade_no, report: { ...shared, outcome: 'rejected', externalId: null } };
    }
    if (trade_status !== 'TRADE_SUCCESS' && trade_status !== 'TRADE_FINISHED') return null;
    const id = parseLegId(out_trade_no)?.paymentId ?? '';
    const payment = await payments.payment(credential, { by: 'id', id });
    if (!payment.ok || payment.value.payment.debitMinor !== total_amount) return 'contradicts';
    const report = { ...shared, outcome: 'completed', externalId: trade_no } as const;
    return { legId: out_trade_no, report };
  }

  async function take(connection: ConnectionSettings, body: Uint8Array): Promise<InboundAnswer> {
    const settings = platformOf(connection);
    const fields = new Map(new URLSearchParams(Buffer.from(body).toString('utf8')));
    if (settings === null || !isNotificationSigned(settings.alipayPublicKey, fields)) {
      return say('fail', 401);
    }
    if (fields.get('app_id') !== settings.appId) return say('fail', 401);
    const { participantId, id: connectionId } = connection;
    const credential = { participantId, connectionId, keyId: settings.appId };
    const told = await read(fields, credential, body);
    if (told === 'contradicts') {
      logger.error({ connectionId }, 'a notification does not fit its payment');
      return say('fail', 400);
    }
    if (told === null) return say('success');
    const reported = await payments.report(credential, told.legId, told.report);
    if (reported.ok) return say('success');
    logger.warn({ connectionId, code: reported.problem.code }, 'a notification was not taken');
    return say('fail', 503);
  }

  return {
    method: 'POST',
    path: '/alipay/notify/{connection}',
    contentTypes: ['application/x-www-form-urlencoded'],
    async handle({ params, body }: InboundRequest) {
      const connection = participants.connection(params['connection'] ?? '');
      if (connection?.dialect !== 'alipay') return say('fail', 404);
      return take(connection, body);
    },
  };
}
