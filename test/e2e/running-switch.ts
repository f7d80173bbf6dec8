// A switch with its sandbox as users start it, for end-to-end tests: a process of its own in a
// temporary folder.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSandboxFile, type SandboxFile } from '../../src/sandbox/sandbox-file.ts';
import { repositoryRoot } from '../house/source-tree.ts';

const launcher = join(repositoryRoot, 'bin/hutong.js');
const READY_WITHIN_MS = 30_000;

export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + READY_WITHIN_MS; Date.now() < end; await sleep(50)) {
    if (await holds().catch(() => false)) return;
  }
  throw new Error(`within ${READY_WITHIN_MS} ms: ${what}`);
}

export interface RunningSwitch {
  readonly data: string;
  address(): string;
  sandbox(): SandboxFile;
  /** Ends it; started again it has the same address. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  start(): Promise<void>;
  /** The command's JSON document. */
  command(...args: string[]): unknown;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** `environment` is added to our own: settings as `HUTONG_…`. */
export async function startRunningSwitch(
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningSwitch> {
  const data = mkdtempSync(join(tmpdir(), 'hutong-e2e-'));
  let child: ChildProcess;
  let address = '';

  async function start(): Promise<void> {
    const port = address === '' ? '0' : new URL(address).port;
    const args = [launcher, 'start', '--data', data, '--port', port, '--sandbox'];
    const level = environment['HUTONG_LOG_LEVEL'] ?? 'fatal';
    child = spawn(process.execPath, [...args, '--log-level', level], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    });
    const lines: unknown[] = await once(child.stdout ?? child, 'data');
    address = String(lines[0]).trim();
    await until(
      'the switch is ready',
      async () => (await fetch(`${address}/readyz`)).status === 200,
    );
  }

  async function kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  await start();
  return {
    data,
    address: () => address,
    start,
    kill,
    sandbox() {
      const file = readSandboxFile(data);
      if (file === null) throw new Error('no sandbox');
      return file;
    },
    command(...args) {
      const all = [launcher, ...args, '--data', data, '--json'];
      const { stdout } = spawnSync(process.execPath, all, { encoding: 'utf8' });
      const json: unknown = JSON.parse(stdout);
      return json;
    },
    async stop() {
      await kill('SIGTERM');
      rmSync(data, { recursive: true, force: true });
    },
  };
}
