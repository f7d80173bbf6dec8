// The wrapped keys of people, by subject: what sealing and unsealing need before they can begin.
import type { Reader } from './store.ts';

export async function readSubjects(
  reader: Reader,
  subjects: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  if (subjects.length === 0) return found;
  const rows = await reader.rows(
    // rides subjects_pkey
    `select encode(id, 'hex') as id, wrapped_key from subjects
     where id = any(select decode(h, 'hex') from unnest($1::text[]) as h)`,
    [subjects],
  );
  for (const row of rows) {
    const key = row['wrapped_key'];
    if (key instanceof Uint8Array) found.set(String(row['id']), key);
  }
  return found;
}
