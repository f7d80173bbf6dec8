// The one writer: takes commands, decides them in memory, writes each batch as one statement, and
// answers only when it is durable, up to three in order at once. All else is journal.ts.
import { createHash } from 'node:crypto';
import type { Ledger } from '../ledger/ledger.ts';
import type { Clock } from '../runtime/clock.ts';
import { type Batch, type BatchHead, type ClosedBatch, openBatch } from './batch.ts';
import { SUBJECTS } from './journal.tables.ts';
import { createKeyIndex } from './keys.ts';
import type { Machine } from './machine.ts';
import {
  createEntry,
  type Entry,
  refuse,
  type SubmitOptions,
  type Submitted,
  split,
} from './queue.ts';
import { buildStatement } from './statement.ts';
import { type JournalStore, StoreError } from './store.ts';
import { readSubjects } from './subjects.ts';
import type { Vault } from './vault.ts';

const BATCH_COMMANDS_MAX = 1_000;
const BATCHES_UNDER_WAY_MAX = 3;
/**
 * A second batch is sent behind the first only when it is worth a commit of its own; fewer commands
 * wait for the first and share the next. At 64 payments in flight this halves the commits, and
 * took a tenth off the CPU of a payment.
 */
const WORTH_A_BATCH = 64;
const WAITING_MAX = 20_000;
/** A leader whose last commit is older than this neither sends, answers nor reads. */
export const FRESH_MS_MAX = 3_000;

/** A durable batch; listeners run in commit order, before submitters are told. */
export interface CommittedBatch {
  readonly seq: number;
  readonly atMs: number;
  readonly events: ClosedBatch['events'];
  readonly messages: ClosedBatch['messages'];
  readonly commands: number;
  /** From being sent to being durable. */
  readonly tookMs: number;
}

export interface JournalDeps {
  readonly store: JournalStore;
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly randomBytes: (size: number) => Buffer;
  /** Called after an error; must reload, and `resume` or `refuseAll`. */
  readonly onTrouble: (error: Trouble) => void;
}

export interface Trouble {
  readonly kind: StoreError['kind'] | 'defect';
  readonly error: unknown;
}

interface Waiter {
  readonly seq: number;
  resolve(): void;
  reject(error: Error): void;
}

interface UnderWay {
  readonly batch: ClosedBatch;
  readonly entries: readonly Entry[];
  readonly sentMonotonicMs: number;
}

