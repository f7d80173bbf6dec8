// Verifying webhooks (Standard Webhooks 1.0), in Node and browsers: WebCrypto, nothing else.
import { z } from 'zod';

/**
 * How far the sender's clock may be from ours, in seconds: an old message is no longer believed.
 */
const TOLERANCE_S = 300;

const messageSchema = z.object({
  type: z.string(),
  timestamp: z.string(),
  data: z.looseObject({}),
});
export type WebhookMessage = z.infer<typeof messageSchema>;

export class WebhookNotVerified extends Error {
  override name = 'WebhookNotVerified';
}

export interface WebhookToVerify {
  /** The raw body, as it came: never JSON that was written anew. */
  readonly body: string;
  readonly headers: { get(name: string): string | null };
  /** `whsec_…`; two while you change over. */
  readonly secrets: readonly string[];
  /** Milliseconds since 1970; now when absent. */
  readonly nowMs?: number;
}

function bytesOf(secret: string): Uint8Array<ArrayBuffer> {
  const text = atob(secret.replace(/^whsec_/, ''));
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/**
 * The message, if one of the secrets has signed it and it is of now. The same `webhook-id` may come
 * again: act on it once.
 * @throws WebhookNotVerified
 */
export async function verifyWebhook(asked: WebhookToVerify): Promise<WebhookMessage> {
  const { body, headers, secrets, nowMs = Date.now() } = asked;
  const id = headers.get('webhook-id');
  const timestamp = headers.get('webhook-timestamp');
  const signatures = (headers.get('webhook-signature') ?? '').split(' ');
  if (id === null || timestamp === null || !/^[0-9]{1,12}$/.test(timestamp)) {
    throw new WebhookNotVerified('webhook-id or webhook-timestamp is missing');
  }
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > TOLERANCE_S) {
    throw new WebhookNotVerified('the message is not of now');
  }
  const content = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  for (const secret of secrets) {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    const { subtle } = globalThis.crypto;
    const key = await subtle.importKey('raw', bytesOf(secret), algorithm, false, ['verify']);
    for (const each of signatures) {
      const [version, signature = ''] = each.split(',');
      if (version !== 'v1' || !/^[A-Za-z0-9+/]+=*$/.test(signature)) continue;
      // compares in constant time
      if (await subtle.verify('HMAC', key, bytesOf(signature), content)) {
        return messageSchema.parse(JSON.parse(body));
      }
    }
  }
  throw new WebhookNotVerified('no secret has signed this message');
}
