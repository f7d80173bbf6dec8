// The embedded server: a real PostgreSQL that belongs to the data folder. A start adopts the
// running one or recovers a stale one; the last switch to leave stops it; while one is here, a dead
// server is started again. For demo and development; production gives DATABASE_URL.
import { existsSync } from 'node:fs';
import { required } from '../runtime/index.ts';
import { clusterMajor, createCluster, DATABASE, readPassword, USER } from './cluster.ts';
import { DatabaseFault } from './fault.ts';
import { tryLockSync, withLock } from './folder-lock.ts';
import { type Holders, openHolders } from './holders.ts';
import { type Layout, layOut, PORT } from './layout.ts';
import { findBinaries } from './platform.ts';
import { openClient } from './pool.ts';
import {
  findPostmaster,
  hasEnded,
  type Postmaster,
  signalFound,
  startPostmaster,
  stopPostmaster,
} from './postmaster.ts';
import { isRunning, type ProcessStamp, stampOf } from './processes.ts';
import { chooseRunner, type RunnerKind } from './runner.ts';

/** Of pino's logger, what is used here. */
export interface DatabaseLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface EmbeddedConnection {
  /** A folder: the socket's. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface EmbeddedServer {
  readonly connection: EmbeddedConnection;
  /** The same as one text, with the password: a secret. */
  readonly url: string;
  /** The postmaster's; changes when a dead one was started again. */
  readonly pid: number;
  /** It was running already. */
  readonly adopted: boolean;
  /** Stops the server if nobody else uses it; a second call waits for the first. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly log: DatabaseLog;
  /**
   * For whom the server is held; this process if absent. A test run holds one for all its workers.
   */
  readonly holderPid?: number;
  /** How root runs PostgreSQL; by trying, if absent (runner.ts). */
  readonly runAs?: readonly RunnerKind[];
}

const LOCK_PATIENCE_MS = 120_000;
const WATCH_MS = 500;
const ATTEMPTS = 3;
const DYING_PATIENCE_MS = 1_000;

/** @throws DatabaseFault */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { dataDir, log } = options;
  const layout = layOut(dataDir);
  const holders = openHolders(layout.holders);
  const holder = required(stampOf(options.holderPid ?? process.pid), 'the holding process');
  // Held for another process, it is that one's to watch and to leave.
  const mine = holder.pid === process.pid;
  // Before the lock is had: who is about to stop the server sees that it is wanted.
  const use: Use = { layout, holders, held: holders.enter(holder), locked: false };
  const leaveAtExit = () => leaveNow(use);
  if (mine) process.once('exit', leaveAtExit);
  let started: Running;
  try {
    started = await underLock(use, () => ensureRunning(layout, options));
  } catch (error) {
    await underLock(use, () => leave(use, log));
    process.off('exit', leaveAtExit);
    throw error;
  }
  const { adopted, connection } = started;
  let { stamp } = started.postmaster;
  const watch = mine
    ? watchOver(use, options, stamp, (next) => {
        stamp = next;
      })
    : undefined;
  let stopped: Promise<void> | undefined;
  return {
    connection,
    url: urlOf(connection),
    get pid() {
      return stamp.pid;
    },
    adopted,
    stop() {
      stopped ??= (async () => {
        await watch?.end();
        await underLock(use, () => leave(use, log));
        process.off('exit', leaveAtExit);
      })();
      return stopped;
    },
  };
}

/** Stops the server of a data folder unless a living process other than this one uses it. */
export async function stopEmbedded(options: {
  readonly dataDir: string;
  readonly log: DatabaseLog;
}): Promise<void> {
  if (!existsSync(options.dataDir)) return;
  const layout = layOut(options.dataDir);
  const use: Use = { layout, holders: openHolders(layout.holders), held: undefined, locked: false };
  await underLock(use, () => leave(use, options.log));
}

interface Use {
  readonly layout: Layout;
  readonly holders: Holders;
  /** The reference file; undefined for one who only stops. */
  readonly held: string | undefined;
  /** This use is at work under the folder's lock. */
  locked: boolean;
}

function underLock<T>(use: Use, work: () => Promise<T>): Promise<T> {
  return withLock(use.layout.lock, LOCK_PATIENCE_MS, async () => {
    use.locked = true;
    try {
      return await work();
    } finally {
      use.locked = false;
    }
  });
}

interface Running {
  readonly postmaster: Postmaster;
  readonly adopted: boolean;
  readonly connection: EmbeddedConnection;
}

