// `hutong qr read`: what a payment code says and whether it may be paid: a payload, an image of
// one, or one payload per line of standard input.
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import {
  CODE_CHARS_MAX,
  type CodeProblem,
  type CodeReading,
  type FieldValue,
  readCode,
  readImage,
} from '../codes/index.ts';
import { CommandError, EXIT } from './exit.ts';
import { paint } from './output.ts';

interface ReadFlags {
  readonly json: boolean;
  readonly strict: boolean;
}

/** A longer line is no code, and is not kept: the reader only needs to see that it is too long. */
const LINE_UNITS_MAX = 2 * CODE_CHARS_MAX + 1;
const IMAGE_BYTES_MAX = 64 * 1024 ** 2;
const IMAGE_NAME = /\.(?:png|jpe?g)$/i;

export function registerQrRead(group: Command): void {
  group
    .command('read')
    .description('what a payment code says, and whether it may be paid')
    .argument('[payload|image]', 'a payload, or a PNG or JPEG file; without one, standard input')
    .option('--json', 'one line of JSON for each code', false)
    .option('--strict', 'refuse what only real life writes and no specification', false)
    .action(async (given: string | undefined, flags: ReadFlags) => {
      if (given === undefined) return readLines(flags);
      const reading = readOne(given, flags);
      print(reading, flags);
      if (!reading.ok) process.exitCode = EXIT.refused;
    });
}

function readOne(given: string, flags: ReadFlags): CodeReading {
  const options = { strict: flags.strict, nowMs: Date.now() };
  // a payload is no file name, often not even a possible one
  const isFile = existsSync(given) && statSync(given).isFile();
  if (!isFile) {
    if (!IMAGE_NAME.test(given)) return readCode(given, options);
    throw new CommandError(EXIT.notFound, `there is no file ${given}`);
  }
  if (statSync(given).size > IMAGE_BYTES_MAX) {
    throw new CommandError(EXIT.refused, `${given} is larger than 64 MB`);
  }
  const text = readImage(readFileSync(given));
  if (text.ok) return readCode(text.value, options);
  const { problems } = text;
  return { ok: false, lenient: false, scheme: null, mode: null, fields: {}, alias: null, problems };
}

async function readLines(flags: ReadFlags): Promise<void> {
  for await (const line of linesOf(process.stdin)) {
    const printed = print(readCode(line, { strict: flags.strict, nowMs: Date.now() }), flags);
    if (!printed) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}

/** Lines without their ends; of one that is too long, only its beginning. */
async function* linesOf(input: NodeJS.ReadableStream): AsyncGenerator<string> {
  input.setEncoding('utf8');
  let rest = '';
  for await (const chunk of input) {
    const [first = '', ...others] = String(chunk).split('\n');
    rest += first.slice(0, LINE_UNITS_MAX - rest.length);
    for (const next of others) {
      yield rest.replace(/\r$/, '');
      rest = next.slice(0, LINE_UNITS_MAX);
    }
  }
  if (rest !== '') yield rest;
}

/** False when the pipe is full. */
function print(reading: CodeReading, flags: ReadFlags): boolean {
  const text = flags.json ? JSON.stringify(reading) : words(reading);
  return process.stdout.write(`${text}\n`);
}

function words({ ok, lenient, scheme, mode, fields, alias, problems }: CodeReading): string {
  const verdict = ok ? paint(lenient ? 'yellow' : 'green', 'ok') : paint('red', 'refused');
  const head = [verdict, scheme ?? 'unknown', mode ?? ''].join('  ').trimEnd();
  return [
    head,
    ...(alias === null ? [] : [`  pays  ${alias.text}`]),
    ...Object.entries(fields).flatMap(([name, value]) => fieldLines(name, value, '  ')),
    ...problems.map(problemLine),
  ].join('\n');
}

function problemLine({ code, severity, position, text }: CodeProblem): string {
  const weight = paint(severity === 'refusal' ? 'red' : 'yellow', severity);
  return `  ${weight}  ${code}${position === null ? '' : ` at ${position}`}  ${text.en}`;
}

function fieldLines(name: string, value: FieldValue, indent: string): readonly string[] {
  if (value === null || typeof value !== 'object') return [`${indent}${name}  ${String(value)}`];
  // Named by their place: accounts and applications have no names of their own.
  const inner: readonly (readonly [string, FieldValue])[] = Object.entries(value);
  return [
    `${indent}${name}`,
    ...inner.flatMap(([each, of]) => fieldLines(each, of, `${indent}  `)),
  ];
}
