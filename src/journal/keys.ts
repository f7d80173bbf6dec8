// Idempotency keys: those of late in memory, all others looked up once per batch. A key decided
// in an uncommitted batch is found here, one committed long ago in the table.
import type { KeyRow } from './journal.tables.ts';
import { type KeyFilter, loadKeyFilter } from './key-filter.ts';
import type { Reader } from './store.ts';

/** Enough for every batch under way and some seconds of traffic; the table holds the rest. */
const KEYS_IN_MEMORY_MAX = 100_000;

export interface KeyIndex {
  find(hash: string): KeyRow | undefined;
  add(row: KeyRow): void;
  /** Reads those of `hashes` that are not in memory, in one query by primary key. */
  loadCold(hashes: readonly string[], reader: Reader): Promise<void>;
  /** Forgets what was read for the last batch. */
  endBatch(): void;
  /** Learns which keys exist at all. */
  load(reader: Reader): Promise<void>;
  clear(): void;
}

export function createKeyIndex(): KeyIndex {
  const recent = new Map<string, KeyRow>();
  const cold = new Map<string, KeyRow>();
  /** null until loaded: then every key has to be looked up. */
  let filter: KeyFilter | null = null;
  return {
    find: (hash) => recent.get(hash) ?? cold.get(hash),
    add(row) {
      recent.set(row.hash, row);
      filter?.add(row.hash);
      if (recent.size <= KEYS_IN_MEMORY_MAX) return;
      const oldest = recent.keys().next();
      if (oldest.done !== true) recent.delete(oldest.value);
    },
    async loadCold(hashes, reader) {
      const wanted = hashes.filter((hash) => !recent.has(hash) && filter?.mayHold(hash) !== false);
      if (wanted.length === 0) return;
      const rows = await reader.rows(
        // rides keys_pkey
        `select encode(key, 'hex') as hash, encode(content, 'hex') as content, resource, resource_id
         from keys where key = any(select decode(h, 'hex') from unnest($1::text[]) as h)`,
        [wanted],
      );
      for (const row of rows) {
        const hash = String(row['hash']);
        cold.set(hash, {
          hash,
          content: String(row['content']),
          resource: String(row['resource']),
          resourceId: String(row['resource_id']),
        });
      }
    },
    endBatch: () => cold.clear(),
    async load(reader) {
      filter = await loadKeyFilter(reader);
    },
    clear() {
      recent.clear();
      cold.clear();
      filter = null;
    },
  };
}
