// The way out. To the platform: signed calls of version 3, verified answers. To a shop: it is
// credited in the switch's own books, so nothing is sent but notifications.

import type {
  Capability,
  ConnectionSettings,
  Connector,
  LegReport,
  StoredInstruction,
} from '../../payments/port.ts';
import { required } from '../../runtime/defect.ts';
import { isRsaSigned } from '../../signatures/index.ts';
import { parseJson } from '../../wire/index.ts';
import { answerText, authorize } from './alipay.auth.ts';
import { type AlipayDeps, merchantOf, platformOf, privateKeyOf } from './alipay.deps.ts';
import { precreateSchema, refundQuerySchema, refundSchema } from './alipay.messages.ts';
import { createNotifier } from './alipay.notifier.ts';
import {
  type Answer,
  closed,
  encodeInstruction,
  firstPath,
  isCancelled,
  isForeign,
  notInYuan,
  paid,
  paths,
  precreated,
  refunded,
  refundQueried,
  tradeState,
  unknown,
} from './alipay.outbound.ts';

const shop: ReadonlySet<Capability> = new Set(['push', 'refund', 'inquiry', 'notices']);
const platform: ReadonlySet<Capability> = new Set(['collect', 'refund', 'inquiry']);

export const alipayCapabilities: readonly Capability[] = [...new Set([...shop, ...platform])];

const SKEW_MS_MAX = 10 * 60_000;
const INQUIRY_FIRST_MS = 1_000;
const INQUIRY_MS_MAX = 60_000;

export const notifyPath = (connectionId: string) => `/alipay/notify/${connectionId}`;

type Ask = (path: string, content: object | Uint8Array) => Promise<Answer | null>;

