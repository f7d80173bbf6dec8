// One server process on a cluster: start, find, wait until ready, stop. Signals only a process that
// is proved to be a PostgreSQL at work in this very cluster. Callers hold the folder's lock.
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { writeConfiguration } from './cluster.ts';
import { DatabaseFault, systemCode } from './fault.ts';
import { type Layout, openRuntimeFolder, PORT, removeRuntimeFolder } from './layout.ts';
import { belongsTo, isRunning, type ProcessStamp, processesIn, stampOf } from './processes.ts';
import type { Runner } from './runner.ts';

export interface Postmaster {
  readonly stamp: ProcessStamp;
  readonly socketFolder: string;
}

const POLL_MS = 5;
/** Recovery after a crash replays up to max_wal_size; a process that ends is noticed at once. */
const READY_PATIENCE_MS = 300_000;
const FAST_STOP_PATIENCE_MS = 30_000;
const HARD_STOP_PATIENCE_MS = 10_000;
const LOG_BYTES_MAX = 16 * 1_048_576;

interface PidFile {
  readonly pid: number;
  readonly socketFolder: string;
  /** starting, ready, stopping or standby (src/include/utils/pidfile.h). */
  readonly status: string;
}

function readPidFile(cluster: string): PidFile | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  const [pid = '', , , , socketFolder = '', , , status = ''] = lines;
  return { pid: Math.abs(Number(pid)), socketFolder, status: status.trim() };
}

/**
 * The server that is running on this cluster and can be reached, when ready. What a dead one has
 * left is cleared away, so that undefined means: start one.
 * @throws DatabaseFault `folder_unusable`, `start_failed`, `stop_failed`
 */
export async function findPostmaster(layout: Layout): Promise<Postmaster | undefined> {
  const found = readPidFile(layout.cluster);
  if (found === undefined) {
    await endOrphans(layout.cluster);
    return undefined;
  }
  const stamp = stampOf(found.pid);
  const belonging = belongsTo(found.pid, layout.cluster);
  if (belonging === 'hidden') {
    throw new DatabaseFault(
      'folder_unusable',
      `process ${found.pid} of another user may be using ${layout.cluster}`,
      'start as that user, or choose another data folder',
    );
  }
  if (belonging !== 'ours' || stamp === undefined) {
    // PostgreSQL's own guard against backends of a dead postmaster is in that file: so they go
    // first.
    await endOrphans(layout.cluster);
    rmSync(join(layout.cluster, 'postmaster.pid'), { force: true });
    removeRuntimeFolder(found.socketFolder, layout);
    return undefined;
  }
  const postmaster = await waitUntilReady(layout, stamp);
  if (postmaster === undefined) return findPostmaster(layout);
  if (existsSync(socketOf(postmaster))) return postmaster;
  // Something has cleaned the temporary folder: nobody can reach this server any more.
  await stopPostmaster(postmaster, layout);
  return undefined;
}

export function socketOf({ socketFolder }: Pick<Postmaster, 'socketFolder'>): string {
  return join(socketFolder, `.s.PGSQL.${PORT}`);
}

/** @throws DatabaseFault `start_failed` */
export async function startPostmaster(layout: Layout, runner: Runner): Promise<Postmaster> {
  const socketFolder = openRuntimeFolder(layout, runner.owner);
  writeConfiguration(layout, runner.owner, socketFolder);
  const { descriptor, from } = openLog(layout);
  const cluster = join(runner.serverPath, 'cluster');
  const child = runner.run('postgres', ['-D', cluster], { output: descriptor, detached: true });
  closeSync(descriptor);
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  child.once('exit', (code, signal) => {
    failure = `it ended with ${signal ?? `exit code ${code ?? 'none'}`}`;
  });
  child.unref();
  const stamp = child.pid === undefined ? undefined : stampOf(child.pid);
  const postmaster = stamp === undefined ? undefined : await waitUntilReady(layout, stamp);
  if (postmaster !== undefined) return postmaster;
  await pause(POLL_MS); // lets the exit event come
  throw new DatabaseFault(
    'start_failed',
    `PostgreSQL did not start: ${failure ?? 'it ended at once'}\n${logSince(layout, from)}`,
    `see ${layout.log}`,
  );
}

