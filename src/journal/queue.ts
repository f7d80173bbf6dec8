// Commands on their way through the journal: what waits, and what each submitter is told.
import type { CommandKey, JournalContext } from './batch.ts';
import type { Machine } from './machine.ts';

export type JournalRefusal =
  /** This switch is not the leader, or lost its leadership before the command was tried. */
  | 'not_leader'
  /** Too much is waiting; nothing was done. */
  | 'overloaded'
  /** The command may have been committed; ask by id or send the same key again. */
  | 'outcome_unknown'
  /** A defect in the command's own decision; nothing was done. */
  | 'internal';

export type Submitted<Result> =
  | { readonly kind: 'applied'; readonly result: Result; readonly seq: number }
  /** The key was used before with the same content: this is what it stands for. */
  | { readonly kind: 'replayed'; readonly resource: string; readonly resourceId: string }
  /** The key was used before with other content. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'refused'; readonly code: JournalRefusal };

export interface SubmitOptions {
  readonly key?: CommandKey | undefined;
  /** Subjects whose personal data the command may seal. */
  readonly subjects?: readonly string[] | undefined;
}

export interface Entry {
  readonly machine: Machine<never, unknown>;
  readonly command: unknown;
  readonly key: CommandKey | null;
  readonly subjects: readonly string[];
  /** Decides; the answer is kept until the batch is durable. */
  decide(context: JournalContext): void;
  replayed(resource: string, resourceId: string): void;
  conflict(): void;
  /** Tells the submitter what was decided, now that it is durable. */
  answer(seq: number): void;
  refuse(code: JournalRefusal): void;
  answered(): boolean;
  /** It was once part of a batch that was sent. */
  sent: boolean;
}

export function createEntry<Command, Result>(
  machine: Machine<Command, Result>,
  command: Command,
  options: SubmitOptions,
): { entry: Entry; promise: Promise<Submitted<Result>> } {
  const { promise, resolve } = Promise.withResolvers<Submitted<Result>>();
  let decided: ((seq: number) => Submitted<Result>) | null = null;
  let answered = false;
  const say = (outcome: Submitted<Result>) => {
    answered = true;
    resolve(outcome);
  };
  const entry: Entry = {
    machine,
    command,
    key: options.key ?? null,
    subjects: options.subjects ?? [],
    decide(context) {
      const result = machine.apply(command, context);
      decided = (seq) => ({ kind: 'applied', result, seq });
    },
    replayed(resource, resourceId) {
      decided = () => ({ kind: 'replayed', resource, resourceId });
    },
    conflict() {
      decided = () => ({ kind: 'conflict' });
    },
    answer(seq) {
      if (decided !== null) say(decided(seq));
    },
    refuse: (code) => say({ kind: 'refused', code }),
    answered: () => answered,
    sent: false,
  };
  return { entry, promise };
}

/** A data error has one culprit: halves are tried alone until a single command is left. */
export function split(entries: Entry[]): Entry[][] {
  if (entries.length <= 1) {
    for (const entry of entries) entry.refuse('internal');
    return [];
  }
  const middle = entries.length >> 1;
  return [entries.slice(0, middle), entries.slice(middle)];
}

/** Nobody is left waiting. */
export function refuse(entries: readonly Entry[]): void {
  for (const entry of entries) {
    const code: JournalRefusal = entry.sent ? 'outcome_unknown' : 'not_leader';
    if (!entry.answered()) entry.refuse(code);
  }
}
