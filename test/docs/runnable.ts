// Runs the commands of a page as a reader would: in an empty folder, one after the other, with one
// switch. Blocks that count begin with ```sh run (must end with 0) or ```sh start (goes on
// running); a ```text block after one says what must be printed, `…` standing for anything.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../e2e/running-switch.ts';
import { repositoryRoot } from '../house/source-tree.ts';

export interface Block {
  readonly kind: 'run' | 'start';
  readonly commands: string;
  /** Lines that must be printed. */
  readonly printed: readonly string[];
}

export function blocksOf(page: string): readonly Block[] {
  const text = readFileSync(join(repositoryRoot, 'docs', page), 'utf8');
  const fence = /^```sh (run|start)\n([\s\S]+?)^```\n(?:\n```text\n([\s\S]+?)^```\n)?/gm;
  return [...text.matchAll(fence)].map(([, kind, commands = '', printed = '']) => ({
    kind: kind === 'start' ? 'start' : 'run',
    commands,
    printed: printed.split('\n').filter((line) => line !== ''),
  }));
}

const launcher = join(repositoryRoot, 'bin/hutong.js');
/** `npx hutong` is this checkout's, started at once; `node` is the one that runs the tests. */
const prelude = `
npx() { shift; "${process.execPath}" "${launcher}" "$@"; }
node() { "${process.execPath}" "$@"; }
`;

export interface Reader {
  /** The lines that ought to be printed and were not; throws where a command fails. */
  read(block: Block): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export function createReader(environment: Readonly<Record<string, string>> = {}): Reader {
  const folder = mkdtempSync(join(tmpdir(), 'hutong-docs-'));
  symlinkSync(join(repositoryRoot, 'examples'), join(folder, 'examples'));
  const running: ChildProcess[] = [];
  // a reader's own database is none of the pages', unless they say so
  const { DATABASE_URL: _own, ...inherited } = process.env;
  const env = { ...inherited, NO_COLOR: '1', HUTONG_LISTEN_PORT: '0', ...environment };

  function shell(commands: string, timeout?: number): ChildProcess {
    const script = `set -eu\n${prelude}\n${commands}`;
    return spawn('sh', ['-c', script], { cwd: folder, env, timeout });
  }

  async function run(commands: string): Promise<string> {
    const child = shell(commands, 30_000);
    let printed = '';
    const keep = (part: Buffer) => {
      printed += part.toString();
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const ended: unknown[] = await once(child, 'close');
    if (ended[0] !== 0) throw new Error(`ended with ${String(ended[0])}:\n${commands}\n${printed}`);
    return printed;
  }

  /** A switch has started when it is ready. `exec`: the signal that ends it must reach it. */
  async function start(commands: string): Promise<string> {
    const called = commands.trim().replace('npx hutong', `"${process.execPath}" "${launcher}"`);
    const child = shell(`exec env ${called} --log-level fatal`);
    running.push(child);
    let complaint = '';
    child.stderr?.on('data', (part: Buffer) => {
      complaint += part.toString();
    });
    const ended = once(child, 'exit').then(() => {
      throw new Error(`ended before it was ready:\n${commands}\n${complaint}`);
    });
    ended.catch(() => {});
    const lines: unknown[] = await Promise.race([once(child.stdout ?? child, 'data'), ended]);
    const address = String(lines[0]).trim();
    await until('it is ready', async () => (await fetch(`${address}/readyz`)).status === 200);
    return address;
  }

  return {
    async read({ kind, commands, printed }) {
      const output = kind === 'start' ? await start(commands) : await run(commands);
      return printed.filter((line) => {
        const parts = line.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
        return !new RegExp(`^${parts.join('.*')}$`, 'm').test(output);
      });
    },
    async stop() {
      for (const child of running) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const gone = once(child, 'exit');
        child.kill('SIGTERM');
        await gone;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
