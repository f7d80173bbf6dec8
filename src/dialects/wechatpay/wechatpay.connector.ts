// The way out. To the platform: signed calls, verified answers. To a shop: it is credited in the
// switch's own books, so nothing is sent but notifications.

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
import { answerText, authorize } from './wechatpay.auth.ts';
import { merchantOf, platformOf, secretsOf, type WechatpayDeps } from './wechatpay.deps.ts';
import { nativeOrderSchema } from './wechatpay.messages.ts';
import { createNotifier } from './wechatpay.notifier.ts';
import {
  type Answer,
  closed,
  encodeInstruction,
  isAbsent,
  ordered,
  orderState,
  paid,
  paths,
  refunded,
  unknown,
} from './wechatpay.outbound.ts';

const shop: ReadonlySet<Capability> = new Set(['push', 'refund', 'inquiry', 'notices']);
const platform: ReadonlySet<Capability> = new Set(['collect', 'refund', 'inquiry']);

export const wechatpayCapabilities: readonly Capability[] = [...new Set([...shop, ...platform])];

const INQUIRY_FIRST_MS = 1_000;
const INQUIRY_MS_MAX = 60_000;

export const notifyPath = (connectionId: string) => `/wechatpay/notify/${connectionId}`;

type Ask = (
  method: 'GET' | 'POST',
  target: string,
  body?: Uint8Array | null,
) => Promise<Answer | null>;

export function createWechatpayConnector(deps: WechatpayDeps): Connector {
  const { clock, ids, http } = deps;

  /** One question; null where no answer came that the platform has signed. */
  const askOf =
    (connection: ConnectionSettings): Ask =>
    async (method, target, body = null) => {
      const settings = required(platformOf(connection), 'a platform connection');
      const endpoint = required(connection.endpoint, 'its address').replace(/\/+$/, '');
      const { mchid, merchantSerial: serial, platformSerial, platformPublicKey } = settings;
      const timestamp = String(Math.floor(clock.nowMs() / 1_000));
      const sent = body === null ? '' : Buffer.from(body).toString('utf8');
      const asks = { mchid, nonce: ids.compact(), timestamp, serial };
      const request = { method, target, body: sent };
      const answer = await http.request({
        method,
        url: endpoint + target,
        headers: {
          authorization: authorize(secretsOf(connection).privateKey, asks, request),
          accept: 'application/json',
          'user-agent': 'hutong',
          'wechatpay-serial': platformSerial,
          ...(body === null ? {} : { 'content-type': 'application/json' }),
        },
        body,
        timeoutMs: settings.timeoutMs,
      });
      if (answer.kind !== 'answered') return null;
      const text = answer.body.toString('utf8');
      const header = (name: string) => answer.headers[`wechatpay-${name}`] ?? '';
      const signed = answerText(header('timestamp'), header('nonce'), text);
      if (header('serial') !== platformSerial) return null;
      if (!isRsaSigned(platformPublicKey, signed, header('signature'))) return null;
      const parsed = text === '' ? null : parseJson(answer.body);
      if (parsed?.ok === false) return null;
      const evidence = Buffer.from(`${answer.status}\n${header('signature')}\n${signed}`, 'utf8');
      return { status: answer.status, json: parsed?.value ?? null, evidence };
    };

  async function stateOf(
    ask: Ask,
    connection: ConnectionSettings,
    { legId }: StoredInstruction,
    minor: bigint | null,
  ) {
    const { mchid } = required(platformOf(connection), 'a platform connection');
    const answer = await ask('GET', paths.query(legId, mchid));
    if (answer === null) return { answer, state: 'unknown' } as const;
    return { answer, state: orderState(answer, minor) } as const;
  }

  async function collected(
    ask: Ask,
    connection: ConnectionSettings,
    stored: StoredInstruction,
  ): Promise<LegReport> {
    const text = Buffer.from(stored.bytes).toString('utf8');
    const { amount } = nativeOrderSchema.parse(JSON.parse(text));
    const { answer, state } = await stateOf(ask, connection, stored, amount.total);
    if (state === 'paid') return paid(answer);
    if (state === 'closed') return closed(answer);
    // the order never arrived, or its answer never did: the same order again is the same
    const isUnheard = state === 'absent' || (state === 'waiting' && stored.record === null);
    return isUnheard ? made(await ask('POST', paths.order, stored.bytes)) : unknown();
  }

  /** Takes an order back: closed by the platform, or paid after all. */
  async function takenBack(
    ask: Ask,
    connection: ConnectionSettings,
    stored: StoredInstruction,
  ): Promise<LegReport> {
    const done = await ask('POST', paths.close(stored.legId), stored.bytes);
    if (done?.status === 204) return closed(done);
    const { answer, state } = await stateOf(ask, connection, stored, null);
    if (state === 'paid') return paid(answer);
    // an order that never arrived may still arrive: only what is there can be closed for good
    return state === 'closed' ? closed(answer) : unknown();
  }

  async function execute(
    connection: ConnectionSettings,
    stored: StoredInstruction,
  ): Promise<LegReport> {
    if (merchantOf(connection) !== null) return credited(stored);
    const ask = askOf(connection);
    switch (stored.kind) {
      case 'collect':
        return made(await ask('POST', paths.order, stored.bytes));
      case 'close':
        return takenBack(ask, connection, stored);
      case 'refund':
        return givenBack(await ask('POST', paths.refund, stored.bytes));
      case 'credit':
        return unknown();
    }
  }

  return {
    ...createNotifier(deps),
    capabilitiesOf: (connection) => (merchantOf(connection) === null ? platform : shop),
    encode(connection, instruction) {
      const settings = platformOf(connection);
      // a shop is sent nothing: what is stored says only which leg it was
      if (settings === null) return Buffer.from(JSON.stringify({ leg: instruction.legId }));
      return encodeInstruction(settings, instruction, deps.publicUrl + notifyPath(connection.id));
    },
    execute,
    async inquire(connection, stored) {
      if (merchantOf(connection) !== null) return credited(stored);
      const ask = askOf(connection);
      if (stored.kind === 'collect') return collected(ask, connection, stored);
      if (stored.kind !== 'refund') return execute(connection, stored);
      const answer = await ask('GET', paths.refundQuery(stored.legId));
      // the same refund number again is the same refund
      return answer !== null && isAbsent(answer) ? execute(connection, stored) : givenBack(answer);
    },
    inquiryDelayMs: (n) => Math.min(INQUIRY_FIRST_MS * 2 ** Math.min(n - 1, 20), INQUIRY_MS_MAX),
  };
}

const made = (answer: Answer | null): LegReport => (answer === null ? unknown() : ordered(answer));

const givenBack = (answer: Answer | null): LegReport =>
  (answer === null ? null : refunded(answer)) ?? unknown();

/** A shop has its money when its participant has it: the books say so, and nobody is asked. */
function credited({ legId }: StoredInstruction): LegReport {
  return { outcome: 'completed', externalId: legId, problem: null, evidence: null };
}
