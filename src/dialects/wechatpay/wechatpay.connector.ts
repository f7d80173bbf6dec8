// The way out. To the platform: signed calls, verified answers. To a shop: it is credited in the
// switch's own books, so nothing is sent but notifications.

import type {
  Capability,
  ConnectionSettings,
  Connector,
  LegReport,
  StoredInstruction,
} from '../../payments/port.ts';
import { type Ask, createChannel, settingsOf } from './wechatpay.channel.ts';
import { merchantOf, platformOf, type WechatpayConnectorDeps } from './wechatpay.deps.ts';
import { createNotifier } from './wechatpay.notifier.ts';
import {
  type Answer,
  type Asked,
  closed,
  encodeInstruction,
  fenOf,
  isAbsent,
  isNeverTaken,
  notInYuan,
  ordered,
  orderState,
  paid,
  paths,
  refunded,
  refundRefusal,
  refused,
  unknown,
} from './wechatpay.outbound.ts';

const shop: ReadonlySet<Capability> = new Set(['push', 'refund', 'inquiry', 'notices']);
const platform: ReadonlySet<Capability> = new Set(['collect', 'refund', 'inquiry']);

export const wechatpayCapabilities: readonly Capability[] = [...new Set([...shop, ...platform])];

const INQUIRY_FIRST_MS = 1_000;
const INQUIRY_MS_MAX = 60_000;

export const notifyPath = (connectionId: string) => `/wechatpay/notify/${connectionId}`;

/** What is asked of the platform, one instruction at a time. */
function createDealings(deps: WechatpayConnectorDeps) {
  const { payments, logger } = deps;

  async function stateOf(ask: Ask, asked: Asked) {
    const answer = await ask('GET', paths.query(asked.legId, asked.mchid));
    if (answer === null) return { answer, state: 'unknown' } as const;
    const state = orderState(answer, asked);
    if (state === 'contradicts') {
      logger.error({ legId: asked.legId }, 'an answer does not fit the order it is about');
    }
    return { answer, state } as const;
  }

  return {
    async collected(ask: Ask, asked: Asked, { bytes, record }: StoredInstruction) {
      const { answer, state } = await stateOf(ask, asked);
      if (state === 'paid') return paid(answer);
      if (state === 'closed') return closed(answer);
      // the order never arrived, or its answer never did: the same order again is the same
      const isUnheard = state === 'absent' || (state === 'waiting' && record === null);
      return isUnheard ? made(await ask('POST', paths.order, bytes)) : unknown();
    },

    /** Takes an order back: closed by the platform, or paid after all. */
    async takenBack(ask: Ask, connection: ConnectionSettings, stored: StoredInstruction) {
      const { legId, paymentId, bytes } = stored;
      const done = await ask('POST', paths.close(legId), bytes);
      if (done?.status === 204) return closed(done);
      const { mchid, platformSerial: keyId } = settingsOf(connection);
      const { participantId, id: connectionId } = connection;
      const credential = { participantId, connectionId, keyId };
      const own = await payments.payment(credential, { by: 'id', id: paymentId });
      if (!own.ok) return unknown();
      const { debitMinor: minor, expiresAtMs } = own.value.payment;
      const { answer, state } = await stateOf(ask, { mchid, legId, minor });
      if (state === 'paid') return paid(answer);
      if (state === 'closed') return closed(answer);
      // an order that never arrived may still arrive, as long as it has not expired
      return state === 'absent' && isNeverTaken(answer, expiresAtMs) ? closed(answer) : unknown();
    },

    async givenBack(ask: Ask, asked: Asked, { legId, bytes }: StoredInstruction) {
      const answer = await ask('POST', paths.refund, bytes);
      if (answer === null) return unknown();
      const problem = refundRefusal(answer);
      if (problem === null) return refunded(answer, asked) ?? unknown();
      // refused now: only if it is not there either has it not been done before
      const found = await ask('GET', paths.refundQuery(legId));
      if (found === null) return unknown();
      return isAbsent(found) ? refused(answer, problem) : (refunded(found, asked) ?? unknown());
    },
  };
}

export function createWechatpayConnector(deps: WechatpayConnectorDeps): Connector {
  const askOf = createChannel(deps);
  const dealings = createDealings(deps);

  /** `isAgain`: it was sent before, so that first it is asked what became of it. */
  async function deal(
    connection: ConnectionSettings,
    stored: StoredInstruction,
    isAgain: boolean,
  ): Promise<LegReport> {
    if (merchantOf(connection) !== null) return credited(stored);
    const ask = askOf(connection);
    const { kind, legId, bytes } = stored;
    if (kind === 'credit') return unknown();
    if (kind === 'close') return dealings.takenBack(ask, connection, stored);
    const minor = fenOf(bytes);
    if (minor === null) return notInYuan();
    const asked = { mchid: settingsOf(connection).mchid, legId, minor };
    if (kind === 'collect') {
      if (isAgain) return dealings.collected(ask, asked, stored);
      return made(await ask('POST', paths.order, bytes));
    }
    const found = isAgain ? await ask('GET', paths.refundQuery(legId)) : null;
    // the same refund number again is the same refund
    const isToSend = !isAgain || (found !== null && isAbsent(found));
    if (isToSend) return dealings.givenBack(ask, asked, stored);
    return (found === null ? null : refunded(found, asked)) ?? unknown();
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
    execute: (connection, stored) => deal(connection, stored, false),
    inquire: (connection, stored) => deal(connection, stored, true),
    inquiryDelayMs: (n) => Math.min(INQUIRY_FIRST_MS * 2 ** Math.min(n - 1, 20), INQUIRY_MS_MAX),
  };
}

const made = (answer: Answer | null): LegReport => (answer === null ? unknown() : ordered(answer));

/** A shop has its money when its participant has it: the books say so, and nobody is asked. */
function credited({ legId }: StoredInstruction): LegReport {
  return { outcome: 'completed', externalId: legId, problem: null, evidence: null };
}
