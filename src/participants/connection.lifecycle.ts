// Connections of a participant and the keys with which they sign. A connection has as many live
// keys as it wants, so that a new one is believed before the old one is given up.
import type { JournalContext } from '../journal/batch.ts';
import {
  type AddConnectionCommand,
  type AddKeyCommand,
  type ChangeConnectionCommand,
  type ParticipantResult,
  type RetireKeyCommand,
  refused,
} from './participant.commands.ts';
import { tell } from './participant.lifecycle.ts';
import type { Register } from './participant.register.ts';
import {
  CONNECTION_KEYS,
  CONNECTION_SECRETS,
  CONNECTIONS,
  type ConnectionSecrets,
} from './participant.tables.ts';
import type { Connection, Key } from './participant.ts';

export function addConnection(
  command: AddConnectionCommand,
  register: Register,
  context: JournalContext,
): ParticipantResult {
  const { participantId, connectionId: id, dialect, endpoint, settings, secrets, by } = command;
  const participant = register.participant(participantId);
  if (participant === undefined) return refused('resource_not_found');
  if (participant.status === 'closed') return refused('participant_not_active');
  if (register.connection(id) !== undefined) return refused('resource_exists');
  const connection: Connection = {
    id,
    participantId,
    dialect,
    endpoint,
    settings,
    status: 'active',
    createdAtMs: context.nowMs,
    version: 1,
  };
  register.addConnection(connection);
  context.insert(CONNECTIONS, connection);
  if (secrets !== null) {
    const row: ConnectionSecrets = { connectionId: id, secrets };
    register.setSecrets(row);
    context.insert(CONNECTION_SECRETS, row);
  }
  tell(context, 'connection.added', id, participantId, { participantId, dialect, by });
  return { ok: true, connection: { ...connection } };
}

export function changeConnection(
  command: ChangeConnectionCommand,
  register: Register,
  context: JournalContext,
): ParticipantResult {
  const { connectionId: id, ifVersion, endpoint, settings, secrets, status, by } = command;
  const connection = register.connectionRow(id);
  if (connection === undefined) return refused('resource_not_found');
  if (ifVersion !== null && ifVersion !== connection.version) return refused('precondition_failed');
  const changed: string[] = [];
  if (endpoint !== undefined && endpoint !== connection.endpoint) {
    connection.endpoint = endpoint;
    changed.push('endpoint');
  }
  if (settings !== undefined && settings !== connection.settings) {
    connection.settings = settings;
    changed.push('settings');
  }
  if (status !== undefined && status !== connection.status) {
    connection.status = status;
    changed.push(`status:${status}`);
  }
  if (secrets !== undefined) {
    const row = register.secretsRow(id);
    if (row === undefined) {
      const fresh: ConnectionSecrets = { connectionId: id, secrets };
      register.setSecrets(fresh);
      context.insert(CONNECTION_SECRETS, fresh);
    } else {
      row.secrets = secrets;
      context.update(CONNECTION_SECRETS, row);
    }
    changed.push('secrets');
  }
  if (changed.length > 0) {
    connection.version += 1;
    context.update(CONNECTIONS, connection);
    tell(context, 'connection.changed', id, connection.participantId, { changed, by });
  }
  return { ok: true, connection: { ...connection } };
}

export function addKey(
  command: AddKeyCommand,
  register: Register,
  context: JournalContext,
): ParticipantResult {
  const { keyId, connectionId, jwk, by } = command;
  const connection = register.connection(connectionId);
  if (connection === undefined) return refused('resource_not_found');
  // also a retired key: a key that was ever given up does not come back
  if (register.key(keyId) !== undefined) return refused('resource_exists');
  const validFromMs = command.validFromMs ?? context.nowMs;
  const { validToMs } = command;
  if (validToMs !== null && validToMs <= Math.max(validFromMs, context.nowMs)) {
    return refused('key_refused');
  }
  const key: Key = {
    keyId,
    connectionId,
    jwk,
    status: 'active',
    validFromMs,
    validToMs,
    createdAtMs: context.nowMs,
  };
  register.addKey(key);
  context.insert(CONNECTION_KEYS, key);
  tell(context, 'key.added', keyId, connection.participantId, { connectionId, by });
  return { ok: true, key: { ...key } };
}

export function retireKey(
  command: RetireKeyCommand,
  register: Register,
  context: JournalContext,
): ParticipantResult {
  const key = register.keyRow(command.keyId);
  const holder = register.key(command.keyId);
  if (key === undefined || holder === undefined) return refused('resource_not_found');
  if (key.status === 'retired') return refused('transition_refused');
  const atMs = Math.max(command.atMs ?? context.nowMs, context.nowMs);
  if (atMs === context.nowMs) key.status = 'retired';
  else if (key.validToMs !== null && atMs > key.validToMs) return refused('transition_refused');
  key.validToMs = Math.max(key.validFromMs, Math.min(atMs, key.validToMs ?? atMs));
  context.update(CONNECTION_KEYS, key);
  const { connectionId } = key;
  tell(context, 'key.retired', key.keyId, holder.participant.id, {
    connectionId,
    validTo: new Date(key.validToMs).toISOString(),
    by: command.by,
  });
  return { ok: true, key: { ...key } };
}
