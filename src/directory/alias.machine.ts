// The directory's state machine. Aliases are too many for memory: it keeps those of late, which may
// not be in storage yet, and reads the others when a command names them.
import type { JournalContext } from '../journal/batch.ts';
import type { Machine } from '../journal/machine.ts';
import type { ParticipantsView } from '../participants/index.ts';
import type {
  AliasCommand,
  AliasRefusal,
  AliasResult,
  AliasRow,
  ClaimAliasCommand,
  ReleaseAliasCommand,
} from './alias.commands.ts';
import { ALIASES, readAliases, type StoredAlias } from './alias.tables.ts';

/** More than the batches under way can hold, so that nothing undurable is ever forgotten. */
export const RECENT_MAX = 20_000;

/** Aliases as decided of late; they win over what storage says. */
export interface RecentAliases {
  find(hash: string): Readonly<AliasRow> | undefined;
  /** Grows with every change; by RECENT_MAX at once when everything was forgotten. */
  changes(): number;
  /** `null`: everything was forgotten. */
  onChange(listener: (hash: string | null) => void): void;
}

export interface Directory {
  readonly machine: Machine<AliasCommand, AliasResult>;
  readonly recent: RecentAliases;
}

interface State {
  readonly participants: ParticipantsView;
  find(hash: string): AliasRow | undefined;
  keep(row: AliasRow): void;
}

export function createDirectory(deps: { readonly participants: ParticipantsView }): Directory {
  const recent = new Map<string, AliasRow>();
  let cold = new Map<string, AliasRow>();
  const listeners: ((hash: string | null) => void)[] = [];
  let changes = 0;

  const state: State = {
    participants: deps.participants,
    find: (hash) => recent.get(hash) ?? cold.get(hash),
    keep(row) {
      recent.delete(row.hash);
      recent.set(row.hash, row);
      for (const oldest of recent.keys()) {
        if (recent.size <= RECENT_MAX) break;
        recent.delete(oldest);
      }
      changes += 1;
      for (const listener of listeners) listener(row.hash);
    },
  };
  const clear = () => {
    recent.clear();
    cold.clear();
    changes += RECENT_MAX;
    for (const listener of listeners) listener(null);
  };
  return {
    recent: {
      find: (hash) => recent.get(hash),
      changes: () => changes,
      onChange: (listener) => void listeners.push(listener),
    },
    machine: {
      name: 'directory',
      apply(command, context) {
        const result =
          command.type === 'claim_alias'
            ? claim(command, state, context)
            : release(command, state, context);
        if (result.ok) context.claimKey('alias_command', command.id);
        return result;
      },
      async loadCold(commands, reader) {
        const wanted = new Set(commands.map((command) => command.hash));
        const stored = await readAliases(
          reader,
          [...wanted].filter((hash) => !recent.has(hash)),
        );
        // the party stays sealed: whoever changes the row writes another, or none
        cold = new Map(stored.map((row) => [row.hash, rowOf(row)]));
      },
      load: () => Promise.resolve(),
      clear,
    },
  };
}

function rowOf({ sealedParty: _sealed, ...row }: StoredAlias): AliasRow {
  return { ...row, party: null };
}

const refused = (code: AliasRefusal): AliasResult => ({ ok: false, code });

function claim(command: ClaimAliasCommand, state: State, context: JournalContext): AliasResult {
  const { hash, participantId, connectionId, currencies, party, by } = command;
  const status = state.participants.participant(participantId)?.status;
  if (status === 'closed') return refused('participant_not_active');
  if (status === 'suspended') return refused('participant_suspended');
  const row = state.find(hash);
  if (row !== undefined && row.status === 'active' && row.participantId !== participantId) {
    return refused('alias_taken');
  }
  const connection = state.participants.connection(connectionId);
  if (connection?.participantId !== participantId) return refused('resource_not_found');
  const changedAtMs = context.nowMs;
  if (row === undefined) {
    const fresh: AliasRow = {
      hash,
      participantId,
      connectionId,
      status: 'active',
      currencies,
      party,
      changedAtMs,
    };
    context.insert(ALIASES, fresh);
    state.keep(fresh);
  } else {
    row.participantId = participantId;
    row.connectionId = connectionId;
    row.currencies = currencies;
    row.party = party;
    row.changedAtMs = changedAtMs;
    row.status = 'active';
    context.update(ALIASES, row);
    state.keep(row);
  }
  tell(context, 'alias.claimed', command.id, { participantId, connectionId, by });
  return { ok: true, participantId, connectionId };
}

function release(command: ReleaseAliasCommand, state: State, context: JournalContext): AliasResult {
  const row = state.find(command.hash);
  if (row === undefined || row.status === 'released') return refused('alias_not_found');
  const { participantId, connectionId } = row;
  if (command.participantId !== null && command.participantId !== participantId) {
    return refused('alias_not_yours');
  }
  row.status = 'released';
  row.party = null;
  row.changedAtMs = context.nowMs;
  context.update(ALIASES, row);
  state.keep(row);
  tell(context, 'alias.released', command.id, { participantId, connectionId, by: command.by });
  return { ok: true, participantId, connectionId };
}

/**
 * The event names the command, not the alias: its hash would let two events be joined to a person.
 */
function tell(
  context: JournalContext,
  type: string,
  commandId: string,
  body: { readonly participantId: string; readonly connectionId: string; readonly by: string },
): void {
  context.event({ type, subjectId: commandId, audience: [body.participantId], body });
}
