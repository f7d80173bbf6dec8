// How the services of this room hand commands to the journal and read what stands.
import type { Journal } from '../journal/journal.ts';
import type { Submitted } from '../journal/queue.ts';
import type { Currencies } from '../money/index.ts';
import type { Ask } from './decision.ts';
import type { ParticipantCommand, ParticipantResult } from './participant.commands.ts';
import type { Participants } from './participant.machine.ts';
import type { ParticipantsView } from './participant.register.ts';

export interface ParticipantServiceDeps {
  readonly journal: Journal;
  readonly participants: Participants;
  readonly currencies: Currencies;
  /** Dialects that a connection may speak. */
  readonly dialects: ReadonlySet<string>;
  readonly newId: () => string;
  readonly indexKey: Uint8Array;
}

/** Hands a command to the journal; `ask.by` and the id are put in here. */
export type Command<C = ParticipantCommand> = C extends ParticipantCommand
  ? Omit<C, 'id' | 'by'>
  : never;

export interface Submitter {
  submit(
    command: Command,
    ask: Ask,
    subjects?: readonly string[],
  ): Promise<Submitted<ParticipantResult>>;
  /** For a replay: the thing as it stands, and the batch that it stands in. */
  current<T>(look: (view: ParticipantsView) => T): Promise<{ value: T; seq: number }>;
}

export function createSubmitter({
  journal,
  participants,
  newId,
}: ParticipantServiceDeps): Submitter {
  return {
    submit: (command, ask, subjects) =>
      journal.submit(
        participants.machine,
        { ...command, id: newId(), by: ask.by },
        { key: ask.key, subjects },
      ),
    async current(look) {
      // a copy first: what is seen must not change while its batch becomes durable
      const value = structuredClone(look(participants.view));
      const seq = journal.seq();
      await journal.barrier();
      return { value, seq };
    },
  };
}
