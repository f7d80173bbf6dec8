// Who speaks: RFC 9421 on the raw request, then replay, then whether the key may be used now; and
// the signature of the answer. Always on the bytes that were sent, never on JSON written anew.
import type { Credential } from '../payments/port.ts';
import { type Problem, problem } from '../problems/index.ts';
import { required } from '../runtime/defect.ts';
import {
  headerOf,
  parsePublicJwk,
  type ReplayCache,
  type SignedHeaders,
  type SigningKey,
  signRequest,
  signResponse,
  type Verification,
  type VerifyingKey,
  verifyingKey,
  verifyRequest,
  verifyResponse,
} from '../signatures/index.ts';
import type { HttpResult } from '../wire/index.ts';
import type { DialectDeps, KnownKey } from './dialect.ts';
import type { InboundRequest } from './inbound.ts';

export interface Authenticated {
  readonly ok: true;
  readonly credential: Credential;
  /** What the answer's signature must cover. */
  readonly signatureItem: string;
}

export interface NotAuthenticated {
  readonly ok: false;
  readonly problem: Problem;
  /** Null while nothing proves who asked: such an answer is not signed, so that nobody can have us
   * sign at will. */
  readonly signatureItem: string | null;
}

export interface SignedAuth {
  verify(request: InboundRequest): Authenticated | NotAuthenticated;
  /** Headers of a signed answer, content-type and content-digest included. */
  signAnswer(
    answer: { readonly status: number; readonly contentType: string | undefined },
    body: Uint8Array | null,
    signatureItem: string,
  ): SignedHeaders;
  signCall(call: {
    readonly method: string;
    readonly url: string;
    readonly body: Uint8Array | null;
    readonly idempotencyKey: string | undefined;
  }): SignedHeaders;
  /** Whether a wallet's answer to a call of ours was signed by a live key of that participant. */
  verifyAnswer(
    answer: Extract<HttpResult, { kind: 'answered' }>,
    callHeaders: SignedHeaders,
    participantId: string,
  ): boolean;
}

const standings: Record<Exclude<KnownKey['standing'], 'live'>, Problem> = {
  revoked: problem('credential_revoked'),
  not_active: problem('participant_not_active'),
  suspended: problem('participant_suspended'),
};

/** Whose keys are believed, and for what they were registered. */
export interface SignedAuthDeps extends Pick<DialectDeps, 'clock' | 'ids' | 'publicUrl'> {
  readonly signingKey: SigningKey;
  /** One for all routes of all instances in the process. */
  readonly replays: ReplayCache;
  readonly key: (keyId: string) => KnownKey | undefined;
  /** Keys of other protocols are not permitted here. */
  readonly dialect: string;
}

export function createSignedAuth(deps: SignedAuthDeps): SignedAuth {
  const { clock, ids, replays, signingKey } = deps;
  const signing = () => ({ key: signingKey, nowMs: clock.nowMs(), nonce: ids.compact() });

  /** A key id is the thumbprint of its key, so what was parsed once under it stays right. */
  const parsed = new Map<string, VerifyingKey>();
  function keyOf(keyId: string): VerifyingKey | undefined {
    const known = deps.key(keyId);
    if (known === undefined) return undefined;
    let key = parsed.get(keyId);
    if (key === undefined) {
      key = verifyingKey(required(parsePublicJwk(JSON.parse(known.jwk)), 'registered key'));
      parsed.set(keyId, key);
    }
    return key;
  }

  function admit(verified: Extract<Verification, { ok: true }>): Authenticated | NotAuthenticated {
    const { keyId, nonce, expiresAtMs, signatureItem } = verified;
    const refuse = (why: Problem): NotAuthenticated => ({ ok: false, problem: why, signatureItem });
    if (!replays.admit(keyId, nonce, expiresAtMs)) return refuse(problem('signature_replayed'));
    const key = required(deps.key(keyId), 'the key that was verified');
    if (key.standing !== 'live') return refuse(standings[key.standing]);
    if (key.dialect !== deps.dialect) return refuse(problem('not_permitted'));
    const { participantId, connectionId } = key;
    return { ok: true, credential: { participantId, connectionId, keyId }, signatureItem };
  }

  return {
    verify(request) {
      const { method, headers, body } = request;
      const targetUri = deps.publicUrl + request.target;
      const verified = verifyRequest({ method, targetUri, headers, body }, keyOf, clock.nowMs());
      if (verified.ok) return admit(verified);
      return { ok: false, problem: problem(verified.problem), signatureItem: null };
    },
    signAnswer: ({ status, contentType }, body, requestSignature) =>
      signResponse({ status, contentType, body, requestSignature }, signing()),
    signCall({ method, url, body, idempotencyKey }) {
      const contentType = body === null ? undefined : 'application/json';
      return signRequest({ method, targetUri: url, contentType, idempotencyKey, body }, signing());
    },
    verifyAnswer({ status, headers, body }, callHeaders, participantId) {
      const own = /=(:[^:]+:)$/.exec(headerOf(callHeaders, 'signature') ?? '')?.[1];
      const item = required(own, 'signature of our own call');
      const verified = verifyResponse({ status, headers, body }, item, keyOf, clock.nowMs());
      // Revoked keys prove nothing; a suspended participant's wallet still tells outcomes.
      if (!verified.ok) return false;
      const key = deps.key(verified.keyId);
      return key?.participantId === participantId && key.standing !== 'revoked';
    },
  };
}

/** What is kept of a signed request: enough to verify its signature again, byte for byte. */
export function evidenceOf(request: InboundRequest): Uint8Array {
  const { headers } = request;
  let head = `${request.method} ${request.target}\n`;
  for (const name of EVIDENCE_HEADERS) {
    const value = headers[name];
    if (typeof value === 'string') head += `${name}: ${value}\n`;
  }
  return Buffer.concat([Buffer.from(`${head}\n`, 'utf8'), request.body]);
}

/** The same of an answer to a call of ours. */
export function answerEvidence(answer: Extract<HttpResult, { kind: 'answered' }>): Uint8Array {
  let head = `${answer.status}\n`;
  for (const name of EVIDENCE_HEADERS) {
    const value = answer.headers[name];
    if (value !== undefined) head += `${name}: ${value}\n`;
  }
  return Buffer.concat([Buffer.from(`${head}\n`, 'utf8'), answer.body]);
}

const EVIDENCE_HEADERS = [
  'content-type',
  'content-digest',
  'idempotency-key',
  'signature-input',
  'signature',
] as const;