/** Under the lock. */
async function ensureRunning(
  layout: Layout,
  options: Pick<EmbeddedOptions, 'log' | 'runAs'>,
  attempt = 1,
): Promise<Running> {
  const startedMs = performance.now();
  const found = await findPostmaster(layout);
  const postmaster = found ?? (await start(layout, options.runAs));
  const connection = connectionTo(postmaster, layout);
  try {
    await ensureDatabase(connection);
  } catch (cause) {
    // It may have been dying when we found it: a killed process is still seen for a moment.
    if (attempt < ATTEMPTS && (await hasEnded(postmaster.stamp, DYING_PATIENCE_MS))) {
      return ensureRunning(layout, options, attempt + 1);
    }
    throw new DatabaseFault(
      'unreachable',
      `embedded PostgreSQL does not let us in: ${cause instanceof Error ? cause.message : 'unknown'}`,
      `see ${layout.log}`,
      { cause },
    );
  }
  const adopted = found !== undefined;
  const details = { pid: postmaster.stamp.pid, tookMs: Math.round(performance.now() - startedMs) };
  options.log.info(
    details,
    adopted ? 'embedded PostgreSQL adopted' : 'embedded PostgreSQL started',
  );
  return { postmaster, adopted, connection };
}

function connectionTo({ socketFolder }: Postmaster, layout: Layout): EmbeddedConnection {
  const password = readPassword(layout);
  if (password === undefined) {
    throw new DatabaseFault(
      'folder_unusable',
      `${layout.password} is missing`,
      'put it back from a copy: nobody can enter this database without it',
    );
  }
  return { host: socketFolder, port: PORT, user: USER, password, database: DATABASE };
}

async function start(layout: Layout, kinds?: readonly RunnerKind[]): Promise<Postmaster> {
  const binaries = findBinaries();
  const major = clusterMajor(layout.cluster);
  if (major !== undefined && major !== binaries.major) {
    throw new DatabaseFault(
      'folder_unusable',
      `${layout.cluster} is of PostgreSQL ${major}, the installed one is ${binaries.major}`,
      'dump it with the old version and restore it, or choose another data folder',
    );
  }
  const runner = await chooseRunner({ binaries, layout, ...(kinds ? { kinds } : {}) });
  if (major === undefined) await createCluster(layout, runner);
  return startPostmaster(layout, runner);
}

/** Also proves that the server answers and lets us in. */
async function ensureDatabase(connection: EmbeddedConnection): Promise<void> {
  const client = await openClient({
    connection: { ...connection, database: 'postgres' },
    applicationName: 'hutong-embedded',
  });
  try {
    const found = await client.query('select from pg_database where datname = $1', [DATABASE]);
    // The name is a constant above; identifiers can't be parameters.
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** Under the lock. */
async function leave({ layout, holders, held }: Use, log: DatabaseLog): Promise<void> {
  if (held !== undefined) holders.leave(held);
  const others = holders.living().filter(({ pid }) => held !== undefined || pid !== process.pid);
  if (others.length > 0) return;
  const postmaster = await findPostmaster(layout);
  if (postmaster === undefined) return;
  await stopPostmaster(postmaster, layout);
  log.info({ pid: postmaster.stamp.pid }, 'embedded PostgreSQL stopped');
}

/**
 * A process that exits without `stop` (process.exit, an uncaught error) can't wait; it can signal.
 */
function leaveNow({ layout, holders, held, locked }: Use): void {
  const release = locked ? () => {} : tryLockSync(layout.lock, 500);
  if (held !== undefined) holders.leave(held);
  if (release === undefined) return;
  if (holders.living().length === 0) signalFound(layout);
  release();
}

/**
 * Starts a server that died under us again: on the same socket, so that connections can be made
 * anew.
 */
function watchOver(
  use: Use,
  options: EmbeddedOptions,
  first: ProcessStamp,
  changed: (stamp: ProcessStamp) => void,
): { end(): Promise<void> } {
  let stamp = first;
  let busy: Promise<void> | undefined;
  const revive = async () => {
    options.log.warn({ pid: stamp.pid }, 'embedded PostgreSQL has died');
    try {
      const running = await underLock(use, () => ensureRunning(use.layout, options));
      stamp = running.postmaster.stamp;
      changed(stamp);
    } catch (error) {
      options.log.warn({ err: error }, 'embedded PostgreSQL could not be started again');
    } finally {
      busy = undefined;
    }
  };
  const timer = setInterval(() => {
    if (busy === undefined && !isRunning(stamp)) busy = revive();
  }, WATCH_MS);
  timer.unref();
  return {
    async end() {
      clearInterval(timer);
      await busy;
    },
  };
}

function urlOf({ host, user, password, database }: EmbeddedConnection): string {
  return `postgres://${user}:${password}@/${database}?host=${encodeURIComponent(host)}`;
}
