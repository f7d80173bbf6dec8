// A running journal on a database of a test's own: real statements, real leadership, real reload.
//
//   const database = await createTestDatabase();
//   const first = await startJournal({
//     database,
//     compose({ ledger }) {
//       const room = createRoom({ ledger });
//       return { machines: [room.machine], room };
//     },
//   });
//   await first.journal.submit(first.rooms.room.machine, command);
//   const second = await first.restart();     // empty memory: all comes from storage
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { deriveIndexKey } from '../../src/journal/index-key.ts';
import { createJournal, type Journal } from '../../src/journal/journal.ts';
import type { Machine } from '../../src/journal/machine.ts';
import { createPostgresStore } from '../../src/journal/store.postgres.ts';
import { createVault, type Vault } from '../../src/journal/vault.ts';
import { createLedger, type Ledger } from '../../src/ledger/ledger.ts';
import { type Clock, systemClock } from '../../src/runtime/clock.ts';
import { createIds } from '../../src/runtime/ids.ts';
import { createCryptoRandom } from '../../src/runtime/random.ts';
import type { TestDatabase } from './database.ts';

/** The same in every start, so that what one sealed another can open. */
export const testKek = createHash('sha256').update('key-encryption key of the tests').digest();

export interface Ground {
  /** Not started yet while rooms are composed. */
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly indexKey: Buffer;
  readonly newId: () => string;
}

/** What `compose` makes: anything, with the machines that the journal is to run. */
export interface Rooms {
  readonly machines: readonly Machine<never, unknown>[];
}

export interface RunningJournal<R extends Rooms> extends Ground {
  readonly vault: Vault;
  readonly rooms: R;
  /** Stops this one, and starts another with empty memory on the same database. */
  restart(): Promise<RunningJournal<R>>;
  /** Done by itself at the end of the file. */
  stop(): Promise<void>;
}

export interface JournalSetup<R extends Rooms> {
  readonly database: Pick<TestDatabase, 'connection'>;
  readonly compose: (ground: Ground) => R;
  readonly clock?: Clock;
}

// the database may be dropped by then: stopping does without it
afterAll(async () => {
  await Promise.all([...running.values()].map((stop) => stop()));
});

const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** The one that runs on a database: a test that starts another means it to follow this one. */
const running = new Map<string, () => Promise<void>>();

/** Resolves when the journal leads and everything is loaded. */
export async function startJournal<R extends Rooms>(
  setup: JournalSetup<R>,
): Promise<RunningJournal<R>> {
  const where = setup.database.connection.connectionString;
  await running.get(where)?.();
  const clock = setup.clock ?? systemClock;
  const ledger = createLedger();
  const vault = createVault({ kek: testKek, randomBytes });
  const ids = createIds({ clock, random: createCryptoRandom() });
  const indexKey = deriveIndexKey(testKek);
  const journal = createJournal({
    store: createPostgresStore({ connection: setup.database.connection }),
    ledger,
    vault,
    clock,
    randomBytes,
    holder: 'test',
    // whoever led before was stopped above
    isHolderDead: () => true,
    sleep: (ms) => sleep(ms),
    log: silent,
  });
  const ground: Ground = { journal, ledger, clock, indexKey, newId: ids.uuid };
  const rooms = setup.compose(ground);
  journal.register(rooms.machines);
  const leading = Promise.withResolvers<void>();
  journal.onRole((role) => {
    if (role === 'leading') leading.resolve();
  });
  journal.start();
  await leading.promise;
  let stopped: Promise<void> | null = null;
  const stop = () => (stopped ??= journal.stop());
  running.set(where, stop);
  return {
    ...ground,
    vault,
    rooms,
    stop,
    async restart() {
      await stop();
      return startJournal(setup);
    },
  };
}
