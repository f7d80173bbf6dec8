// One simulated wallet as a process of its own: configured by a file that holds its key, brought up
// again when it dies, at the same addresses. Not for what it does: that is its dialect's folder.
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Logger } from '../runtime/index.ts';

const helloSchema = z.object({
  address: z.url(),
  controlAddress: z.url(),
});
export type WalletHello = z.infer<typeof helloSchema>;

const START_MS_MAX = 15_000;
const STOP_MS_MAX = 5_000;
const RESTART_MS = 100;

export interface WalletProcess {
  readonly hello: WalletHello;
  pid(): number;
  stop(): Promise<void>;
}

export interface WalletProcessOptions {
  /** The wallet's program; its one argument is the configuration's path. */
  readonly program: string;
  readonly configFile: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** A new process took the place of one that died. */
  readonly onRestart: () => void;
  readonly log: Logger;
}

const portOf = (url: string) => Number(new URL(url).port);

function writeConfig(path: string, config: object): void {
  writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}

/** @throws Error when it does not say hello within some seconds. */
async function launch(
  program: string,
  configFile: string,
): Promise<{ readonly child: ChildProcess; readonly hello: WalletHello }> {
  // the channel is not spoken on: it breaks when the switch is gone, and the wallet ends with it
  const child = spawn(process.execPath, [program, configFile], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(() => reject(new Error('it did not start in time')), START_MS_MAX);
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    const end = text.indexOf('\n');
    if (end >= 0) resolve(text.slice(0, end));
  });
  child.once('error', reject);
  child.once('exit', (code, signal) => {
    reject(new Error(`it ended with ${signal ?? String(code)}`));
  });
  try {
    return { child, hello: helloSchema.parse(JSON.parse(await promise)) };
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`the wallet of ${configFile} cannot start`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
  await gone;
  clearTimeout(timer);
}

export async function startWalletProcess(options: WalletProcessOptions): Promise<WalletProcess> {
  const { program, configFile } = options;
  writeConfig(configFile, options.config);
  let { child, hello } = await launch(program, configFile);
  // it keeps its addresses, whatever happens to it
  const ports = { port: portOf(hello.address), controlPort: portOf(hello.controlAddress) };
  writeConfig(configFile, { ...options.config, ...ports });
  let stopping = false;
  let restarting: Promise<void> = Promise.resolve();

  async function restart(): Promise<void> {
    while (!stopping) {
      await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
      try {
        ({ child, hello } = await launch(program, configFile));
        if (stopping) await end(child);
        else watch();
        options.onRestart();
        return;
      } catch (error) {
        options.log.error({ err: error }, 'a simulated wallet does not come back');
      }
    }
  }

  function watch(): void {
    child.once('exit', () => {
      if (!stopping) restarting = restart();
    });
  }

  watch();
  return {
    get hello() {
      return hello;
    },
    pid: () => child.pid ?? 0,
    async stop() {
      stopping = true;
      await restarting;
      await end(child);
    },
  };
}
