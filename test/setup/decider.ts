// Decides commands on a machine without a database: batches are opened, decided and closed as the
// journal does, and then forgotten. For tests of `apply`; what lies in SQL needs journal.ts.
import { type BatchHead, type ClosedBatch, openBatch } from '../../src/journal/batch.ts';
import type { Machine } from '../../src/journal/machine.ts';
import { createLedger, type Ledger } from '../../src/ledger/ledger.ts';

export interface Decider {
  readonly ledger: Ledger;
  /** The instant of the next batch. */
  nowMs: number;
  /** One batch of one command. */
  decide<Command, Result>(machine: Machine<Command, Result>, command: Command): Result;
  /** All in one batch. */
  decideAll<Command, Result>(
    machine: Machine<Command, Result>,
    commands: readonly Command[],
  ): Result[];
  /** What the latest batch would have written. */
  written(): ClosedBatch;
}

export function createDecider(startMs = Date.UTC(2026, 0, 1)): Decider {
  const ledger = createLedger();
  let head: BatchHead = { seq: 0, hash: Buffer.alloc(32), term: 1, atMs: 0 };
  let written: ClosedBatch | null = null;
  const decider: Decider = {
    ledger,
    nowMs: startMs,
    decide(machine, command) {
      const [result] = decider.decideAll(machine, [command]);
      if (result === undefined) throw new Error('a command without a result');
      return result;
    },
    decideAll(machine, commands) {
      const batch = openBatch({
        previous: head,
        term: 1,
        nowMs: decider.nowMs,
        ledger,
        randomBytes: (size) => Buffer.alloc(size, 7),
      });
      const results = commands.map((command) => machine.apply(command, batch));
      written = batch.close(null, (value) => value.bytes);
      head = written.head;
      return results;
    },
    written() {
      if (written === null) throw new Error('nothing was decided yet');
      return written;
    },
  };
  return decider;
}
