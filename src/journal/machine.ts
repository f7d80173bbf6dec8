// What a room registers with the journal: a state machine whose state lives in memory and is
// rebuilt from its tables. `apply` is deterministic: no clock, no randomness, no I/O.
import type { JournalContext } from './batch.ts';
import type { Reader } from './store.ts';

export interface Machine<Command, Result> {
  readonly name: string;
  /** Decides one command and changes the state at once; the rows say what changed. */
  apply(command: Command, context: JournalContext): Result;
  /** Facts that are not in memory, read for a whole batch in as few queries as possible. */
  loadCold?(commands: readonly Command[], reader: Reader): Promise<void>;
  /** Subjects, beyond those it was submitted with, whose data the command may seal. */
  subjects?(command: Command): readonly string[];
  /** Rebuilds the state from one snapshot. */
  load(reader: Reader, unseal: Unseal): Promise<void>;
  clear(): void;
  /** Nothing older than this payment id (a UUIDv7, so a time) is still open. */
  openFloor?(): string | null;
}

/** Opens what `sealed` columns hold: `null` where a subject was shredded. */
export type Unseal = (values: readonly Uint8Array[]) => Promise<(Uint8Array | null)[]>;
