// Public keys as participants hand them in: which kinds are taken, and the thumbprint by which a
// signature names its key. Pure; signatures themselves are checked elsewhere.
import { createHash, createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { ok, type Result, refuse } from '../problems/index.ts';

export interface PublicKey {
  /** RFC 7638 thumbprint: SHA-256 of the required members in lexical order, base64url. */
  readonly keyId: string;
  /** Those members alone, as JSON. */
  readonly jwk: string;
}

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);
/** Members in lexical order, as the thumbprint wants them. */
const jwkSchema = z.union([
  z.object({ crv: z.literal('P-256'), kty: z.literal('EC'), x: base64url, y: base64url }),
  z.object({ crv: z.literal('Ed25519'), kty: z.literal('OKP'), x: base64url }),
  z.object({ e: base64url, kty: z.literal('RSA'), n: base64url }),
]);

const RSA_BITS_MIN = 2_048;
const RSA_BITS_MAX = 8_192;
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'];

function refused(detail: string): ReturnType<typeof refuse> {
  return refuse('key_refused', { pointer: '/jwk', detail });
}

/** P-256, Ed25519, or RSA of 2,048 bits and more. Problem: key_refused. */
export function parsePublicKey(jwk: unknown): Result<PublicKey> {
  if (typeof jwk === 'object' && jwk !== null && PRIVATE_MEMBERS.some((name) => name in jwk)) {
    return refused('This is a private key. It is known to others now: make another one.');
  }
  const parsed = jwkSchema.safeParse(jwk);
  if (!parsed.success) return refused('Must be a public JWK: P-256, Ed25519 or RSA.');
  const problem = faultOf(parsed.data);
  if (problem !== undefined) return refused(problem);
  const text = JSON.stringify(parsed.data);
  const keyId = createHash('sha256').update(text).digest('base64url');
  return ok({ keyId, jwk: text });
}

function faultOf(jwk: z.infer<typeof jwkSchema>): string | undefined {
  try {
    // refuses points that are not on the curve
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
    const again = new Map(Object.entries(key.export({ format: 'jwk' })));
    const isCanonical = Object.entries(jwk).every(([name, value]) => again.get(name) === value);
    if (!isCanonical) return 'Its members are not written in the shortest form.';
    const bits = key.asymmetricKeyDetails?.modulusLength ?? RSA_BITS_MIN;
    if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX) return 'An RSA key has 2048 to 8192 bits.';
    return undefined;
  } catch {
    return 'These members make no key.';
  }
}
