// How a participant comes, changes and goes. Its money is participant.money.ts, how it is reached
// connection.lifecycle.ts.
import type { JournalContext, NewEvent } from '../journal/batch.ts';
import { type AccountKind, balanceMinor } from '../ledger/ledger.ts';
import {
  type ParticipantResult,
  type RegisterCommand,
  type RenameCommand,
  refused,
  type SetStatusCommand,
} from './participant.commands.ts';
import type { Register } from './participant.register.ts';
import { PARTICIPANTS } from './participant.tables.ts';
import { mayBecome, OPERATOR_ID, type Participant } from './participant.ts';

/** An event that the participant itself may read. */
export function tell(
  context: JournalContext,
  type: string,
  subjectId: string,
  participantId: string,
  body: NewEvent['body'],
): void {
  context.event({ type, subjectId, audience: [participantId], body });
}

function enrol(participant: Participant, by: string, register: Register, context: JournalContext) {
  register.addParticipant(participant);
  context.insert(PARTICIPANTS, participant);
  const { id, kind, status } = participant;
  tell(context, 'participant.registered', id, id, { kind, status, by });
}

/** The scheme takes part from the first currency on, whether or not anybody registered it. */
export function ensureOperator(register: Register, context: JournalContext): void {
  if (register.participant(OPERATOR_ID) !== undefined) return;
  const operator: Participant = {
    id: OPERATOR_ID,
    kind: 'operator',
    name: 'Scheme operator',
    status: 'active',
    previousStatus: null,
    createdAtMs: context.nowMs,
    version: 1,
  };
  enrol(operator, OPERATOR_ID, register, context);
}

export function registerParticipant(
  command: RegisterCommand,
  register: Register,
  context: JournalContext,
): ParticipantResult {
  const { participantId: id, kind, name, status } = command;
  if (register.participant(id) !== undefined) return refused('resource_exists');
  // the reserved id and its kind go together
  if ((id === OPERATOR_ID) !== (kind === 'operator')) return refused('resource_exists');
  if (!mayBecome(null, status)) return refused('transition_refused');
  const participant: Participant = {
    id,
    kind,
    name,
    status,
    previousStatus: null,
    createdAtMs: context.nowMs,
    version: 1,
  };
  enrol(participant, command.by, register, context);
  return { ok: true, participant: { ...participant } };
}

export function changeParticipant(
  command: RenameCommand | SetStatusCommand,
  register: Register,
  context: JournalContext,
): ParticipantResult {
  const { participantId: id, ifVersion, by } = command;
  const participant = register.participantRow(id);
  if (participant === undefined) return refused('resource_not_found');
  if (ifVersion !== null && ifVersion !== participant.version) {
    return refused('precondition_failed');
  }
  if (command.type === 'rename') {
    participant.name = command.name;
    tell(context, 'participant.renamed', id, id, { by });
  } else {
    const from = participant.status;
    const { status: to } = command;
    if (id === OPERATOR_ID || !mayBecome(from, to)) return refused('transition_refused');
    if (to === 'closed' && !isSettled(id, register, context)) return refused('transition_refused');
    participant.previousStatus = from;
    participant.status = to;
    tell(context, 'participant.status_changed', id, id, { from, to, by });
  }
  participant.version += 1;
  context.update(PARTICIPANTS, participant);
  return { ok: true, participant: { ...participant } };
}

const OWN_KINDS: readonly AccountKind[] = ['position', 'cover', 'fees'];

/** Whether every account of the participant stands at zero with nothing under way. */
function isSettled(participantId: string, register: Register, context: JournalContext): boolean {
  return register.termsOf(participantId).every(({ currency }) =>
    OWN_KINDS.every((kind) => {
      const account = context.ledger.find(participantId, currency, kind);
      if (account === undefined) return true;
      const pendingMinor = account.debitsPendingMinor + account.creditsPendingMinor;
      return pendingMinor === 0n && balanceMinor(account) === 0n;
    }),
  );
}
