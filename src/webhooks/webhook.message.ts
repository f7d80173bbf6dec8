// A webhook as Standard Webhooks 1.0 wants it: id, timestamp, and an HMAC-SHA-256 over both and the
// body; with two secrets, two signatures, so that the receiver can change over in its own time.
import { createHmac } from 'node:crypto';
import type { Endpoint } from './webhook.ts';

const PREFIX = 'whsec_';

/** 32 random bytes → `whsec_…`. */
export const secretText = (bytes: Uint8Array): string =>
  PREFIX + Buffer.from(bytes).toString('base64');

function sign(secret: Uint8Array, content: string): string {
  const text = Buffer.from(secret).toString('utf8');
  const key = Buffer.from(text.slice(PREFIX.length), 'base64');
  return `v1,${createHmac('sha256', key).update(content, 'utf8').digest('base64')}`;
}

export function webhookHeaders(
  endpoint: Pick<Readonly<Endpoint>, 'secret' | 'previousSecret' | 'previousUntilMs'>,
  message: { readonly id: string; readonly body: string; readonly nowMs: number },
): Record<string, string> {
  const { id, body, nowMs } = message;
  const timestamp = String(Math.floor(nowMs / 1_000));
  const content = `${id}.${timestamp}.${body}`;
  const signatures = [sign(endpoint.secret.bytes, content)];
  const { previousSecret, previousUntilMs } = endpoint;
  if (previousSecret !== null && (previousUntilMs ?? 0) > nowMs) {
    signatures.push(sign(previousSecret.bytes, content));
  }
  return {
    'content-type': 'application/json',
    'user-agent': 'hutong-webhooks/1',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
