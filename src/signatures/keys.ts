// Signing keys: P-256 and Ed25519 as JSON Web Keys (RFC 7517, RFC 8037), named by their thumbprint
// (RFC 7638). The algorithm belongs to the key; a message never chooses it.
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { z } from 'zod';

export type Algorithm = 'ecdsa-p256-sha256' | 'ed25519';

const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const p256 = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: coordinate,
  y: coordinate,
});
const ed25519 = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: coordinate });
const publicJwkSchema = z.union([p256, ed25519]);
export type PublicJwk = z.infer<typeof publicJwkSchema>;

export interface VerifyingKey {
  readonly keyId: string;
  readonly algorithm: Algorithm;
  readonly jwk: PublicJwk;
  verify(base: string, signature: Uint8Array): boolean;
}

export interface SigningKey {
  readonly keyId: string;
  readonly algorithm: Algorithm;
  readonly publicJwk: PublicJwk;
  /** base64 of the signature. */
  sign(base: string): string;
}

/** RFC 7638: SHA-256 over the required members in lexicographic order, base64url. */
export function thumbprint(jwk: PublicJwk): string {
  const members =
    jwk.kty === 'EC'
      ? { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }
      : { crv: jwk.crv, kty: jwk.kty, x: jwk.x };
  return hash('sha256', JSON.stringify(members), 'base64url');
}

// RFC 9421 sections 3.3.4 and 3.3.6: ECDSA signatures are r ‖ s, not DER
const signOf = (algorithm: Algorithm, key: KeyObject, data: Buffer): Buffer =>
  algorithm === 'ed25519'
    ? sign(null, data, key)
    : sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' });

const verifyOf = (
  algorithm: Algorithm,
  key: KeyObject,
  data: Buffer,
  signature: Uint8Array,
): boolean =>
  signature.length === 64 &&
  (algorithm === 'ed25519'
    ? verify(null, data, key, signature)
    : verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature));

const algorithmOf = (jwk: PublicJwk): Algorithm =>
  jwk.kty === 'EC' ? 'ecdsa-p256-sha256' : 'ed25519';

/**
 * A public key as a participant registers it. `null` where it is no P-256 or Ed25519 key, not on
 * its curve, or private: whoever sends a private key has already lost it.
 */
export function parsePublicJwk(value: unknown): PublicJwk | null {
  if (typeof value === 'object' && value !== null && 'd' in value) return null;
  const parsed = publicJwkSchema.safeParse(value);
  if (!parsed.success) return null;
  try {
    createPublicKey({ key: parsed.data, format: 'jwk' });
    return parsed.data;
  } catch {
    return null; // not a point of the curve
  }
}

/** @throws where the JWK is no valid public key: parsePublicJwk judged it before. */
export function verifyingKey(jwk: PublicJwk): VerifyingKey {
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const algorithm = algorithmOf(jwk);
  return {
    keyId: thumbprint(jwk),
    algorithm,
    jwk,
    verify: (base, signature) => verifyOf(algorithm, key, Buffer.from(base), signature),
  };
}

/** From a private JWK or PKCS#8 PEM. @throws where it is neither P-256 nor Ed25519. */
export function signingKey(material: string): SigningKey {
  const key = material.trimStart().startsWith('{')
    ? createPrivateKey({
        key: z.record(z.string(), z.unknown()).parse(JSON.parse(material)),
        format: 'jwk',
      })
    : createPrivateKey(material);
  const publicJwk = publicJwkSchema.parse(createPublicKey(key).export({ format: 'jwk' }));
  const algorithm = algorithmOf(publicJwk);
  return {
    keyId: thumbprint(publicJwk),
    algorithm,
    publicJwk,
    sign: (base) => signOf(algorithm, key, Buffer.from(base)).toString('base64'),
  };
}

/** A new key pair; the private half as JWK text, to be kept in a file of mode 0600. */
export function generateSigningKey(algorithm: Algorithm = 'ecdsa-p256-sha256'): {
  readonly privateJwk: string;
  readonly publicJwk: PublicJwk;
  readonly keyId: string;
} {
  const { privateKey } =
    algorithm === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const privateJwk = JSON.stringify(privateKey.export({ format: 'jwk' }));
  const { publicJwk, keyId } = signingKey(privateJwk);
  return { privateJwk, publicJwk, keyId };
}
