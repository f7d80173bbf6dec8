// Facts about processes from /proc (on macOS from ps): is this pid still the process we meant, does
// it run in our folder, which are the server's processes, how much CPU have they used. Kills
// nothing.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { systemCode } from './fault.ts';

/** A pid is used again and again; with its start time it names one process. */
export interface ProcessStamp {
  readonly pid: number;
  /** Boot and clock ticks since then on Linux; opaque, without separators of file names. */
  readonly start: string;
}

const LINUX = process.platform === 'linux';
/** USER_HZ is 100 on every Linux that Node runs on. */
const TICK_MICROS = 10_000;
let bootId: string | undefined;

interface Stat {
  readonly state: string;
  readonly parent: number;
  readonly startTicks: string;
  readonly cpuTicks: number;
  /** Of children that have ended and been waited for. */
  readonly endedTicks: number;
}

/**
 * proc(5), /proc/pid/stat; the name in parentheses may hold anything, so it counts from the last.
 */
function readStat(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = 'X', parent = '0'] = fields;
  const cpuTicks = Number(fields[11]) + Number(fields[12]);
  const endedTicks = Number(fields[13]) + Number(fields[14]);
  return { state, parent: Number(parent), startTicks: fields[19] ?? '', cpuTicks, endedTicks };
}

/** The living process with this pid; a zombie is dead. */
export function stampOf(pid: number): ProcessStamp | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (!LINUX) return stampByPs(pid);
  const stat = readStat(pid);
  if (stat === undefined || stat.state === 'Z' || stat.state === 'X') return undefined;
  bootId ??= readBootId();
  return { pid, start: `${bootId}-${stat.startTicks}` };
}

/** Ticks count from the boot: two boots give the same. Some sandboxes have no such file. */
function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8);
  } catch {
    return 'boot';
  }
}

function stampByPs(pid: number): ProcessStamp | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'latin1',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    if (text === '' || text.startsWith('Z')) return undefined;
    return { pid, start: String(Date.parse(text.replace(/^\S+\s+/, ''))) };
  } catch {
    return undefined; // ps exits with 1 when there is none
  }
}

export function isRunning(stamp: ProcessStamp): boolean {
  return stampOf(stamp.pid)?.start === stamp.start;
}

export type Belonging = 'ours' | 'other' | 'gone' | 'hidden';

/**
 * Is this process a PostgreSQL whose working folder (it never leaves its cluster) is this one?
 * `hidden`: another user's process that we may not look at.
 */
export function belongsTo(pid: number, cluster: string): Belonging {
  if (stampOf(pid) === undefined) return 'gone';
  if (!LINUX) return belongsByPs(pid, cluster);
  try {
    const there = statSync(`/proc/${pid}/cwd`);
    const here = statSync(cluster);
    if (there.dev !== here.dev || there.ino !== here.ino) return 'other';
    // "postgres (deleted)" once the package has been replaced under a running server
    return /^postgres( |$)/.test(basename(readlinkSync(`/proc/${pid}/exe`))) ? 'ours' : 'other';
  } catch (error) {
    if (systemCode(error) === 'EACCES' || systemCode(error) === 'EPERM') return 'hidden';
    return stampOf(pid) === undefined ? 'gone' : 'other';
  }
}

/** macOS has no /proc: there the command line names the folder. */
function belongsByPs(pid: number, cluster: string): Belonging {
  try {
    const command = execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], {
      encoding: 'utf8',
    });
    return command.includes('postgres') && command.includes(cluster) ? 'ours' : 'other';
  } catch {
    return 'gone';
  }
}

/**
 * All processes at work in a cluster, also those whose postmaster has died. Linux only, else none.
 */
export function processesIn(cluster: string): number[] {
  return allPids().filter((pid) => belongsTo(pid, cluster) === 'ours');
}

/** The postmaster and its children: backends, checkpointer, WAL writer and so on. Linux only. */
export function serverProcesses(postmaster: number): number[] {
  const children = allPids().filter((pid) => readStat(pid)?.parent === postmaster);
  return [postmaster, ...children];
}

function allPids(): number[] {
  if (!LINUX) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/**
 * CPU time a living process has used, in microseconds: user and system, all its living threads,
 * without its children. From the scheduler's nanoseconds where the kernel keeps them, else in ticks
 * of 10 ms. Undefined when there is no such process.
 */
export function cpuMicros(pid: number): number | undefined {
  const stat = readStat(pid);
  if (stat === undefined) return undefined;
  const tickMicros = stat.cpuTicks * TICK_MICROS;
  try {
    let nanos = 0;
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      const [used = ''] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1').split(' ');
      nanos += Number(used);
    }
    // threads that have ended are only in the ticks
    return Math.max(Math.round(nanos / 1_000), tickMicros - 2 * TICK_MICROS);
  } catch {
    return tickMicros;
  }
}

/**
 * CPU time of the whole server since its start, in microseconds: postmaster, children, and (in
 * ticks of 10 ms) the backends that have come and gone. Grows only, so that two readings can be
 * subtracted.
 */
export function serverCpuMicros(postmaster: number): number {
  const living = serverProcesses(postmaster).map((pid) => cpuMicros(pid) ?? 0);
  const ended = (readStat(postmaster)?.endedTicks ?? 0) * TICK_MICROS;
  return living.reduce((sum, micros) => sum + micros, ended);
}
