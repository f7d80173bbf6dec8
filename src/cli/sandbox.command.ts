// `hutong sandbox`: stands one up, sets its clock ahead, or throws all it holds away.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { readRunFile } from '../switch/run-file.ts';
import { readSandboxClock } from '../switch/sandbox-clock.ts';
import { CommandError, EXIT } from './exit.ts';
import { printJson } from './output.ts';
import { dataFlag, findSwitch, withData } from './settings.ts';
import { runSwitch } from './start.command.ts';

interface Flags {
  readonly data: string;
  readonly json: boolean;
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const clockSchema = z.object({ nowMs: z.int(), aheadMs: z.int() });

/** `+2h`, `90m`, `1d12h`. @throws CommandError for anything else. */
export function durationMs(text: string): number {
  const parts = [...text.matchAll(/(\d{1,9})(ms|s|m|h|d)/g)];
  const isWhole = `${parts.map((part) => part[0]).join('')}` === text.replace(/^\+/, '');
  const sum = parts.reduce((ms, [, n, unit]) => ms + Number(n) * (UNITS_MS[unit ?? ''] ?? 0), 0);
  if (!isWhole || sum === 0) {
    throw new CommandError(EXIT.usage, `${text} is no duration`, 'write +2h, 90m or 1d12h');
  }
  return sum;
}

async function clock(wish: string | undefined, flags: Flags): Promise<void> {
  const advanceMs = wish === undefined ? null : durationMs(wish);
  const { address, sandbox } = findSwitch(flags.data);
  const kept = readSandboxClock(flags.data);
  if (!sandbox || kept === null) {
    throw new CommandError(EXIT.refused, 'only a sandbox has a clock that can be set ahead');
  }
  const headers = { authorization: `Bearer ${kept.token}` };
  const url = `${address}/sandbox/clock`;
  const answer =
    advanceMs === null
      ? await fetch(url, { headers })
      : await fetch(url, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify({ advanceMs }),
        });
  if (!answer.ok) {
    throw new CommandError(EXIT.failed, `the clock was not set: HTTP ${answer.status}`);
  }
  const { nowMs, aheadMs } = clockSchema.parse(await answer.json());
  const now = new Date(nowMs).toISOString();
  if (flags.json) return printJson({ now, aheadMs });
  console.log(`${now}  ${aheadMs / 1_000} s ahead`);
}

function reset(flags: Flags): void {
  if (readRunFile(flags.data) !== null) {
    throw new CommandError(EXIT.conflict, 'the sandbox is running', 'stop it first');
  }
  // only what a sandbox made is thrown away: a production folder has no such file
  if (existsSync(flags.data) && readSandboxClock(flags.data) === null) {
    throw new CommandError(EXIT.refused, `${flags.data} was never a sandbox's folder`);
  }
  const removed = REMOVED.filter((name) => existsSync(join(flags.data, name)));
  for (const name of removed) rmSync(join(flags.data, name), { recursive: true, force: true });
  if (flags.json) return printJson({ removed });
  console.log(removed.length === 0 ? 'nothing to remove' : `removed ${removed.join(', ')}`);
}

/** What a start makes anew; settings stay. */
const REMOVED = [
  'postgres',
  'sandbox',
  'sandbox.json',
  'logs',
  'kek',
  'signing-key.json',
  'operator-first.key.json',
  'operator-second.key.json',
  'switch.json',
  'sandbox-clock.json',
] as const;

export function registerSandbox(program: Command): void {
  const sandbox = program.command('sandbox').description('a sandbox: up, reset, clock');
  withData(sandbox.command('up'))
    .description('run a switch with simulated wallets: the same as start --sandbox')
    .option('--port <number>', 'the port to listen on; 0 picks a free one')
    .addHelpText('after', '\nExample:\n  $ npx hutong sandbox up --port 8080')
    .action((flags: { readonly port?: string }, command: Command) =>
      runSwitch({ ...flags, data: dataFlag(command), sandbox: true }),
    );
  withData(sandbox.command('reset'))
    .description('throw away all that a sandbox holds; its settings stay')
    .option('--json', 'one JSON document on stdout', false)
    .addHelpText('after', '\nExample:\n  $ npx hutong sandbox reset')
    .action(reset);
  withData(sandbox.command('clock'))
    .description('say what time it is in the sandbox, or let time pass')
    .argument('[duration]', 'how far to advance: +2h, 90m, 1d12h')
    .option('--json', 'one JSON document on stdout', false)
    .addHelpText('after', '\nExample:\n  $ npx hutong sandbox clock +2h')
    .action(clock);
}