/** Undefined when the process ends first, as one that is stopping does. */
async function waitUntilReady(
  layout: Layout,
  stamp: ProcessStamp,
): Promise<Postmaster | undefined> {
  const deadlineMs = performance.now() + READY_PATIENCE_MS;
  while (performance.now() < deadlineMs) {
    const file = readPidFile(layout.cluster);
    if (file?.pid === stamp.pid && file.status === 'ready') {
      return { stamp, socketFolder: file.socketFolder };
    }
    if (!isRunning(stamp)) return undefined;
    await pause(POLL_MS);
  }
  throw new DatabaseFault(
    'start_failed',
    `PostgreSQL (process ${stamp.pid}) is not ready after ${READY_PATIENCE_MS / 1_000} s`,
    `see ${layout.log}`,
  );
}

/**
 * Clients are cut off, everything is written, the socket's folder goes. @throws DatabaseFault
 * `stop_failed`
 */
export async function stopPostmaster(postmaster: Postmaster, layout: Layout): Promise<void> {
  const { stamp } = postmaster;
  // SIGINT: fast shutdown; SIGQUIT: immediate, the next start recovers from the WAL
  signalPostmaster(postmaster, layout, 'SIGINT');
  if (!(await hasEnded(stamp, FAST_STOP_PATIENCE_MS))) {
    signalPostmaster(postmaster, layout, 'SIGQUIT');
    if (!(await hasEnded(stamp, HARD_STOP_PATIENCE_MS))) {
      const message = `PostgreSQL (process ${stamp.pid}) does not end`;
      throw new DatabaseFault('stop_failed', message, `see ${layout.log}`);
    }
  }
  removeRuntimeFolder(postmaster.socketFolder, layout);
}

/** Never anybody else's process, even if the pid has been given to one. */
function signalPostmaster(
  { stamp }: Postmaster,
  layout: Layout,
  signal: 'SIGINT' | 'SIGQUIT',
): void {
  if (isRunning(stamp) && belongsTo(stamp.pid, layout.cluster) === 'ours') {
    kill(stamp.pid, signal);
  }
}

/**
 * Asks whatever server runs on this cluster to end, without waiting: for a process that is exiting.
 */
export function signalFound(layout: Layout): void {
  const pid = readPidFile(layout.cluster)?.pid;
  if (pid !== undefined && belongsTo(pid, layout.cluster) === 'ours') kill(pid, 'SIGINT');
}

/** Backends notice that their postmaster is dead and end; one that computes may take its time. */
async function endOrphans(cluster: string): Promise<void> {
  for (const signal of [undefined, 'SIGQUIT', 'SIGKILL'] as const) {
    const orphans = processesIn(cluster).flatMap((pid) => stampOf(pid) ?? []);
    for (const { pid } of orphans) if (signal !== undefined) kill(pid, signal);
    const ended = await Promise.all(orphans.map((orphan) => hasEnded(orphan, 2_000)));
    if (ended.every(Boolean)) return;
  }
  throw new DatabaseFault(
    'stop_failed',
    `processes of a dead PostgreSQL are still at work in ${cluster}`,
    'end them by hand',
  );
}

/** False when it is still running after all that time. */
export async function hasEnded(stamp: ProcessStamp, patienceMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + patienceMs;
  while (isRunning(stamp)) {
    if (performance.now() > deadlineMs) return false;
    await pause(POLL_MS);
  }
  return true;
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error;
  }
}

function openLog({ log }: Layout): { descriptor: number; from: number } {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_BYTES_MAX) renameSync(log, `${log}.1`);
  return { descriptor: openSync(log, 'a', 0o600), from: size > LOG_BYTES_MAX ? 0 : size };
}

function logSince({ log }: Layout, from: number): string {
  return readFileSync(log).subarray(from).toString('utf8').trim().slice(-1_000);
}
