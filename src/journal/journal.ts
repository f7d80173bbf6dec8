// The journal as the rooms above see it: submit a command, read behind a barrier, follow what is
// committed. It decides when this switch leads, stands by or takes over, and reloads all state
// after any error. Leadership is a term in the batch chain: no advisory lock, no notification.
import { ACCOUNT_KINDS, type Account, createLedger, type Ledger } from '../ledger/ledger.ts';
import type { Clock } from '../runtime/clock.ts';
import { type BatchHead, openBatch } from './batch.ts';
import { LEADERS } from './journal.tables.ts';
import type { Machine, Unseal } from './machine.ts';
import { bigintOf, bigintOrNull, integerOf, textOf, textOrNull, wordOf } from './row.ts';
import { buildStatement } from './statement.ts';
import { type JournalStore, type Reader, StoreError } from './store.ts';
import { readSubjects } from './subjects.ts';
import type { Vault } from './vault.ts';
import { createWriter, type Trouble } from './writer.ts';

/** A standby takes over when the chain has not grown for this long. */
const TAKE_OVER_AFTER_MS = 5_000;
/** The holder of a term that was given up. */
const RELEASED = 'released';
const WATCH_EVERY_MS = 250;
const BEAT_EVERY_MS = 1_000;
const RETRY_EVERY_MS = 200;

export interface JournalLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface JournalOptions {
  readonly store: JournalStore;
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly randomBytes: (size: number) => Buffer;
  /** Names this process so that a switch on the same host can see whether it still lives. */
  readonly holder: string;
  readonly isHolderDead: (holder: string) => boolean;
  readonly sleep: (ms: number) => Promise<void>;
  readonly log: JournalLog;
}

export type Role = 'starting' | 'standby' | 'leading' | 'stopped';

export type Journal = ReturnType<typeof createJournal>;

