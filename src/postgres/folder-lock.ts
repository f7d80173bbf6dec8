// A lock on a folder between processes, that the kernel takes back when its holder dies. Node has
// no flock; SQLite, which it brings along, holds fcntl locks on a file that stays empty. A file
// with a pid in it would have to be broken by others when its holder died: two breakers race.

import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseFault } from './fault.ts';

const SQLITE_BUSY = 5;
const RETRY_MS = 10;

export type Release = () => void;

/** Never waits; undefined when somebody else holds it, in this process or another. */
export function tryLock(file: string): Release | undefined {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('begin exclusive');
  } catch (error) {
    database.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) {
      return undefined;
    }
    throw error;
  }
  return () => database.close();
}

/** @throws DatabaseFault `locked` when it can't be had within `patienceMs`. */
export async function withLock<T>(
  file: string,
  patienceMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const deadlineMs = performance.now() + patienceMs;
  let release = tryLock(file);
  while (release === undefined) {
    if (performance.now() > deadlineMs) {
      throw new DatabaseFault(
        'locked',
        `${file} has been held by another process for ${patienceMs} ms`,
        'wait until the other switch on this data folder has started or stopped',
      );
    }
    await pause(RETRY_MS);
    release = tryLock(file);
  }
  try {
    return await work();
  } finally {
    release();
  }
}

/** For a process that is exiting and can't wait for promises. */
export function tryLockSync(file: string, patienceMs: number): Release | undefined {
  const deadlineMs = performance.now() + patienceMs;
  const never = new Int32Array(new SharedArrayBuffer(4));
  let release = tryLock(file);
  while (release === undefined && performance.now() < deadlineMs) {
    Atomics.wait(never, 0, 0, RETRY_MS);
    release = tryLock(file);
  }
  return release;
}
