// The key-encryption key: 32 bytes that wrap every subject's key. Loaded from configuration or from
// the data folder, where it is made once. It seals nothing itself; envelopes are elsewhere.
import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Random } from './random.ts';
import { readSecretFile } from './secret-file.ts';

export const KEK_BYTES = 32;
export const KEK_FILE_NAME = 'kek';

export interface Kek {
  readonly key: Buffer;
  /** Says which key it is without giving it away; stored beside what it wraps. 16 hex digits. */
  readonly fingerprint: string;
  readonly origin: 'configured' | 'file' | 'created';
}

export type LoadedKek =
  | { readonly ok: true; readonly kek: Kek }
  | { readonly ok: false; readonly message: string };

export interface KekSources {
  /** HUTONG_KEK, or the content of HUTONG_KEK_FILE: 64 hex digits or base64 of 32 bytes. */
  readonly configured?: string | undefined;
  readonly dataFolder: string;
  /** Make one where none is. Not in production: there a missing key means a wrong folder. */
  readonly create: boolean;
  /** Cryptographic. */
  readonly random: Random;
}

export function loadKek({ configured, dataFolder, create, random }: KekSources): LoadedKek {
  if (configured !== undefined) return parsed(configured, 'configured', 'the configured key');
  const path = join(dataFolder, KEK_FILE_NAME);
  const stored = readSecretFile(path);
  if (stored.ok) return parsed(stored.text, 'file', path);
  if (!stored.absent) return { ok: false, message: stored.message };
  if (!create) {
    return {
      ok: false,
      message: `${path} does not exist: set HUTONG_KEK_FILE, or restore the file`,
    };
  }
  const text = Buffer.from(random.bytes(KEK_BYTES)).toString('base64');
  // By chance, not by process id: containers that share a folder are all process 1.
  const temporary = `${path}.${Buffer.from(random.bytes(8)).toString('hex')}.new`;
  const created = writeOnce(path, temporary, text);
  const written = readSecretFile(path);
  if (!written.ok) return { ok: false, message: written.message };
  return parsed(written.text, created ? 'created' : 'file', path);
}

const HEX = /^[0-9a-fA-F]{64}$/;
/** Standard or URL alphabet, padding optional: 43 digits hold 32 bytes, the last digit 4 bits. */
const BASE64 = /^[A-Za-z0-9+/_-]{42}[AEIMQUYcgkosw048]=?$/;

function parsed(text: string, origin: Kek['origin'], where: string): LoadedKek {
  const trimmed = text.trim();
  const encoding = HEX.test(trimmed) ? 'hex' : BASE64.test(trimmed) ? 'base64' : undefined;
  if (encoding === undefined) {
    return { ok: false, message: `${where} must be 32 bytes as 64 hex digits or as base64` };
  }
  const key = Buffer.from(trimmed, encoding);
  if (key.every((byte) => byte === key[0])) {
    return { ok: false, message: `${where} is no random key: all its bytes are the same` };
  }
  return { ok: true, kek: { key, fingerprint: fingerprintOf(key), origin } };
}

function fingerprintOf(key: Buffer): string {
  return createHash('sha256')
    .update('hutong kek fingerprint\0')
    .update(key)
    .digest('hex')
    .slice(0, 16);
}

/**
 * Writes the file durably unless there is one; false when there was. Two starts at once agree on
 * one key: `link` gives the name to exactly one of them, and only after its bytes are on disk.
 */
function writeOnce(path: string, temporary: string, text: string): boolean {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const handle = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(handle, `${text}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(temporary, path);
    syncFolder(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(temporary);
  }
}

/** Without it the file's name can be lost with the power, and with it all that the key sealed. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
