// The first keys of the operator's people: made once, in files of mode 0600 beside the data, so
// that whoever runs the switch can call the operator's API. In a sandbox there are two people, as
// some decisions take two.
import { linkSync, mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSecretFile } from '../runtime/secret-file.ts';
import { generateSigningKey, type PublicJwk, signingKey, thumbprint } from '../signatures/index.ts';
import type { Core } from './core.ts';

/** File name of a person's key in the data folder. */
export const operatorKeyFile = (person: string) => `${person}.key.json`;
export const FIRST_OPERATOR = 'operator-first';
const SECOND_OPERATOR = 'operator-second';

function publicKeyOf(path: string, folder: string): PublicJwk {
  let found = readSecretFile(path);
  if (!found.ok && found.absent) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
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
  if (!found.ok) throw new Error(found.message);
  return signingKey(found.text).publicJwk;
}

/** To be called by the leader: enrols the first people where nobody is enrolled yet. */
export async function enrolFirst(core: Core, folder: string, isSandbox: boolean): Promise<void> {
  if (core.admin.view.people().length > 0) return;
  for (const id of isSandbox ? [FIRST_OPERATOR, SECOND_OPERATOR] : [FIRST_OPERATOR]) {
    const jwk = publicKeyOf(join(folder, operatorKeyFile(id)), folder);
    const person = { id, name: id, role: 'approver', status: 'active' } as const;
    const key = { keyId: thumbprint(jwk), jwk: JSON.stringify(jwk) };
    await core.journal.submit(core.admin.machine, { type: 'enrol', person: { ...person, ...key } });
  }
}
