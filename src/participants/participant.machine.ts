// The participants' state machine: who takes part, in which currencies, through which connections,
// with which keys. Deterministic; ids and instants come with the command or from the journal.
import type { JournalContext } from '../journal/batch.ts';
import type { Machine, Unseal } from '../journal/machine.ts';
import { bytesOf, textOf } from '../journal/row.ts';
import type { Reader } from '../journal/store.ts';
import { subjectId } from '../journal/vault.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { addConnection, addKey, changeConnection, retireKey } from './connection.lifecycle.ts';
import type { ParticipantCommand, ParticipantResult } from './participant.commands.ts';
import { changeParticipant, registerParticipant } from './participant.lifecycle.ts';
import { moveCover, openCurrency, setCap } from './participant.money.ts';
import { createRegister, type ParticipantsView, type Register } from './participant.register.ts';
import { connectionOf, currencyTermsOf, keyOf, participantOf } from './participant.tables.ts';

/** Under which subject a connection's secrets are sealed. No account holds a line feed. */
export function secretsSubject(
  indexKey: Uint8Array,
  connection: { readonly id: string; readonly participantId: string },
): string {
  return subjectId(indexKey, connection.participantId, `\nconnection ${connection.id}`);
}

export interface Participants {
  readonly machine: Machine<ParticipantCommand, ParticipantResult>;
  readonly view: ParticipantsView;
}

export function createParticipants(deps: {
  readonly ledger: Ledger;
  readonly indexKey: Uint8Array;
}): Participants {
  const register = createRegister(deps.ledger);
  return {
    view: register,
    machine: {
      name: 'participants',
      apply(command, context) {
        const result = decide(command, register, context);
        if (result.ok) context.claimKey('participant_command', command.id);
        return result;
      },
      load: (reader, unseal) => load(register, deps.indexKey, reader, unseal),
      clear: register.clear,
    },
  };
}

function decide(
  command: ParticipantCommand,
  register: Register,
  context: JournalContext,
): ParticipantResult {
  switch (command.type) {
    case 'register':
      return registerParticipant(command, register, context);
    case 'rename':
    case 'set_status':
      return changeParticipant(command, register, context);
    case 'open_currency':
      return openCurrency(command, register, context);
    case 'set_cap':
      return setCap(command, register, context);
    case 'deposit_cover':
    case 'withdraw_cover':
      return moveCover(command, register, context);
    case 'add_connection':
      return addConnection(command, register, context);
    case 'change_connection':
      return changeConnection(command, register, context);
    case 'add_key':
      return addKey(command, register, context);
    case 'retire_key':
      return retireKey(command, register, context);
  }
}

async function load(
  register: Register,
  indexKey: Uint8Array,
  reader: Reader,
  unseal: Unseal,
): Promise<void> {
  const participants = await reader.rows(
    `select id, kind, name, status, previous_status, created_at_ms, version from participants
     order by created_at_ms, id`,
  );
  for (const row of participants) register.addParticipant(participantOf(row));
  const terms = await reader.rows(
    `select participant_id, currency, cap_minor, opened_at_ms from currency_terms
     order by opened_at_ms, participant_id, currency`,
  );
  for (const row of terms) register.addTerms(currencyTermsOf(row));
  const connections = await reader.rows(
    `select id, participant_id, dialect, endpoint, settings::text, status, created_at_ms, version
     from connections order by created_at_ms, id`,
  );
  for (const row of connections) register.addConnection(connectionOf(row));
  const secrets = await reader.rows('select connection_id, secrets from connection_secrets');
  const opened = await unseal(secrets.map((row) => bytesOf(row, 'secrets')));
  secrets.forEach((row, i) => {
    const bytes = opened[i];
    const connection = register.connection(textOf(row, 'connection_id'));
    if (connection === undefined || bytes === undefined || bytes === null) return;
    const subject = secretsSubject(indexKey, connection);
    register.setSecrets({ connectionId: connection.id, secrets: { bytes, subjects: [subject] } });
  });
  const keys = await reader.rows(
    `select key_id, connection_id, jwk::text, status, valid_from_ms, valid_to_ms, created_at_ms
     from connection_keys order by created_at_ms, key_id`,
  );
  for (const row of keys) register.addKey(keyOf(row));
}
