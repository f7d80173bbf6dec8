// Names this process in the chain of terms, so that a switch started after a crash on the same host
// need not wait for the term of a process that it can see is dead.
import { hostname } from 'node:os';
import { isRunning, stampOf } from '../postgres/index.ts';

/** `host pid start`: the start time makes a pid that is used again another holder. */
export function ownHolder(): string {
  const stamp = stampOf(process.pid);
  return `${hostname()} ${process.pid} ${stamp?.start ?? 'unknown'}`;
}

/** True only where it is certain: same host, and no such process. */
export function isHolderDead(holder: string): boolean {
  const [host, pid, start] = holder.split(' ');
  if (host !== hostname() || pid === undefined || start === undefined) return false;
  return start !== 'unknown' && !isRunning({ pid: Number(pid), start });
}
