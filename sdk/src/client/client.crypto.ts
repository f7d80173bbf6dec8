// The cryptography a client needs, injected so that the SDK depends on no platform. The one given
// here is WebCrypto, which browsers and Node both have; a server with many payments injects its
// own.

/** The members of RFC 7517 that P-256 and Ed25519 keys have; `d` in a private one. */
export interface Jwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y?: string;
  readonly d?: string;
}

export interface ClientCrypto {
  /** Under which the public key is registered: its RFC 7638 thumbprint. */
  readonly keyId: string;
  /** Signature over the UTF-8 of `base`, base64 (ECDSA as r ‖ s). */
  sign(base: string): Promise<string> | string;
  /** SHA-256, base64. */
  digest(bytes: Uint8Array): Promise<string> | string;
  /** Whether the switch's key of that id made the signature (base64). False for an unknown key. */
  verify(keyId: string, base: string, signature: string): Promise<boolean> | boolean;
}

const utf8 = new TextEncoder();
const { subtle } = globalThis.crypto;

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const EDDSA = { name: 'Ed25519' } as const;

function algorithmOf(jwk: Jwk): typeof ECDSA | typeof EDDSA {
  if (jwk.kty === 'EC' && jwk.crv === 'P-256') return ECDSA;
  if (jwk.kty === 'OKP' && jwk.crv === 'Ed25519') return EDDSA;
  throw new TypeError('the key is neither P-256 nor Ed25519');
}

export function base64(bytes: ArrayBuffer): string {
  let text = '';
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
  return btoa(text);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

/** RFC 7638: SHA-256 over the required members in lexicographic order, base64url. */
export async function thumbprintOf({ kty, crv, x, y }: Jwk): Promise<string> {
  const members = y === undefined ? { crv, kty, x } : { crv, kty, x, y };
  const hashed = await subtle.digest('SHA-256', utf8.encode(JSON.stringify(members)));
  return base64(hashed).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @throws TypeError when a key is neither P-256 nor Ed25519. */
export async function createWebCrypto(options: {
  readonly privateKey: Jwk;
  /** The public keys of the switch; while it rotates, the old and the new. */
  readonly switchKeys: readonly Jwk[];
}): Promise<ClientCrypto> {
  const { privateKey } = options;
  const own = algorithmOf(privateKey);
  const signing = await subtle.importKey('jwk', { ...privateKey }, own, false, ['sign']);
  const known = new Map<string, CryptoKey>();
  for (const jwk of options.switchKeys) {
    const key = await subtle.importKey('jwk', { ...jwk }, algorithmOf(jwk), false, ['verify']);
    known.set(await thumbprintOf(jwk), key);
  }
  return {
    keyId: await thumbprintOf(privateKey),
    sign: async (base) => base64(await subtle.sign(own, signing, utf8.encode(base))),
    digest: async (bytes) => base64(await subtle.digest('SHA-256', Uint8Array.from(bytes))),
    async verify(keyId, base, signature) {
      const key = known.get(keyId);
      if (key === undefined) return false;
      const algorithm = key.algorithm.name === 'ECDSA' ? ECDSA : EDDSA;
      return subtle.verify(algorithm, key, bytesOf(signature), utf8.encode(base));
    },
  };
}
