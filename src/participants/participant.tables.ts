// How participants, their terms, connections and keys lie in PostgreSQL, and how they come back.

import { bigintOf, integerOf, integerOrNull, textOf, textOrNull, wordOf } from '../journal/row.ts';
import type { Reader, Row } from '../journal/store.ts';
import { type Column, defineTable, type Sealable } from '../journal/table.ts';
import {
  CONNECTION_STATUSES,
  type Connection,
  type CoverMovement,
  type CurrencyTerms,
  KEY_STATUSES,
  type Key,
  PARTICIPANT_KINDS,
  PARTICIPANT_STATUSES,
  type Participant,
} from './participant.ts';

const version: Column<{ readonly version: number }> = {
  name: 'version',
  type: 'int4',
  value: (row) => row.version,
  mutable: true,
};

export const PARTICIPANTS = defineTable<Participant>('participants', [
  { name: 'id', type: 'text', value: (p) => p.id, key: true },
  { name: 'kind', type: 'text', value: (p) => p.kind },
  { name: 'name', type: 'text', value: (p) => p.name, mutable: true },
  { name: 'status', type: 'text', value: (p) => p.status, mutable: true },
  { name: 'previous_status', type: 'text', value: (p) => p.previousStatus, mutable: true },
  { name: 'created_at_ms', type: 'int8', value: (p) => p.createdAtMs },
  version,
]);

export function participantOf(row: Row): Participant {
  const previous = textOrNull(row, 'previous_status');
  return {
    id: textOf(row, 'id'),
    kind: wordOf(row, 'kind', PARTICIPANT_KINDS),
    name: textOf(row, 'name'),
    status: wordOf(row, 'status', PARTICIPANT_STATUSES),
    previousStatus: previous === null ? null : wordOf(row, 'previous_status', PARTICIPANT_STATUSES),
    createdAtMs: integerOf(row, 'created_at_ms'),
    version: integerOf(row, 'version'),
  };
}

export const CURRENCY_TERMS = defineTable<CurrencyTerms>('currency_terms', [
  { name: 'participant_id', type: 'text', value: (t) => t.participantId, key: true },
  { name: 'currency', type: 'text', value: (t) => t.currency, key: true },
  { name: 'cap_minor', type: 'int8', value: (t) => t.capMinor, mutable: true },
  { name: 'opened_at_ms', type: 'int8', value: (t) => t.openedAtMs },
]);

export function currencyTermsOf(row: Row): CurrencyTerms {
  return {
    participantId: textOf(row, 'participant_id'),
    currency: textOf(row, 'currency'),
    capMinor: bigintOf(row, 'cap_minor'),
    openedAtMs: integerOf(row, 'opened_at_ms'),
  };
}

export const COVER_MOVEMENTS = defineTable<CoverMovement>('cover_movements', [
  { name: 'id', type: 'uuid', value: (m) => m.id, key: true },
  { name: 'participant_id', type: 'text', value: (m) => m.participantId },
  { name: 'currency', type: 'text', value: (m) => m.currency },
  { name: 'direction', type: 'text', value: (m) => m.direction },
  { name: 'amount_minor', type: 'int8', value: (m) => m.amountMinor },
  { name: 'reference', type: 'text', value: (m) => m.reference },
  { name: 'asked_by', type: 'text', value: (m) => m.by },
  { name: 'at_ms', type: 'int8', value: (m) => m.atMs },
]);

const DIRECTIONS = ['deposit', 'withdrawal'] as const;

/** Rides cover_movements_pkey. */
export async function readCoverMovement(
  reader: Reader,
  id: string,
): Promise<CoverMovement | undefined> {
  const [row] = await reader.rows(
    `select id, participant_id, currency, direction, amount_minor, reference, asked_by, at_ms
     from cover_movements where id = $1`,
    [id],
  );
  if (row === undefined) return undefined;
  return {
    id: textOf(row, 'id'),
    participantId: textOf(row, 'participant_id'),
    currency: textOf(row, 'currency'),
    direction: wordOf(row, 'direction', DIRECTIONS),
    amountMinor: bigintOf(row, 'amount_minor'),
    reference: textOf(row, 'reference'),
    by: textOf(row, 'asked_by'),
    atMs: integerOf(row, 'at_ms'),
  };
}

export const CONNECTIONS = defineTable<Connection>('connections', [
  { name: 'id', type: 'text', value: (c) => c.id, key: true },
  { name: 'participant_id', type: 'text', value: (c) => c.participantId },
  { name: 'dialect', type: 'text', value: (c) => c.dialect },
  { name: 'endpoint', type: 'text', value: (c) => c.endpoint, mutable: true },
  { name: 'settings', type: 'json', value: (c) => c.settings, mutable: true },
  { name: 'status', type: 'text', value: (c) => c.status, mutable: true },
  { name: 'created_at_ms', type: 'int8', value: (c) => c.createdAtMs },
  version,
]);

export function connectionOf(row: Row): Connection {
  return {
    id: textOf(row, 'id'),
    participantId: textOf(row, 'participant_id'),
    dialect: textOf(row, 'dialect'),
    endpoint: textOrNull(row, 'endpoint'),
    settings: textOf(row, 'settings'),
    status: wordOf(row, 'status', CONNECTION_STATUSES),
    createdAtMs: integerOf(row, 'created_at_ms'),
    version: integerOf(row, 'version'),
  };
}

/** A table of its own: a change of the endpoint need not open and seal the secrets again. */
export interface ConnectionSecrets {
  readonly connectionId: string;
  secrets: Sealable;
}

export const CONNECTION_SECRETS = defineTable<ConnectionSecrets>('connection_secrets', [
  { name: 'connection_id', type: 'text', value: (s) => s.connectionId, key: true },
  { name: 'secrets', type: 'sealed', value: (s) => s.secrets, mutable: true },
]);

export const CONNECTION_KEYS = defineTable<Key>('connection_keys', [
  { name: 'key_id', type: 'text', value: (k) => k.keyId, key: true },
  { name: 'connection_id', type: 'text', value: (k) => k.connectionId },
  { name: 'jwk', type: 'json', value: (k) => k.jwk },
  { name: 'status', type: 'text', value: (k) => k.status, mutable: true },
  { name: 'valid_from_ms', type: 'int8', value: (k) => k.validFromMs },
  { name: 'valid_to_ms', type: 'int8', value: (k) => k.validToMs, mutable: true },
  { name: 'created_at_ms', type: 'int8', value: (k) => k.createdAtMs },
]);

export function keyOf(row: Row): Key {
  return {
    keyId: textOf(row, 'key_id'),
    connectionId: textOf(row, 'connection_id'),
    jwk: textOf(row, 'jwk'),
    status: wordOf(row, 'status', KEY_STATUSES),
    validFromMs: integerOf(row, 'valid_from_ms'),
    validToMs: integerOrNull(row, 'valid_to_ms'),
    createdAtMs: integerOf(row, 'created_at_ms'),
  };
}