export function createJournal(options: JournalOptions) {
  const { store, ledger, vault, clock, log } = options;
  let machines: readonly Machine<never, unknown>[] = [];
  let role: Role = 'starting';
  let stopping = false;
  let troubled = Promise.withResolvers<Trouble>();
  const reloadListeners = new Set<() => void>();
  const roleListeners = new Set<(role: Role) => void>();

  const writer = createWriter({
    store,
    ledger,
    vault,
    clock,
    randomBytes: options.randomBytes,
    onTrouble: (trouble) => troubled.resolve(trouble),
  });

  function become(next: Role): void {
    if (role === next) return;
    role = next;
    log.info({ role, term: writer.term(), seq: writer.seq() }, 'journal role');
    for (const listener of roleListeners) listener(role);
  }

  /** Opens sealed columns: reads the missing subjects' keys in one query first. */
  const unsealWith =
    (reader: Reader): Unseal =>
    async (values) => {
      const wanted = vault.missing(values.flatMap((value) => vault.subjectsOf(value)));
      const stored = await readSubjects(reader, wanted);
      vault.admit([...stored.keys()], stored);
      return values.map((value) => vault.unseal(value)?.bytes ?? null);
    };

  async function loadAccounts(reader: Reader): Promise<void> {
    for (const row of await reader.rows('select * from accounts order by number')) {
      const account: Account = {
        number: integerOf(row, 'number'),
        participantId: textOrNull(row, 'participant_id'),
        currency: textOf(row, 'currency'),
        kind: wordOf(row, 'kind', ACCOUNT_KINDS),
        limitMinor: bigintOrNull(row, 'limit_minor'),
        debitsPendingMinor: bigintOf(row, 'debits_pending_minor'),
        debitsPostedMinor: bigintOf(row, 'debits_posted_minor'),
        creditsPendingMinor: bigintOf(row, 'credits_pending_minor'),
        creditsPostedMinor: bigintOf(row, 'credits_posted_minor'),
      };
      ledger.restore(account);
    }
  }

  async function reload(): Promise<(head: BatchHead) => boolean> {
    ledger.clear();
    vault.clear();
    for (const machine of machines) machine.clear();
    const flights = writer.underWay();
    writer.clearKeys();
    return store.snapshot(async (reader) => {
      await loadAccounts(reader);
      await writer.loadKeys(reader);
      for (const machine of machines) await machine.load(reader, unsealWith(reader));
      const rows = await reader.rows(
        `select seq, encode(hash, 'hex') as hash from batches where seq = any($1::int8[])`,
        [flights.map((head) => String(head.seq))],
      );
      const hashes = new Map(rows.map((row) => [Number(row['seq']), String(row['hash'])]));
      return (head) => hashes.get(head.seq) === head.hash.toString('hex');
    });
  }

  /** Commits an empty batch under a new term: from then on every older writer is fenced. */
  async function fence(
    head: BatchHead,
    holder = options.holder,
  ): Promise<{ head: BatchHead; sentMonotonicMs: number }> {
    const term = head.term + 1;
    const nowMs = Math.max(head.atMs, clock.nowMs());
    const { randomBytes } = options;
    const batch = openBatch({ previous: head, term, nowMs, ledger: createLedger(), randomBytes });
    batch.insert(LEADERS, { term, holder, atMs: nowMs });
    const floor = await store.rows('select open_floor from batches where seq = $1', [
      String(head.seq),
    ]);
    const openFloor = floor[0]?.['open_floor'];
    const closed = batch.close(typeof openFloor === 'string' ? openFloor : null, vault.seal);
    const text = buildStatement(closed.writes);
    const sentMonotonicMs = clock.monotonicMs();
    await store.write({ name: 'b_fence', text, parameters: closed.parameters });
    return { head: closed.head, sentMonotonicMs };
  }

  /** A term of nobody's, behind our last: whoever looks may lead at once. */
  async function release(): Promise<void> {
    const head = await store.head();
    if (head.term === writer.term()) await fence(head, RELEASED);
  }

  /** Tries until this switch leads or somebody else does. */
  async function takeOver(trouble: Trouble | null): Promise<boolean> {
    for (let attempt = 0; !stopping; attempt += 1) {
      try {
        if (trouble !== null && trouble.kind === 'unknown') await store.reconnect();
        const head = await store.head();
        if (trouble !== null && head.term > writer.term()) return false;
        const own = await fence(head);
        const isCommitted = await reload();
        writer.settle(isCommitted, trouble?.kind === 'data');
        troubled = Promise.withResolvers<Trouble>();
        writer.resume(own.head, own.head.term, own.sentMonotonicMs);
        for (const listener of reloadListeners) listener();
        return true;
      } catch (error) {
        const fenced = error instanceof StoreError && error.kind === 'fenced';
        if (fenced && trouble === null) return false;
        if (attempt % 25 === 0) log.warn({ err: error }, 'the journal cannot lead yet');
        await store.reconnect().catch(() => undefined);
        await options.sleep(RETRY_EVERY_MS);
      }
    }
    return false;
  }

  /** Returns when the leader, as far as this switch can see, is gone. */
  async function standBy(): Promise<void> {
    let seen = -1;
    let sinceMs = clock.monotonicMs();
    for (let look = 0; !stopping; look += 1) {
      try {
        const [row] = await store.rows(
          `select b.seq, b.at_ms, l.holder from batches b left join leaders l on l.term = b.term
           order by b.seq desc limit 1`,
        );
        const seq = Number(row?.['seq'] ?? -1);
        const holder = row?.['holder'];
        const isGone = (name: string) => name === RELEASED || options.isHolderDead(name);
        if (seq === 0 || (typeof holder === 'string' && isGone(holder))) return;
        if (look === 0 && clock.nowMs() - Number(row?.['at_ms']) > TAKE_OVER_AFTER_MS) return;
        if (seq !== seen) sinceMs = clock.monotonicMs();
        seen = seq;
        if (clock.monotonicMs() - sinceMs > TAKE_OVER_AFTER_MS) return;
      } catch (error) {
        if (look % 20 === 0) log.warn({ err: error }, 'standby cannot read the journal');
        sinceMs = clock.monotonicMs();
        await store.reconnect().catch(() => undefined);
      }
      if (look > 0) become('standby');
      await options.sleep(WATCH_EVERY_MS);
    }
  }

  async function run(): Promise<void> {
    while (!stopping) {
      await standBy();
      if (stopping || !(await takeOver(null))) continue;
      become('leading');
      let leads = true;
      while (leads && !stopping) {
        const trouble = await troubled.promise;
        if (stopping) break;
        log.error({ kind: trouble.kind, err: trouble.error }, 'a batch was not written: reloading');
        leads = await takeOver(trouble);
      }
      writer.halt();
      if (!stopping) become('standby');
    }
  }

  let running: Promise<void> | null = null;
  const heart = setInterval(() => {
    if (role === 'leading' && writer.idleMs() >= BEAT_EVERY_MS) writer.beat();
  }, BEAT_EVERY_MS / 4);
  heart.unref();

  return {
    /** The rooms' state machines, once, before `start`; loaded in this order. */
    register(list: readonly Machine<never, unknown>[]): void {
      machines = list;
      writer.register(list);
    },
    submit: writer.submit,
    /** Resolves when all that a read could have seen is durable. */
    barrier: writer.barrier,
    onCommit: writer.onCommit,
    /** Called each time the state was loaded anew, leadership being ours. */
    onReload(listener: () => void): void {
      reloadListeners.add(listener);
    },
    onRole(listener: (role: Role) => void): () => void {
      roleListeners.add(listener);
      return () => roleListeners.delete(listener);
    },
    /** May answer, read and send: leads, and committed something in the last 3 s. */
    isFresh: writer.isFresh,
    role: () => role,
    seq: writer.seq,
    durableSeq: writer.durableSeq,
    backlog: writer.backlog,
    term: writer.term,
    reader: store,
    unseal: unsealWith(store),
    subjectsOf: vault.subjectsOf,
    ledger,
    start(): void {
      running ??= run();
    },
    /** Ends after what is under way has become durable. */
    async stop(): Promise<void> {
      const hasLed = role === 'leading';
      if (hasLed) await writer.barrier().catch(() => undefined);
      stopping = true;
      clearInterval(heart);
      troubled.resolve({ kind: 'unknown', error: null });
      await running;
      // a standby need not wait to see whether we are dead; should this fail, it does
      if (hasLed) await release().catch(() => undefined);
      become('stopped');
      await store.close();
    },
  };
}
