// What is broken on purpose: two switches on one PostgreSQL behind one address, and the sandbox's
// wallets; each a process of its own, killed or paused by its id.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { startEmbedded } from '../../src/postgres/index.ts';
import { createLogger, systemClock } from '../../src/runtime/index.ts';
import { WALLET_PROGRAM } from '../../src/sandbox/sandbox.ts';
import { readSandboxFile, type SandboxWallet } from '../../src/sandbox/sandbox-file.ts';
import { createWalletControl, type WalletControl } from '../../src/sandbox/wallet-control.ts';
import { startWalletProcess, type WalletProcess } from '../../src/sandbox/wallet-process.ts';
import { repositoryRoot } from '../house/source-tree.ts';
import { startFront } from './front.ts';

const launcher = join(repositoryRoot, 'bin/hutong.js');
const READY_WITHIN_MS = 30_000;

export interface Cluster {
  /** SIGKILL for the one named; `paused leader` is stopped until `recover`. */
  strike(victim: Victim): void;
  /** Waits until a switch leads again, brings back what was struck; how long nobody led, ms. */
  recover(): Promise<number>;
  wallet(participant: string): WalletControl;
  wallets(): readonly SandboxWallet[];
  readonly databaseUrl: string;
  /** A switch that is here, for commands that look one up. */
  readonly dataFolder: string;
  stop(): Promise<void>;
}

export const VICTIMS = [
  'leader',
  'payer wallet',
  'paused leader',
  'PostgreSQL',
  'payee wallet',
  'both switches',
  'leader and payee wallet',
  'standby',
  'PostgreSQL and leader',
] as const;
export type Victim = (typeof VICTIMS)[number];

interface Node {
  readonly folder: string;
  child: ChildProcess;
  address: string;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + READY_WITHIN_MS; !(await holds()); await pause(20)) {
    if (Date.now() > end) throw new Error(`within ${READY_WITHIN_MS} ms: ${what}`);
  }
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (hasEnded(child)) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

/** Starts a switch as users do; the first line it prints is its address. */
async function startNode(
  folder: string,
  environment: NodeJS.ProcessEnv,
  ...flags: string[]
): Promise<Node> {
  const args = [launcher, 'start', '--data', folder, '--port', '0', '--log-level', 'fatal'];
  const child = spawn(process.execPath, [...args, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const lines: unknown[] = await once(child.stdout ?? child, 'data');
  return { folder, child, address: String(lines[0]).trim() };
}

/** Seeds the scheme once; wallets and standby are started from what that leaves. */
async function seed(folder: string, environment: NodeJS.ProcessEnv) {
  const node = await startNode(folder, environment, '--sandbox');
  await until('the sandbox is seeded', () => readSandboxFile(folder) !== null);
  const wallets = readSandboxFile(folder)?.wallets ?? [];
  await end(node.child, 'SIGTERM');
  return wallets;
}

async function startWallets(seeded: readonly SandboxWallet[]) {
  const log = createLogger({ level: 'fatal', clock: systemClock });
  const running = new Map<string, WalletProcess>();
  for (const { participant, configFile } of seeded) {
    const config = z.looseObject({}).parse(JSON.parse(readFileSync(configFile, 'utf8')));
    const started = { program: WALLET_PROGRAM, configFile, config, onRestart: () => {}, log };
    running.set(participant, await startWalletProcess(started));
  }
  return running;
}

export async function startCluster(folder: string): Promise<Cluster> {
  const log = { info: () => {}, warn: () => {} };
  const database = await startEmbedded({ dataDir: join(folder, 'database'), log });
  const front = await startFront();
  const environment = { DATABASE_URL: database.url, HUTONG_PUBLIC_URL: front.address };
  const folders = ['one', 'two'].map((name) => join(folder, name));
  const [first = '', second = ''] = folders;
  mkdirSync(first, { recursive: true, mode: 0o700 });
  const seeded = await seed(first, environment);
  // the keys are what two switches of one database share
  mkdirSync(second, { recursive: true, mode: 0o700 });
  for (const name of ['kek', 'signing-key.json']) cpSync(join(first, name), join(second, name));
  const wallets = await startWallets(seeded);
  const nodes = await Promise.all(folders.map((each) => startNode(each, environment)));
  const watchNodes = () => front.watch(nodes.map(({ address }) => address));
  watchNodes();
  await until('a switch leads', () => front.target() !== null);

  const leader = () => nodes.find(({ address }) => address === front.target());
  const standby = () => nodes.find(({ address }) => address !== front.target());
  const shootWallet = (participant: string) => {
    const pid = wallets.get(participant)?.pid();
    if (pid !== undefined && pid > 0) process.kill(pid, 'SIGKILL');
  };
  let paused: Node | undefined;
  let struckMs = 0;
  const sinceStruckMs = () => performance.now() - struckMs;

  function strike(victim: Victim): void {
    struckMs = performance.now();
    const leading = leader();
    if (victim === 'paused leader') {
      leading?.child.kill('SIGSTOP');
      paused = leading;
    }
    if (victim.includes('PostgreSQL')) process.kill(database.pid, 'SIGKILL');
    if (victim === 'standby') standby()?.child.kill('SIGKILL');
    if (victim === 'both switches') for (const { child } of nodes) child.kill('SIGKILL');
    else if (victim.includes('leader') && paused === undefined) leading?.child.kill('SIGKILL');
    if (victim.includes('payer wallet')) shootWallet('alpha');
    if (victim.includes('payee wallet')) shootWallet('bravo');
  }

  async function recover(): Promise<number> {
    // a killed process is not noticed at once; a paused one only by its silence
    await pause(100);
    if (paused !== undefined) {
      const stopped = paused.address;
      await until('the standby leads', () => ![null, stopped].includes(front.target()));
    } else if (nodes.some(({ child }) => !hasEnded(child))) {
      const dead = nodes.filter(({ child }) => hasEnded(child)).map(({ address }) => address);
      await until('a switch leads', () => ![null, ...dead].includes(front.target()));
    }
    const tookOverMs = nodes.every(({ child }) => hasEnded(child)) ? null : sinceStruckMs();
    paused?.child.kill('SIGCONT');
    paused = undefined;
    for (const [at, { child, folder: own }] of nodes.entries()) {
      if (hasEnded(child)) nodes[at] = await startNode(own, environment);
    }
    watchNodes();
    await until('a switch leads', () => front.target() !== null);
    const ledMs = tookOverMs ?? sinceStruckMs();
    await until('all wallets answer', async () => {
      const states = seeded.map((each) => createWalletControl(each).state());
      return (await Promise.allSettled(states)).every(({ status }) => status === 'fulfilled');
    });
    return ledMs;
  }

  return {
    strike,
    recover,
    databaseUrl: database.url,
    dataFolder: first,
    wallets: () => seeded,
    wallet(participant) {
      const found = seeded.find((each) => each.participant === participant);
      if (found === undefined) throw new Error(`no wallet ${participant}`);
      return createWalletControl(found);
    },
    async stop() {
      for (const { child } of nodes) child.kill('SIGCONT');
      await Promise.all(nodes.map(({ child }) => end(child, 'SIGTERM')));
      await Promise.all([...wallets.values()].map((wallet) => wallet.stop()));
      await front.stop();
      await database.stop();
    },
  };
}