/** The writing half of a journal. It starts halted; `resume` sets it going. */
export function createWriter(deps: JournalDeps) {
  const { store, ledger, vault, clock } = deps;
  const keys = createKeyIndex();
  const statements = new Map<string, string>();
  const listeners = new Set<(batch: CommittedBatch) => void>();
  let waiting: Entry[] = [];
  /** Commands of batches that did not commit; they go first, `limit` at a time. */
  let again: Entry[][] = [];
  const underWay: UnderWay[] = [];
  let state: 'halted' | 'running' | 'troubled' = 'halted';
  let head: BatchHead | null = null;
  let term = 0;
  let deciding = false;
  /**
   * When the newest batch known to be durable was sent. Not when its answer was read: a process
   * that was paused in between would believe itself fresh long after another had taken over.
   */
  let freshMonotonicMs = Number.NEGATIVE_INFINITY;
  /** Counts reloads: what was read from storage before one is void after it. */
  let epoch = 0;
  let machines: readonly Machine<never, unknown>[] = [];
  const durable = { waiters: [] as Waiter[] };

  function take(): Entry[] {
    const first = again.shift();
    if (first !== undefined) return first.filter((entry) => !entry.answered());
    if (waiting.length <= BATCH_COMMANDS_MAX) {
      const all = waiting;
      waiting = [];
      return all;
    }
    return waiting.splice(0, BATCH_COMMANDS_MAX);
  }

  /** Reads what the commands need and memory lacks; returns rows for new subjects. */
  async function loadCold(entries: readonly Entry[]) {
    const groups = new Map<Machine<never, unknown>, unknown[]>();
    const hashes: string[] = [];
    for (const entry of entries) {
      if (entry.key !== null) hashes.push(entry.key.hash);
      if (entry.machine.loadCold === undefined) continue;
      const group = groups.get(entry.machine);
      if (group === undefined) groups.set(entry.machine, [entry.command]);
      else group.push(entry.command);
    }
    await Promise.all([
      keys.loadCold(hashes, store),
      // each group holds commands of its own machine: createEntry saw to that
      ...[...groups].map(([machine, group]) => machine.loadCold?.(group as never[], store)),
    ]);
    const subjects = vault.missing(
      entries.flatMap((entry) => [
        ...entry.subjects,
        ...(entry.machine.subjects?.(entry.command as never) ?? []),
      ]),
    );
    const stored = await readSubjects(store, subjects);
    return vault.admit(subjects, stored);
  }

  function decide(entries: readonly Entry[], batch: Batch): Entry | null {
    for (const entry of entries) {
      const known = entry.key === null ? undefined : keys.find(entry.key.hash);
      if (known !== undefined && entry.key !== null) {
        if (known.content === entry.key.content) entry.replayed(known.resource, known.resourceId);
        else entry.conflict();
        continue;
      }
      batch.currentKey = entry.key;
      const claimedBefore = batch.claimed.length;
      try {
        entry.decide(batch);
      } catch (error) {
        trouble({ kind: 'defect', error });
        return entry;
      }
      const claimed = batch.claimed[claimedBefore];
      if (claimed !== undefined) keys.add(claimed);
    }
    return null;
  }

  /**
   * They are decided anew, before all others; or refused, if this switch stopped leading meanwhile.
   */
  function putBack(groups: readonly Entry[][]): void {
    if (state === 'halted') refuse(groups.flat());
    else again.unshift(...groups.filter((entries) => entries.length > 0));
  }

  async function decideNext(): Promise<void> {
    const entries = take();
    if (entries.length === 0) return;
    const before = epoch;
    let subjects: Awaited<ReturnType<typeof loadCold>>;
    try {
      subjects = await loadCold(entries);
    } catch (error) {
      const kind = error instanceof StoreError ? error.kind : 'defect';
      if (kind === 'unknown') {
        putBack([entries]);
        trouble({ kind, error });
      } else putBack(split(entries)); // nothing was changed yet: one command's facts cannot be read
      return;
    }
    if (state !== 'running' || head === null || epoch !== before) {
      // keys made for this batch are written with it or not at all
      vault.forget(subjects.map((row) => row.id));
      putBack([entries]);
      return;
    }
    const nowMs = Math.max(head.atMs, clock.nowMs());
    const batch = openBatch({ previous: head, term, nowMs, ledger, randomBytes: deps.randomBytes });
    for (const row of subjects) batch.insert(SUBJECTS, row);
    const defective = decide(entries, batch);
    keys.endBatch();
    if (defective !== null) {
      // the state is half changed: everything is reloaded, the others are decided anew
      defective.refuse('internal');
      again.unshift(entries.filter((entry) => entry !== defective));
      return;
    }
    let closed: ClosedBatch;
    try {
      closed = batch.close(openFloor(), vault.seal);
    } catch (error) {
      again.unshift(...split([...entries]));
      trouble({ kind: 'defect', error });
      return;
    }
    if (closed.isEmpty) {
      // replays and reads: they wait for what they may have seen, and write nothing
      void barrier().then(
        () => {
          // who no longer leads may have seen a state that another has moved on from
          if (isFresh()) entries.forEach((entry) => entry.answer(closed.head.seq - 1));
          else entries.forEach((entry) => entry.refuse('not_leader'));
        },
        () => entries.forEach((entry) => entry.refuse('outcome_unknown')),
      );
      return;
    }
    for (const entry of entries) entry.sent = true;
    send(closed, entries);
  }

  function openFloor(): string | null {
    let floor: string | null = null;
    for (const machine of machines) {
      const own = machine.openFloor?.() ?? null;
      if (own !== null && (floor === null || own < floor)) floor = own;
    }
    return floor;
  }

  function send(batch: ClosedBatch, entries: readonly Entry[]): void {
    const flight = { batch, entries, sentMonotonicMs: clock.monotonicMs() };
    head = batch.head;
    underWay.push(flight);
    const shape = flight.batch.writes.map((w) => `${w.table.name}.${w.kind}`).join(',');
    let text = statements.get(shape);
    if (text === undefined) {
      text = buildStatement(flight.batch.writes);
      statements.set(shape, text);
    }
    const name = `b_${createHash('sha256').update(text).digest('base64url').slice(0, 40)}`;
    store.write({ name, text, parameters: flight.batch.parameters }).then(
      () => committed(flight),
      (error: unknown) => failed(flight, error),
    );
  }

  function committed(flight: UnderWay): void {
    if (state === 'troubled' || underWay[0] !== flight) return; // the reload will find it
    underWay.shift();
    freshMonotonicMs = flight.sentMonotonicMs;
    tell(flight);
    pump();
  }

  function tell({ batch, entries, sentMonotonicMs }: UnderWay): void {
    const { events, messages } = batch;
    const { seq, atMs } = batch.head;
    const work = { commands: entries.length, tookMs: clock.monotonicMs() - sentMonotonicMs };
    for (const listener of listeners) listener({ seq, atMs, events, messages, ...work });
    for (const entry of entries) entry.answer(seq);
    const ready = durable.waiters.filter((waiter) => waiter.seq <= seq);
    durable.waiters = durable.waiters.filter((waiter) => waiter.seq > seq);
    for (const waiter of ready) waiter.resolve();
  }

  function isFresh(): boolean {
    return state === 'running' && clock.monotonicMs() - freshMonotonicMs <= FRESH_MS_MAX;
  }

  function failed(flight: UnderWay, error: unknown): void {
    // after a reload its fate is known: what the old connection says of it late is no new trouble
    if (!underWay.includes(flight)) return;
    trouble({ kind: error instanceof StoreError ? error.kind : 'unknown', error });
  }

  function trouble(what: Trouble): void {
    if (state !== 'running') return;
    state = 'troubled';
    deps.onTrouble(what);
  }

  function pump(): void {
    if (state !== 'running' || deciding || underWay.length >= BATCHES_UNDER_WAY_MAX) return;
    if (waiting.length === 0 && again.length === 0) return;
    if (underWay.length > 0 && again.length === 0 && waiting.length < WORTH_A_BATCH) return;
    deciding = true;
    void decideNext().finally(() => {
      deciding = false;
      pump();
    });
  }

  /** Resolves when everything decided so far is durable; rejects when that became unknown. */
  function barrier(): Promise<void> {
    const last = underWay.at(-1);
    if (last === undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      durable.waiters.push({ seq: last.batch.head.seq, resolve, reject });
    });
  }

  /** What these waited for was never committed, or nobody here knows. */
  function disappoint(): void {
    for (const waiter of durable.waiters.splice(0)) {
      waiter.reject(new StoreError('unknown', 'what was decided before did not become durable'));
    }
  }

  return {
    submit<Command, Result>(
      machine: Machine<Command, Result>,
      command: Command,
      options: SubmitOptions = {},
    ): Promise<Submitted<Result>> {
      const { entry, promise } = createEntry(machine, command, options);
      if (state === 'halted') entry.refuse('not_leader');
      else if (waiting.length >= WAITING_MAX) entry.refuse('overloaded');
      else waiting.push(entry);
      pump();
      return promise;
    },
    barrier,
    onCommit(listener: (batch: CommittedBatch) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    register(list: readonly Machine<never, unknown>[]): void {
      machines = list;
    },
    /** Commits a batch without commands: the heartbeat. */
    beat(): void {
      if (state !== 'running' || head === null || deciding || underWay.length > 0) return;
      const nowMs = Math.max(head.atMs, clock.nowMs());
      const { randomBytes } = deps;
      const batch = openBatch({ previous: head, term, nowMs, ledger, randomBytes });
      send(batch.close(openFloor(), vault.seal), []);
    },
    isFresh,
    idleMs: () => clock.monotonicMs() - freshMonotonicMs,
    seq: () => head?.seq ?? 0,
    /** The newest batch that is known to be durable. */
    durableSeq: () =>
      underWay[0] === undefined ? (head?.seq ?? 0) : underWay[0].batch.head.seq - 1,
    term: () => term,
    /** Commands that nobody has decided yet. */
    backlog: () => waiting.length,

    /**
     * After trouble, with leadership regained at `fence`: batches up to it that carry our hash
     * are durable and are told so; the others are decided again, split where they are suspect.
     */
    settle(isCommitted: (head: BatchHead) => boolean, suspectData: boolean): void {
      epoch += 1;
      const lost: Entry[][] = [];
      for (const flight of underWay.splice(0)) {
        if (isCommitted(flight.batch.head)) tell(flight);
        else lost.push([...flight.entries]);
      }
      const [suspect, ...rest] = lost;
      if (suspect !== undefined && suspectData)
        lost.splice(0, lost.length, ...split(suspect), ...rest);
      again = [...lost, ...again].filter((entries) => entries.length > 0);
      disappoint();
    },
    loadKeys: keys.load,
    clearKeys: keys.clear,
    underWay: (): readonly BatchHead[] => underWay.map((flight) => flight.batch.head),
    /** `fencedMonotonicMs`: when the batch that fenced was sent. */
    resume(at: BatchHead, newTerm: number, fencedMonotonicMs: number): void {
      head = at;
      term = newTerm;
      state = 'running';
      freshMonotonicMs = fencedMonotonicMs;
      pump();
    },
    /** Leadership is gone: nothing more is decided here, and nobody is left waiting. */
    halt(): void {
      state = 'halted';
      head = null;
      const flights = underWay.splice(0).flatMap((flight) => flight.entries);
      const queued = [...again.flat(), ...waiting];
      again = [];
      waiting = [];
      keys.clear();
      refuse([...flights, ...queued]);
      disappoint();
    },
  };
}
