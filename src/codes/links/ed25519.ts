// Ed25519 for order links, out of Node's own keys. Where keys live and turn is not decided here.
import { type KeyObject, sign, verify } from 'node:crypto';
import { assert } from '../../runtime/defect.ts';
import type { LinkSigner, LinkVerifier } from './order-link.ts';

/** @throws Defect when the key is not a private Ed25519 key. */
export function ed25519Signer(key: KeyObject): LinkSigner {
  assert(key.type === 'private' && key.asymmetricKeyType === 'ed25519', 'a private Ed25519 key');
  return (message) => new Uint8Array(sign(null, message, key));
}

/** @throws Defect when the key is not a public Ed25519 key. */
export function ed25519Verifier(key: KeyObject): LinkVerifier {
  assert(key.type === 'public' && key.asymmetricKeyType === 'ed25519', 'a public Ed25519 key');
  return (message, signature) => verify(null, message, key, signature);
}
