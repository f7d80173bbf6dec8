// How an alias lies in PostgreSQL, and the one query that finds aliases.
import { bytesOf, integerOf, textOf, wordOf } from '../journal/row.ts';
import type { Reader, Row } from '../journal/store.ts';
import { defineTable } from '../journal/table.ts';
import { ALIAS_STATUSES, type AliasRow } from './alias.commands.ts';

export const ALIASES = defineTable<AliasRow>('aliases', [
  { name: 'alias_hash', type: 'bytes16', value: (a) => Buffer.from(a.hash, 'hex'), key: true },
  { name: 'participant_id', type: 'text', value: (a) => a.participantId, mutable: true },
  { name: 'connection_id', type: 'text', value: (a) => a.connectionId, mutable: true },
  { name: 'status', type: 'text', value: (a) => a.status, mutable: true },
  { name: 'currencies', type: 'text', value: (a) => a.currencies.join(' '), mutable: true },
  { name: 'party', type: 'sealed', value: (a) => a.party, mutable: true },
  { name: 'changed_at_ms', type: 'int8', value: (a) => a.changedAtMs, mutable: true },
]);

/** An alias as stored, its party still sealed. */
export interface StoredAlias extends Omit<AliasRow, 'party'> {
  readonly sealedParty: Uint8Array | null;
}

/** Those of `hashes` (hex) that were ever claimed. */
export async function readAliases(
  reader: Reader,
  hashes: readonly string[],
): Promise<StoredAlias[]> {
  if (hashes.length === 0) return [];
  const rows = await reader.rows(
    // an array of the column's own type: always an index scan of aliases_pkey, whatever the
    // statistics
    `select encode(alias_hash, 'hex') as hash, participant_id, connection_id, status, currencies,
       party, changed_at_ms
     from aliases where alias_hash = any($1::bytea[])`,
    [hashes.map((hash) => `\\x${hash}`)],
  );
  return rows.map(storedAliasOf);
}

function storedAliasOf(row: Row): StoredAlias {
  const currencies = textOf(row, 'currencies');
  return {
    hash: textOf(row, 'hash'),
    participantId: textOf(row, 'participant_id'),
    connectionId: textOf(row, 'connection_id'),
    status: wordOf(row, 'status', ALIAS_STATUSES),
    currencies: currencies === '' ? [] : currencies.split(' '),
    sealedParty: row['party'] === null ? null : bytesOf(row, 'party'),
    changedAtMs: integerOf(row, 'changed_at_ms'),
  };
}
