// Signing requests and answers. Nonce and time are given, so that a simulation can repeat them.
import {
  type Component,
  type RequestToSign,
  requestComponents,
  responseComponents,
  signatureBase,
  signatureHeaders,
  signatureParams,
} from '@hutong/sdk/signing';
import { contentDigest } from './digest.ts';
import type { SigningKey } from './keys.ts';

const LIFETIME_S = 120;

export interface Signing {
  readonly key: SigningKey;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly nonce: string;
}

export type SignedHeaders = Record<string, string>;

function signed(components: readonly Component[], { key, nowMs, nonce }: Signing) {
  const created = Math.floor(nowMs / 1000);
  const params = signatureParams(components, {
    created,
    expires: created + LIFETIME_S,
    nonce,
    keyId: key.keyId,
  });
  return signatureHeaders(params, key.sign(signatureBase(components, params)));
}

/** The headers to send: those given, and content-digest, signature-input and signature. */
export function signRequest(
  request: Omit<RequestToSign, 'contentDigest'> & { readonly body: Uint8Array | null },
  signing: Signing,
): SignedHeaders {
  const digest = request.body === null ? undefined : contentDigest(request.body);
  const headers: SignedHeaders = {};
  if (digest !== undefined) headers['content-digest'] = digest;
  if (request.contentType !== undefined) headers['content-type'] = request.contentType;
  if (request.idempotencyKey !== undefined) headers['idempotency-key'] = request.idempotencyKey;
  return Object.assign(
    headers,
    signed(requestComponents({ ...request, contentDigest: digest }), signing),
  );
}

export function signResponse(
  response: {
    readonly status: number;
    readonly contentType: string | undefined;
    readonly body: Uint8Array | null;
    readonly requestSignature: string;
  },
  signing: Signing,
): SignedHeaders {
  const digest = response.body === null ? undefined : contentDigest(response.body);
  const headers: SignedHeaders = {};
  if (digest !== undefined) headers['content-digest'] = digest;
  if (response.contentType !== undefined) headers['content-type'] = response.contentType;
  const components = responseComponents({ ...response, contentDigest: digest });
  return Object.assign(headers, signed(components, signing));
}
