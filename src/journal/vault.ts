// Personal data at rest: every subject (a party at a participant) has a data key of its own, kept
// wrapped under the key-encryption key. Erasing that one row makes all that was sealed for the
// subject unreadable, while ledger, chain and commitments stay as they are (invariant 10).
// AES-256-GCM throughout (NIST SP 800-38D), 96-bit random nonces.
import { createCipheriv, createDecipheriv, createHmac, hash } from 'node:crypto';
import type { SubjectRow } from './journal.tables.ts';
import type { Sealable } from './table.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SUBJECT_BYTES = 16;
const FORMAT = 1;

/** Data keys kept unwrapped in memory; older ones are read again when needed. */
const KEYS_IN_MEMORY_MAX = 50_000;

export interface Vault {
  /** Subjects whose keys are not in memory, so have to be read (or made) first. */
  missing(subjects: Iterable<string>): string[];
  /** Takes in stored keys; returns rows for those subjects that have none yet. */
  admit(subjects: readonly string[], stored: ReadonlyMap<string, Uint8Array>): SubjectRow[];
  seal(value: Sealable): Buffer;
  /** `null` where a subject was shredded. The subjects' keys must have been admitted. */
  unseal(sealed: Uint8Array): Sealable | null;
  subjectsOf(sealed: Uint8Array): string[];
  /** Forgets keys that were made by `admit` and will not be stored. */
  forget(subjects: readonly string[]): void;
  clear(): void;
}

/** The subject id of a party: it cannot be turned back without the index key. */
export function subjectId(indexKey: Uint8Array, participantId: string, account: string): string {
  const mac = createHmac('sha256', indexKey).update(`${participantId}\n${account}`);
  return mac.digest('hex').slice(0, SUBJECT_BYTES * 2);
}

function encrypt(key: Uint8Array, nonce: Uint8Array, bytes: Uint8Array, aad: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(aad);
  const body = cipher.update(bytes);
  cipher.final();
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

function decrypt(key: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  const body = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES));
  decipher.final();
  return body;
}

export function createVault(deps: {
  readonly kek: Uint8Array;
  readonly randomBytes: (size: number) => Buffer;
}): Vault {
  const keys = new Map<string, Buffer>();
  let nonces: Uint8Array = Buffer.alloc(0);

  /**
   * One draw for many nonces: calling the generator costs more than its bytes (8 % of a payment).
   */
  function nextNonce(): Uint8Array {
    if (nonces.length < NONCE_BYTES) nonces = deps.randomBytes(NONCE_BYTES * 256);
    const nonce = nonces.subarray(0, NONCE_BYTES);
    nonces = nonces.subarray(NONCE_BYTES);
    return nonce;
  }

  function remember(subject: string, key: Buffer): void {
    keys.set(subject, key);
    if (keys.size <= KEYS_IN_MEMORY_MAX) return;
    for (const oldest of keys.keys()) {
      keys.delete(oldest);
      if (keys.size <= KEYS_IN_MEMORY_MAX) break;
    }
  }

  /** All subjects' keys together make the sealing key, so that any one of them can shred. */
  function sealingKey(subjects: readonly string[]): Buffer | null {
    const first = keys.get(subjects[0] ?? '');
    if (first === undefined) return null;
    if (subjects.length === 1) return first;
    const all = [first];
    for (const subject of subjects.slice(1)) {
      const key = keys.get(subject);
      if (key === undefined) return null;
      all.push(key);
    }
    return hash('sha256', Buffer.concat(all), 'buffer');
  }

  function subjectsOf(sealed: Uint8Array): string[] {
    const count = sealed[1] ?? 0;
    return Array.from({ length: count }, (_, i) =>
      Buffer.from(sealed.subarray(2 + i * SUBJECT_BYTES, 2 + (i + 1) * SUBJECT_BYTES)).toString(
        'hex',
      ),
    );
  }

  return {
    missing(subjects) {
      const list: string[] = [];
      for (const subject of new Set(subjects)) {
        const key = keys.get(subject);
        if (key === undefined) list.push(subject);
        else {
          // made the newest, so that none of this batch is forgotten before it is sealed
          keys.delete(subject);
          keys.set(subject, key);
        }
      }
      return list;
    },
    admit(subjects, stored) {
      const fresh: SubjectRow[] = [];
      for (const subject of subjects) {
        const wrapped = stored.get(subject);
        const aad = Buffer.from(subject, 'hex');
        if (wrapped !== undefined) {
          remember(subject, decrypt(deps.kek, wrapped, aad));
          continue;
        }
        const key = deps.randomBytes(32);
        const nonce = nextNonce();
        fresh.push({ id: subject, wrappedKey: encrypt(deps.kek, nonce, key, aad) });
        remember(subject, key);
      }
      return fresh;
    },
    seal({ bytes, subjects }) {
      const header = Buffer.alloc(2 + subjects.length * SUBJECT_BYTES);
      header[0] = FORMAT;
      header[1] = subjects.length;
      subjects.forEach((subject, i) => header.write(subject, 2 + i * SUBJECT_BYTES, 'hex'));
      const key = sealingKey(subjects);
      if (key === null) throw new Error('a subject was sealed for before its key was admitted');
      return Buffer.concat([header, encrypt(key, nextNonce(), bytes, header)]);
    },
    unseal(sealed) {
      const subjects = subjectsOf(sealed);
      const headerBytes = 2 + subjects.length * SUBJECT_BYTES;
      const key = sealingKey(subjects);
      if (key === null) return null;
      const bytes = decrypt(key, sealed.subarray(headerBytes), sealed.subarray(0, headerBytes));
      return { bytes, subjects };
    },
    subjectsOf,
    forget(subjects) {
      for (const subject of subjects) keys.delete(subject);
    },
    clear: () => keys.clear(),
  };
}
