// Calls to the platform: each signed with the merchant's key, and only what the platform has signed
// itself, lately, comes back as an answer. What an answer means is wechatpay.outbound.ts.
import type { ConnectionSettings } from '../../payments/port.ts';
import { required } from '../../runtime/defect.ts';
import { isRsaSigned } from '../../signatures/index.ts';
import { type HttpResult, parseJson } from '../../wire/index.ts';
import { answerText, authorize, isFresh } from './wechatpay.auth.ts';
import {
  type PlatformSettings,
  platformOf,
  secretsOf,
  type WechatpayConnectorDeps,
} from './wechatpay.deps.ts';
import type { Answer } from './wechatpay.outbound.ts';

/** One question; null where no answer came that the platform has signed. */
export type Ask = (
  method: 'GET' | 'POST',
  target: string,
  body?: Uint8Array | null,
) => Promise<Answer | null>;

export const settingsOf = (connection: ConnectionSettings): PlatformSettings =>
  required(platformOf(connection), 'a platform connection');

function verified(
  { platformSerial, platformPublicKey }: PlatformSettings,
  answer: HttpResult,
  nowMs: number,
): Answer | null {
  if (answer.kind !== 'answered') return null;
  const header = (name: string) => answer.headers[`wechatpay-${name}`] ?? '';
  const timestamp = header('timestamp');
  if (header('serial') !== platformSerial || !isFresh(timestamp, nowMs)) return null;
  const signed = answerText(timestamp, header('nonce'), answer.body.toString('utf8'));
  if (!isRsaSigned(platformPublicKey, signed, header('signature'))) return null;
  const parsed = answer.body.length === 0 ? null : parseJson(answer.body);
  if (parsed?.ok === false) return null;
  return {
    status: answer.status,
    json: parsed?.value ?? null,
    evidence: Buffer.from(`${answer.status}\n${header('signature')}\n${signed}`, 'utf8'),
    signedAtMs: Number(timestamp) * 1_000,
  };
}

export function createChannel({ clock, ids, http }: WechatpayConnectorDeps) {
  return (connection: ConnectionSettings): Ask =>
    async (method, target, body = null) => {
      const settings = settingsOf(connection);
      const endpoint = required(connection.endpoint, 'its address').replace(/\/+$/, '');
      const { mchid, merchantSerial: serial, platformSerial, timeoutMs } = settings;
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
        timeoutMs,
      });
      return verified(settings, answer, clock.nowMs());
    };
}
