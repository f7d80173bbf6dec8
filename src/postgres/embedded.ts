// The embedded server: a real PostgreSQL that belongs to the data folder. A start adopts the running one or
// recovers a stale one; the last switch to leave stops it; while one is here, a dead server is
// started again. For demo and development; production gives DATABASE_URL.
import { existsSync } from 'node:fs';
import { clusterMajor, createCluster, DATABASE, readPassword, USER } from './cluster.ts';
import { DatabaseFault } from './fault.ts';
import { tryLockSync, withLock } from './folder-lock.ts';
import { type Holders, openHolders } from './holders.ts';
import { type Layout, layOut, PORT } from './layout.ts';
import { findBinaries } from './platform.ts';
import { openClient } from './pool.ts';
import {
  findPostmaster,
  type Postmaster,
  signalPostmaster,
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
  /** For whom the server is held; this process if absent. A test run holds one for all its workers. */
  readonly holderPid?: number;
  /** How root runs PostgreSQL; by trying, if absent (runner.ts). */
  readonly runAs?: readonly RunnerKind[];
}

const LOCK_PATIENCE_MS = 120_000;
const WATCH_MS = 500;

/** @throws DatabaseFault */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { dataDir, log } = options;
  const layout = layOut(dataDir);
  const holders = openHolders(layout.holders);
  const holder = stampOf(options.holderPid ?? process.pid);
  if (holder === undefined) throw new Error(`process ${options.holderPid} is not running`);
  const started = await withLock(layout.lock, LOCK_PATIENCE_MS, async () => {
    const result = await ensureRunning(layout, options);
    return { ...result, held: holders.enter(holder) };
  });
  const { held, adopted, connection } = started;
  const use = { layout, holders, held, postmaster: started.postmaster };
  const leaveAtExit = () => leaveNow(use);
  // Held for another process, it is that one's to watch and to leave.
  const mine = holder.pid === process.pid;
  const watch = mine ? watchOver(use, options) : undefined;
  if (mine) process.once('exit', leaveAtExit);
  let stopped: Promise<void> | undefined;
  return {
    connection,
    url: urlOf(connection),
    get pid() {
      return use.postmaster.stamp.pid;
    },
    adopted,
    stop() {
      process.off('exit', leaveAtExit);
      stopped ??= (async () => {
        await watch?.end();
        await leave(layout, holders, held, log);
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
  const holders = openHolders(layout.holders);
  await leave(layout, holders, undefined, options.log);
}

interface Use {
  readonly layout: Layout;
  readonly holders: Holders;
  readonly held: string;
  postmaster: Postmaster;
}

interface Running {
  readonly postmaster: Postmaster;
  readonly adopted: boolean;
  readonly connection: EmbeddedConnection;
}

/** Under the lock. */
async function ensureRunning(
  layout: Layout,
  { log, runAs }: Pick<EmbeddedOptions, 'log' | 'runAs'>,
): Promise<Running> {
  const startedMs = performance.now();
  const found = await findPostmaster(layout);
  const postmaster = found ?? (await start(layout, runAs));
  const password = readPassword(layout);
  if (password === undefined) {
    throw new DatabaseFault(
      'folder_unusable',
      `${layout.password} is missing`,
      'put it back from a copy: nobody can enter this database without it',
    );
  }
  const { socketFolder } = postmaster;
  const connection = { host: socketFolder, port: PORT, user: USER, password, database: DATABASE };
  await ensureDatabase(connection);
  const adopted = found !== undefined;
  const details = { pid: postmaster.stamp.pid, tookMs: Math.round(performance.now() - startedMs) };
  log.info(details, adopted ? 'embedded PostgreSQL adopted' : 'embedded PostgreSQL started');
  return { postmaster, adopted, connection };
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

async function leave(
  layout: Layout,
  holders: Holders,
  held: string | undefined,
  log: DatabaseLog,
): Promise<void> {
  await withLock(layout.lock, LOCK_PATIENCE_MS, async () => {
    if (held !== undefined) holders.leave(held);
    const others = holders.living().filter(({ pid }) => held !== undefined || pid !== process.pid);
    if (others.length > 0) return;
    const postmaster = await findPostmaster(layout);
    if (postmaster === undefined) return;
    await stopPostmaster(postmaster, layout);
    log.info({ pid: postmaster.stamp.pid }, 'embedded PostgreSQL stopped');
  });
}

/** A process that exits without `stop` (process.exit, an uncaught error) can't wait; it can signal. */
function leaveNow({ layout, holders, held, postmaster }: Use): void {
  const release = tryLockSync(layout.lock, 500);
  holders.leave(held);
  if (release === undefined) return;
  if (holders.living().length === 0) signalPostmaster(postmaster, layout, 'SIGINT');
  release();
}

/** Starts a server that died under us again: on the same socket, so that connections can be made anew. */
function watchOver(use: Use, options: EmbeddedOptions): { end(): Promise<void> } {
  let busy: Promise<void> | undefined;
  const revive = async (dead: ProcessStamp) => {
    options.log.warn({ pid: dead.pid }, 'embedded PostgreSQL has died');
    try {
      const running = await withLock(use.layout.lock, LOCK_PATIENCE_MS, () =>
        ensureRunning(use.layout, options),
      );
      use.postmaster = running.postmaster;
    } catch (error) {
      options.log.warn({ error }, 'embedded PostgreSQL could not be started again');
    } finally {
      busy = undefined;
    }
  };
  const timer = setInterval(() => {
    const { stamp } = use.postmaster;
    if (busy === undefined && !isRunning(stamp)) busy = revive(stamp);
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
