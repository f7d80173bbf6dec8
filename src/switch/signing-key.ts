// The switch's own signing key: a private JWK in a file of mode 0600, made at the first start. All
// switches of one database share it, so that participants know one key.
import { linkSync, mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readSecretFile } from '../runtime/secret-file.ts';
import { generateSigningKey, type SigningKey, signingKey } from '../signatures/index.ts';

export type LoadedSigningKey =
  | { readonly ok: true; readonly key: SigningKey }
  | { readonly ok: false; readonly message: string };

export function loadSigningKey(path: string): LoadedSigningKey {
  let found = readSecretFile(path);
  if (!found.ok && found.absent) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const fresh = `${path}.${process.pid}.new`;
    writeFileSync(fresh, generateSigningKey().privateJwk, { mode: 0o600 });
    try {
      linkSync(fresh, path); // fails where another switch was quicker: then its key counts
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    } finally {
      unlinkSync(fresh);
    }
    found = readSecretFile(path);
  }
  if (!found.ok) return { ok: false, message: found.message };
  try {
    return { ok: true, key: signingKey(found.text) };
  } catch {
    return { ok: false, message: `${path} holds no P-256 or Ed25519 private key` };
  }
}
