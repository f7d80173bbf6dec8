// For tests of the embedded server itself: folders of their own, further holders as processes, and
// proof that nothing is left running. Tests that merely want a database use database.ts.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { stopEmbedded } from '../../src/postgres/embedded.ts';
import { isRunning, processesIn, stampOf } from '../../src/postgres/processes.ts';
import { quiet } from './run.ts';

export { quiet };

/** 0700, below the system's temporary folder. */
export function temporaryFolder(): string {
  return mkdtempSync(join(realpathSync(tmpdir()), 'hutong-t-'));
}

/** Ends what a failed test has left running there, by its folder, and removes it. */
export async function clearAway(folder: string, ...dataDirs: readonly string[]): Promise<void> {
  for (const dataDir of dataDirs) await stopEmbedded({ dataDir, log: quiet });
  rmSync(folder, { recursive: true, force: true });
}

export const clusterOf = (dataDir: string) => join(dataDir, 'postgres', 'server', 'cluster');

/** How many processes of PostgreSQL work on this data folder. */
export function serversOn(dataDir: string): number {
  mkdirSync(clusterOf(dataDir), { recursive: true });
  return processesIn(clusterOf(dataDir)).length;
}

export async function untilEnded(pid: number, patienceMs = 5_000): Promise<void> {
  const stamp = stampOf(pid);
  const deadlineMs = performance.now() + patienceMs;
  while (stamp !== undefined && isRunning(stamp)) {
    if (performance.now() > deadlineMs) throw new Error(`process ${pid} is still running`);
    await pause(5);
  }
}

const report = z.union([
  z.object({ pid: z.number(), adopted: z.boolean(), url: z.string() }),
  z.object({ code: z.string(), message: z.string() }),
]);
export type HolderReport = z.infer<typeof report>;

export interface Holder {
  readonly process: ChildProcess;
  readonly report: HolderReport;
  /** Says a word to it and waits for its end. */
  end(word: 'stop' | 'exit'): Promise<void>;
  kill(): Promise<void>;
}

export const holderScript = join(import.meta.dirname, 'holder.process.ts');

/** `wrapper` runs it as somebody else: ['setpriv', '--reuid=65534', …]. */
export async function startHolder(
  dataDir: string,
  wrapper: readonly string[] = [],
): Promise<Holder> {
  const [file, ...args] = [...wrapper, process.execPath, holderScript, dataDir];
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const first = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    ended.then(() => {
      throw new Error('the holder ended without a word');
    }),
  ]);
  return {
    process: child,
    report: report.parse(JSON.parse(String(first[0]))),
    async end(word) {
      child.stdin.end(`${word}\n`);
      await ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
