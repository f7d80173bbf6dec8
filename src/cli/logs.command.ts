// `hutong logs`: the switch's own log, told to people line by line, or as the JSON that it is.
// Reads the file in the data folder; a switch run by systemd can be read from its journal instead.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { LOG_FILES_KEPT, logFileOf } from '../runtime/index.ts';
import { CommandError, EXIT } from './exit.ts';
import { paint } from './output.ts';
import { withData } from './settings.ts';

interface LogsFlags {
  readonly data: string;
  readonly follow: boolean;
  readonly json: boolean;
  readonly payment?: string;
  readonly journald?: string;
}

const lineSchema = z.looseObject({ level: z.string(), time: z.string(), msg: z.string() });
const CHUNK_BYTES = 65_536;
const LOOK_EVERY_MS = 250;
const MARKS = { warn: 'yellow', error: 'red', fatal: 'red', debug: 'dim', trace: 'dim' } as const;

const isMarked = (level: string): level is keyof typeof MARKS => level in MARKS;

function told(line: string): string {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return line;
  }
  const parsed = lineSchema.safeParse(json);
  if (!parsed.success) return line;
  const { level, time, msg, pid: _, ...facts } = parsed.data;
  const shown = isMarked(level) ? paint(MARKS[level], level.padEnd(5)) : level.padEnd(5);
  const rest = Object.entries(facts).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [time, shown, msg, ...rest].join('  ');
}

function printer({ json, payment }: LogsFlags): (line: string) => void {
  return (line) => {
    if (line === '' || (payment !== undefined && !line.includes(payment))) return;
    process.stdout.write(`${json ? line : told(line)}\n`);
  };
}

/** Prints whole lines from `at` on; where the next look begins. A file never fills the memory. */
function readOn(path: string, at: number, print: (line: string) => void): number {
  const handle = openSync(path, 'r');
  try {
    const { size } = fstatSync(handle);
    // put aside and begun anew
    let place = size < at ? 0 : at;
    let rest = Buffer.alloc(0);
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let from = place; ; ) {
      const count = readSync(handle, chunk, 0, CHUNK_BYTES, from);
      if (count === 0) return place;
      from += count;
      const all = Buffer.concat([rest, chunk.subarray(0, count)]);
      const end = all.lastIndexOf(10);
      if (end >= 0) {
        for (const line of all.subarray(0, end).toString().split('\n')) print(line);
        place += end + 1;
      }
      rest = Buffer.from(all.subarray(end + 1));
    }
  } finally {
    closeSync(handle);
  }
}

async function journald(flags: LogsFlags, print: (line: string) => void): Promise<void> {
  const args = ['--unit', flags.journald ?? '', '--output', 'cat', '--no-pager'];
  const child = spawn('journalctl', flags.follow ? [...args, '--follow'] : args, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(print);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', () =>
      reject(new CommandError(EXIT.environment, 'journalctl is not there, or cannot be run')),
    );
    child.once('close', resolve);
  });
  print(rest);
  if (code !== 0) throw new CommandError(EXIT.environment, `journalctl ended with ${String(code)}`);
}

async function logs(flags: LogsFlags): Promise<void> {
  const print = printer(flags);
  if (flags.journald !== undefined) return journald(flags, print);
  const path = logFileOf(flags.data);
  if (!existsSync(path)) {
    throw new CommandError(
      EXIT.notFound,
      `there is no log at ${path}`,
      'a switch writes it unless logTo is stderr; see: npx hutong config --show-origin',
    );
  }
  const older = Array.from({ length: LOG_FILES_KEPT }, (_, i) => `${path}.${LOG_FILES_KEPT - i}`);
  for (const each of older) if (existsSync(each)) readOn(each, 0, print);
  let at = readOn(path, 0, print);
  while (flags.follow) {
    await sleep(LOOK_EVERY_MS);
    if (existsSync(path)) at = readOn(path, at, print);
  }
}

export function registerLogs(program: Command): void {
  withData(program.command('logs'))
    .description('show the log of the switch')
    .option('--follow', 'go on as it is written', false)
    .option('--payment <id>', 'only what names this payment')
    .option('--journald <unit>', 'read the journal of this systemd unit instead of the file')
    .option('--json', 'the lines as they were written', false)
    .addHelpText('after', '\nExample:\n  $ npx hutong logs --follow')
    .action(logs);
}
