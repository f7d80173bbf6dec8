// Verifying signed requests and answers, as one ladder: two faults always give the same code.
import {
  type Component,
  type ParsedSignature,
  type ParseFault,
  parseSignature,
  requestComponents,
  responseComponents,
  SIGNATURE_LIFETIME_S_MAX,
  signatureBase,
} from '@hutong/sdk/signing';
import { digestHolds } from './digest.ts';
import type { VerifyingKey } from './keys.ts';

/** Clocks of two honest machines differ by no more than this, in seconds. */
export const CLOCK_SKEW_S_MAX = 60;

/** In the order in which a message is judged. */
export type SignatureProblem =
  | ParseFault
  | 'digest_missing'
  | 'signature_expired'
  | 'signature_from_future'
  | 'key_unknown'
  | 'signature_invalid'
  | 'digest_mismatch';

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface ReceivedRequest {
  readonly method: string;
  readonly targetUri: string;
  /** Lower-case names. */
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export interface Verified {
  readonly ok: true;
  readonly keyId: string;
  readonly nonce: string;
  /** Milliseconds: until then a replay has to be remembered. */
  readonly expiresAtMs: number;
  /** What the answer must cover. */
  readonly signatureItem: string;
}
export type Verification = Verified | { readonly ok: false; readonly problem: SignatureProblem };

const fail = (problem: SignatureProblem) => ({ ok: false, problem }) as const;

export function headerOf(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

function timesHold(parsed: ParsedSignature, nowMs: number): SignatureProblem | null {
  const nowS = nowMs / 1000;
  if (parsed.expires < parsed.created) return 'signature_malformed';
  if (parsed.expires - parsed.created > SIGNATURE_LIFETIME_S_MAX) return 'signature_malformed';
  if (parsed.expires + CLOCK_SKEW_S_MAX < nowS) return 'signature_expired';
  return parsed.created - CLOCK_SKEW_S_MAX > nowS ? 'signature_from_future' : null;
}

function judge(
  parsed: ParsedSignature,
  components: readonly Component[],
  message: { readonly headers: Headers; readonly body: Uint8Array },
  keyOf: (keyId: string) => VerifyingKey | undefined,
  nowMs: number,
): Verification {
  // covered is exactly what the profile asks for; the order is the signer's
  if (parsed.components.length !== components.length) return fail('signature_component_missing');
  const values = new Map(components);
  const ordered: Component[] = [];
  for (const identifier of parsed.components) {
    const value = values.get(identifier);
    if (value === undefined) return fail('signature_component_missing');
    ordered.push([identifier, value]);
  }
  const digest = headerOf(message.headers, 'content-digest');
  if (digest === undefined && message.body.length > 0) return fail('digest_missing');
  const time = timesHold(parsed, nowMs);
  if (time !== null) return fail(time);
  const key = keyOf(parsed.keyId);
  if (key === undefined) return fail('key_unknown');
  const base = signatureBase(ordered, parsed.params);
  if (!key.verify(base, Buffer.from(parsed.signature, 'base64'))) return fail('signature_invalid');
  if (digest !== undefined && !digestHolds(digest, message.body)) return fail('digest_mismatch');
  return {
    ok: true,
    keyId: parsed.keyId,
    nonce: parsed.nonce,
    expiresAtMs: (parsed.expires + CLOCK_SKEW_S_MAX) * 1000,
    signatureItem: parsed.signatureItem,
  };
}

export function verifyRequest(
  request: ReceivedRequest,
  keyOf: (keyId: string) => VerifyingKey | undefined,
  nowMs: number,
): Verification {
  const { headers } = request;
  const parsed = parseSignature(
    headerOf(headers, 'signature-input'),
    headerOf(headers, 'signature'),
  );
  if (typeof parsed === 'string') return fail(parsed);
  const components = requestComponents({
    method: request.method,
    targetUri: request.targetUri,
    contentDigest: headerOf(headers, 'content-digest'),
    contentType: headerOf(headers, 'content-type'),
    idempotencyKey: headerOf(headers, 'idempotency-key'),
  });
  return judge(parsed, components, request, keyOf, nowMs);
}

export interface ReceivedResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** `requestSignature` is the `:base64:` item of the request that this answers. */
export function verifyResponse(
  response: ReceivedResponse,
  requestSignature: string,
  keyOf: (keyId: string) => VerifyingKey | undefined,
  nowMs: number,
): Verification {
  const { headers } = response;
  const parsed = parseSignature(
    headerOf(headers, 'signature-input'),
    headerOf(headers, 'signature'),
  );
  if (typeof parsed === 'string') return fail(parsed);
  const components = responseComponents({
    status: response.status,
    contentDigest: headerOf(headers, 'content-digest'),
    contentType: headerOf(headers, 'content-type'),
    requestSignature,
  });
  return judge(parsed, components, response, keyOf, nowMs);
}
