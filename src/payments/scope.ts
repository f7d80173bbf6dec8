// Idempotency keys as they are stored: keyed hashes, so that neither a client's key nor a command
// can be read from the table. Scope = (connection, operation, key); content = the canonical
// command.
import { createHmac } from 'node:crypto';
import type { CommandKey } from '../journal/batch.ts';
import type { Credential } from './port.ts';

export type Operation =
  | 'pay'
  | 'refund'
  | 'order'
  | 'close_order'
  | 'collect'
  | 'capture'
  | 'release'
  | 'fulfil'
  | 'rate'
  | 'bulk'
  | 'operator'
  | 'webhook'
  | 'key'
  | 'mandate';

/** 16 bytes of HMAC-SHA-256, as 32 hex digits. */
function tag(indexKey: Uint8Array, text: string): string {
  return createHmac('sha256', indexKey).update(text, 'utf8').digest('hex').slice(0, 32);
}

export function keyHash(
  indexKey: Uint8Array,
  credential: Credential,
  operation: Operation,
  idempotencyKey: string,
): string {
  return tag(indexKey, `key\n${credential.connectionId}\n${operation}\n${idempotencyKey}`);
}

export function commandKey(
  indexKey: Uint8Array,
  operation: Operation,
  command: {
    readonly credential: Credential;
    readonly idempotencyKey: string;
    readonly content: string;
  },
): CommandKey {
  return {
    hash: keyHash(indexKey, command.credential, operation, command.idempotencyKey),
    content: tag(indexKey, `content\n${command.content}`),
  };
}
