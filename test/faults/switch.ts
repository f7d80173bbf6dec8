// The switch under test with its wallets: started as users start it, killed by process id.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readSandboxFile, type SandboxWallet } from '../../src/sandbox/sandbox-file.ts';
import { createWalletControl, type WalletControl } from '../../src/sandbox/wallet-control.ts';
import { repositoryRoot } from '../house/source-tree.ts';

const launcher = join(repositoryRoot, 'bin/hutong.js');
const READY_WITHIN_MS = 30_000;
/** How long the switch may take to mend itself before it is started again, as an operator would. */
const MENDS_WITHIN_MS = 10_000;

export interface SwitchUnderTest {
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(victim: string): Promise<void>;
  /** Ready again, with all wallets; true where the program had to be started again. */
  recover(): Promise<boolean>;
  wallet(participant: string): WalletControl;
  wallets(): readonly SandboxWallet[];
  /** The command's JSON document. */
  command(...args: string[]): unknown;
}

function shoot(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended already
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export function createSwitchUnderTest(data: string): SwitchUnderTest {
  let child: ChildProcess | null = null;
  let address = '';

  async function start(): Promise<void> {
    const args = [launcher, 'start', '--data', data, '--port', '0', '--sandbox'];
    child = spawn(process.execPath, [...args, '--log-level', 'fatal'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: unknown[] = await once(child.stdout ?? child, 'data');
    address = String(lines[0]).trim();
    if (!(await isReadyWithin(READY_WITHIN_MS))) throw new Error('the switch does not come up');
  }

  async function isReady(): Promise<boolean> {
    const answer = await fetch(`${address}/readyz`).catch(() => null);
    const file = readSandboxFile(data);
    if (answer?.status !== 200 || file === null) return false;
    const states = await Promise.allSettled(
      file.wallets.map((each) => createWalletControl(each).state()),
    );
    return states.every(({ status }) => status === 'fulfilled');
  }

  async function isReadyWithin(ms: number): Promise<boolean> {
    for (const until = Date.now() + ms; Date.now() < until; await pause(50)) {
      if (child?.exitCode !== null || child.signalCode !== null) return false;
      if (await isReady()) return true;
    }
    return false;
  }

  const wallets = () => readSandboxFile(data)?.wallets ?? [];
  function walletOf(participant: string): SandboxWallet {
    const found = wallets().find((each) => each.participant === participant);
    if (found === undefined) throw new Error(`no wallet ${participant}`);
    return found;
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  return {
    start,
    stop: () => end('SIGTERM'),
    async kill(victim) {
      if (victim.includes('payer wallet')) shoot(walletOf('alpha').pid);
      if (victim.includes('payee wallet')) shoot(walletOf('bravo').pid);
      if (victim === 'postgres') {
        const file = readFileSync(
          join(data, 'postgres', 'server', 'cluster', 'postmaster.pid'),
          'utf8',
        );
        shoot(Number(file.split('\n')[0]));
      }
      if (victim.includes('switch')) await end('SIGKILL');
    },
    async recover() {
      if (await isReadyWithin(MENDS_WITHIN_MS)) return false;
      await end('SIGKILL');
      await start();
      return true;
    },
    wallet: (participant) => createWalletControl(walletOf(participant)),
    wallets,
    command(...args) {
      const all = [launcher, ...args, '--data', data, '--json'];
      const { stdout } = spawnSync(process.execPath, all, { encoding: 'utf8' });
      return z.unknown().parse(JSON.parse(stdout));
    },
  };
}
