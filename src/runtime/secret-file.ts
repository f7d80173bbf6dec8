// Reads a secret from a file and refuses files that others on the machine can read.
// Which secrets there are is configuration.ts and kek.ts.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

export type SecretFile =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly absent: boolean; readonly message: string };

/** A key, a password, a PEM: more than this is the wrong file. */
const SECRET_BYTES_MAX = 64 * 1_024;
/**
 * Read, write or execute for others; write for the group (reading by a group is how pods do it).
 */
const FORBIDDEN_MODE = 0o027;

/** The text without the line end that editors and `echo` leave. */
export function readSecretFile(path: string): SecretFile {
  const refused = (message: string, absent = false): SecretFile => ({ ok: false, absent, message });
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return refused(`${path} cannot be read (${code})`, code === 'ENOENT');
  }
  try {
    // The open file is asked, not the path: nothing can be exchanged between the two.
    const { mode, size } = fstatSync(handle);
    if ((mode & 0o170000) !== 0o100000) return refused(`${path} is not a file`);
    if ((mode & FORBIDDEN_MODE) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      return refused(`${path} is open to others (mode ${octal}): chmod 600 ${path}`);
    }
    if (size > SECRET_BYTES_MAX) return refused(`${path} is larger than ${SECRET_BYTES_MAX} bytes`);
    const bytes = Buffer.alloc(SECRET_BYTES_MAX);
    const text = bytes.toString('utf8', 0, readSync(handle, bytes)).replace(/\r?\n$/, '');
    bytes.fill(0);
    return text === '' ? refused(`${path} is empty`) : { ok: true, text };
  } finally {
    closeSync(handle);
  }
}
