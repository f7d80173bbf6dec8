// The key under which ids of people are hashed: subject ids, aliases, idempotency keys. It comes
// from the key-encryption key by a label, so that there is one secret to keep. It must outlive
// every rotation of that key: whatever was hashed under it could not be found again.
import { createHmac } from 'node:crypto';

/** 32 bytes; HMAC-SHA-256 as a key derivation (NIST SP 800-108 with a single block). */
export function deriveIndexKey(kek: Uint8Array): Buffer {
  return createHmac('sha256', kek).update('hutong index key v1').digest();
}
