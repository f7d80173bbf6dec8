// The wallet's own RFC 9421, by an implementation that has nothing in common with the switch's:
// what both sides agree on is then the specification and not a shared mistake.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  randomUUID,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { httpbis } from 'http-message-signatures';

export interface JwkText {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y?: string | undefined;
  readonly d?: string | undefined;
}

export interface SignedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

export interface WalletSignatures {
  readonly keyId: string;
  /** Why the request is not the switch's; null when it is. */
  judge(request: SignedRequest): Promise<string | null>;
  signAnswer(
    answer: {
      readonly status: number;
      readonly headers: Record<string, string>;
      readonly body: Buffer;
    },
    request: SignedRequest,
  ): Promise<Record<string, string>>;
}

const TAG = 'hutong';
const TOLERANCE_S = 60;
const NONCES_MAX = 200_000;

export function thumbprint({ kty, crv, x, y }: JwkText): string {
  const members = y === undefined ? { crv, kty, x } : { crv, kty, x, y };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}

const jwkOf = ({ kty, crv, x, y, d }: JwkText) => ({
  kty,
  crv,
  x,
  ...(y === undefined ? {} : { y }),
  ...(d === undefined ? {} : { d }),
});
const hashOf = (jwk: JwkText) => (jwk.kty === 'EC' ? 'sha256' : null);
const digestOf = (body: Buffer) =>
  `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;

function isEqual(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

export function createWalletSignatures(options: {
  readonly privateKey: JwkText;
  readonly switchKeys: readonly JwkText[];
}): WalletSignatures {
  const { privateKey } = options;
  const signing = createPrivateKey({ key: jwkOf(privateKey), format: 'jwk' });
  const keyId = thumbprint(privateKey);
  const dsaEncoding = 'ieee-p1363';
  const known = new Map(
    options.switchKeys.map((jwk) => {
      const { d: _private, ...open } = jwkOf(jwk);
      const key = createPublicKey({ key: open, format: 'jwk' });
      const hash = hashOf(jwk);
      const check = (data: Buffer, signature: Buffer) =>
        Promise.resolve(verify(hash, data, { key, dsaEncoding }, signature));
      return [thumbprint(jwk), check] as const;
    }),
  );
  const nonces = new Set<string>();

  function isFresh(nonce: unknown): boolean {
    if (typeof nonce !== 'string' || nonces.has(nonce)) return false;
    // Forgetting the oldest is enough here: a signature lives for minutes.
    if (nonces.size >= NONCES_MAX) nonces.delete(nonces.values().next().value ?? '');
    nonces.add(nonce);
    return true;
  }

  async function judge({ method, url, headers, body }: SignedRequest): Promise<string | null> {
    const digest = headers['content-digest'];
    if (body.length > 0 && !isEqual(digest ?? '', digestOf(body))) return 'digest_mismatch';
    let nonce: unknown;
    const requiredFields = ['@method', '@target-uri'];
    if (body.length > 0) requiredFields.push('content-digest', 'content-type');
    if (headers['idempotency-key'] !== undefined) requiredFields.push('idempotency-key');
    try {
      const isValid = await httpbis.verifyMessage(
        {
          keyLookup: async (parameters) => {
            const check = known.get(String(parameters.keyid));
            if (check === undefined || parameters.tag !== TAG) return null;
            nonce = parameters.nonce;
            return { verify: check };
          },
          requiredFields,
          requiredParams: ['created', 'expires', 'nonce', 'keyid', 'tag'],
          tolerance: TOLERANCE_S,
          notAfter: Math.floor(Date.now() / 1_000) + TOLERANCE_S,
        },
        { method, url, headers },
      );
      if (isValid !== true) return 'signature_invalid';
    } catch {
      // The library throws for every way in which a signature can be wrong.
      return 'signature_invalid';
    }
    return isFresh(nonce) ? null : 'signature_replayed';
  }

  return {
    keyId,
    judge,
    async signAnswer({ status, headers, body }, request) {
      const created = new Date();
      const fields = ['@status'];
      const all: Record<string, string> = { ...headers };
      if (body.length > 0) {
        all['content-digest'] = digestOf(body);
        fields.push('content-digest', 'content-type');
      }
      fields.push(`"signature";req;key="${TAG}"`);
      const hash = hashOf(privateKey);
      const signed = await httpbis.signMessage(
        {
          key: {
            id: keyId,
            sign: (data) => Promise.resolve(sign(hash, data, { key: signing, dsaEncoding })),
          },
          name: TAG,
          fields,
          params: ['created', 'expires', 'nonce', 'keyid', 'tag'],
          paramValues: {
            created,
            expires: new Date(created.getTime() + 120_000),
            nonce: randomUUID(),
            tag: TAG,
          },
        },
        { status, headers: all },
        { method: request.method, url: request.url, headers: request.headers },
      );
      return Object.fromEntries(
        Object.entries(signed.headers).map(([name, value]) => [name, String(value)]),
      );
    },
  };
}