export function createAlipayConnector(deps: AlipayDeps): Connector {
  const { clock, ids, http } = deps;

  /** One question; null where no answer came that the platform has signed. */
  const askOf =
    (connection: ConnectionSettings): Ask =>
    async (target, content) => {
      const settings = required(platformOf(connection), 'a platform connection');
      const endpoint = required(connection.endpoint, 'its address').replace(/\/+$/, '');
      const bytes =
        content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content), 'utf8');
      const body = Buffer.from(bytes).toString('utf8');
      const asks = { appId: settings.appId, nonce: ids.compact(), atMs: clock.nowMs() };
      const request = { method: 'POST', target, body };
      const answer = await http.request({
        method: 'POST',
        url: endpoint + target,
        headers: {
          authorization: authorize(privateKeyOf(connection), asks, request),
          'content-type': 'application/json',
          'alipay-request-id': asks.nonce,
        },
        body: bytes,
        timeoutMs: settings.timeoutMs,
      });
      if (answer.kind !== 'answered') return null;
      const text = answer.body.toString('utf8');
      const [timestamp = '', nonce = '', signature = ''] = ['timestamp', 'nonce', 'signature'].map(
        (name) => answer.headers[`alipay-${name}`],
      );
      const signed = answerText(timestamp, nonce, text);
      if (!isRsaSigned(settings.alipayPublicKey, signed, signature)) return null;
      // an answer of long ago, told again, is none
      if (!(Math.abs(clock.nowMs() - Number(timestamp)) <= SKEW_MS_MAX)) return null;
      const parsed = parseJson(answer.body);
      if (!parsed.ok) return null;
      const evidence = Buffer.from(`${answer.status}\n${signature}\n${signed}`, 'utf8');
      return { status: answer.status, json: parsed.value, evidence };
    };

  async function stateOf(ask: Ask, stored: StoredInstruction, minor: bigint | null) {
    const answer = await ask(paths.query, { out_trade_no: stored.legId });
    if (answer === null) return { answer, state: 'unknown' } as const;
    return { answer, state: tradeState(answer, stored.legId, minor) } as const;
  }

  async function collected(ask: Ask, stored: StoredInstruction): Promise<LegReport> {
    const { total_amount: minor } = precreateSchema.parse(JSON.parse(textOf(stored)));
    const { answer, state } = await stateOf(ask, stored, minor);
    if (state === 'paid') return paid(answer);
    if (state === 'closed') return closed(answer);
    // before the payer scans there is no trade; the same order again is the same
    const isUnheard = state === 'absent' || state === 'waiting';
    return isUnheard && stored.record === null
      ? made(await ask(paths.precreate, stored.bytes))
      : unknown();
  }

  /**
   * Takes an order back. A code that nobody has scanned is no trade yet, cannot be closed and can
   * still be paid: only a cancellation ends it.
   */
  async function takenBack(ask: Ask, stored: StoredInstruction): Promise<LegReport> {
    const { answer, state } = await stateOf(ask, stored, null);
    if (state === 'paid') return paid(answer);
    if (state === 'closed') return closed(answer);
    if (state === 'waiting') {
      const done = await ask(paths.close, stored.bytes);
      return done?.status === 200 ? closed(done) : unknown();
    }
    if (state !== 'absent') return unknown();
    const done = await ask(paths.cancel, stored.bytes);
    return done !== null && isCancelled(done) ? closed(done) : unknown();
  }

  async function givenBack(ask: Ask, stored: StoredInstruction): Promise<LegReport> {
    const answer = await ask(paths.refund, stored.bytes);
    const done = answer === null ? null : refunded(answer, stored.legId);
    if (done?.outcome === 'rejected') return (await cancelledOf(ask, stored)) ?? done;
    return done ?? (await refundOf(ask, stored)) ?? unknown();
  }

  /**
   * A cancellation that came after the payer's confirmation gave the whole back itself, under the
   * order's own number: who refunds it then is refused, and has been served.
   */
  async function cancelledOf(ask: Ask, stored: StoredInstruction): Promise<LegReport | null> {
    const { out_trade_no, refund_amount } = refundSchema.parse(JSON.parse(textOf(stored)));
    const names = { out_trade_no, out_request_no: out_trade_no };
    const answer = await ask(paths.refundQuery, names);
    return answer === null ? null : refundQueried(answer, stored.legId, refund_amount);
  }

  async function refundOf(ask: Ask, stored: StoredInstruction): Promise<LegReport | null> {
    const names = refundQuerySchema.parse(JSON.parse(textOf(stored)));
    const answer = await ask(paths.refundQuery, names);
    return answer === null ? null : refundQueried(answer, stored.legId);
  }

  async function execute(
    connection: ConnectionSettings,
    stored: StoredInstruction,
  ): Promise<LegReport> {
    if (merchantOf(connection) !== null) return credited(stored);
    if (isForeign(stored.bytes)) return notInYuan();
    const ask = askOf(connection);
    switch (stored.kind) {
      case 'collect':
        return made(await ask(firstPath.collect, stored.bytes));
      case 'close':
        return takenBack(ask, stored);
      case 'refund':
        return givenBack(ask, stored);
      case 'credit':
        return unknown();
    }
  }

  return {
    ...createNotifier(deps),
    capabilitiesOf: (connection) => (merchantOf(connection) === null ? platform : shop),
    encode: ({ id }, instruction) =>
      encodeInstruction(instruction, deps.publicUrl + notifyPath(id)),
    execute,
    async inquire(connection, stored) {
      if (merchantOf(connection) !== null) return credited(stored);
      if (isForeign(stored.bytes)) return notInYuan();
      const ask = askOf(connection);
      if (stored.kind === 'collect') return collected(ask, stored);
      if (stored.kind !== 'refund') return execute(connection, stored);
      // the same request number again is the same refund
      return (await refundOf(ask, stored)) ?? givenBack(ask, stored);
    },
    inquiryDelayMs: (n) => Math.min(INQUIRY_FIRST_MS * 2 ** Math.min(n - 1, 20), INQUIRY_MS_MAX),
  };
}

const textOf = ({ bytes }: StoredInstruction) => Buffer.from(bytes).toString('utf8');

const made = (answer: Answer | null): LegReport =>
  answer === null ? unknown() : precreated(answer);

/** A shop has its money when its participant has it: the books say so, and nobody is asked. */
function credited({ legId }: StoredInstruction): LegReport {
  return { outcome: 'completed', externalId: legId, problem: null, evidence: null };
}
