// docs/reference/cli.md: every command with its arguments and options, as commander knows them, and
// the exit codes. Commands are found where src/cli/main.ts registers them, in that order.
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { z } from 'zod';
import { EXIT } from '../../src/cli/exit.ts';
import { code, madeFrom, page, table } from './markdown.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const CLI = new URL('../../src/cli/', import.meta.url);

const MEANING: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'done',
  failed: 'failed, for a reason that is none of the others',
  usage: 'the command or its settings cannot be used as given',
  environment: 'no switch, no database, a port that is taken',
  notFound: 'what was named is not there',
  conflict: 'it contradicts what is there: HTTP 409',
  refused: 'refused: HTTP 401, 403, 422, or nobody agreed',
  tryAgain: 'the outcome is unknown, or the switch is busy: run the same again',
  broken: 'an invariant is broken',
};

const moduleSchema = z.record(z.string(), z.unknown());
type Register = (program: Command) => void;
const isRegister = (value: unknown): value is Register => typeof value === 'function';

/** The whole program, without running it. */
export async function program(): Promise<Command> {
  const main = readFileSync(new URL('main.ts', CLI), 'utf8');
  const files = new Map<string, string>();
  for (const [, names = '', file = ''] of main.matchAll(/import \{([^}]+)\} from '\.\/(.+?)'/g)) {
    for (const name of names.split(',')) files.set(name.trim(), file);
  }
  const hutong = new Command('hutong');
  for (const [, name = ''] of main.matchAll(/^(register\w+)\(program\);$/gm)) {
    const module = moduleSchema.parse(await import(new URL(files.get(name) ?? name, CLI).href));
    const register = module[name];
    if (!isRegister(register)) throw new Error(`src/cli/main.ts calls ${name}, which is not there`);
    register(hutong);
  }
  return hutong;
}

export interface CommandData {
  /** `hutong qr read`. */
  readonly name: string;
  readonly command: Command;
}

/** Commands that do something: those that only hold others are left out. */
export function commandsOf(parent: Command, path = parent.name()): readonly CommandData[] {
  return parent.commands.flatMap((command) => {
    const name = `${path} ${command.name()}`;
    return command.commands.length === 0 ? [{ name, command }] : commandsOf(command, name);
  });
}

/** A path of this machine is shown as it stands in the repository. */
const shown = (value: unknown) => (typeof value === 'string' ? code(value.replace(ROOT, '')) : '');

/** What stands below the options in the command's own help: examples. */
function examplesOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => void (text += part) });
  command.outputHelp();
  const lines = /\nExamples?:\n([\s\S]+)$/.exec(text)?.[1]?.trimEnd();
  return lines === undefined ? '' : `\`\`\`\n${lines.replace(/^ {2}(\$ )?/gm, '')}\n\`\`\``;
}

function section({ name, command }: CommandData): string {
  const args = command.registeredArguments;
  const usage = args.map((each) => {
    const inner = each.variadic ? `${each.name()}…` : each.name();
    return each.required ? `<${inner}>` : `[${inner}]`;
  });
  const description = command.description();
  const options = command.options.filter((option) => !option.hidden);
  return page(
    `## ${name}`,
    `\`\`\`\n${[name, ...usage].join(' ')}${options.length === 0 ? '' : ' [options]'}\n\`\`\``,
    `${description.charAt(0).toUpperCase()}${description.slice(1)}.`.replace(/\.\.$/, '.'),
    args.some((each) => each.description !== '')
      ? table(
          ['argument', ''],
          args.map((each) => [code(each.name()), each.description]),
        )
      : '',
    options.length === 0
      ? ''
      : table(
          ['option', '', 'default'],
          options.map((option) => [
            code(option.flags) + (option.mandatory ? ' (required)' : ''),
            option.description,
            shown(option.defaultValue),
          ]),
        ),
    examplesOf(command),
  ).trimEnd();
}

export async function cliPage(): Promise<string> {
  const commands = commandsOf(await program());
  const ordered = commands.map(({ name }) => `[${name}](#${name.replaceAll(' ', '-')})`);
  return page(
    '# The command line',
    madeFrom('src/cli'),
    'Called as `npx hutong …`. The result goes to stdout, everything else to stderr; `--json` ' +
      'makes the result one JSON document; `NO_COLOR` is obeyed. Commands find their switch by ' +
      '`--data`.',
    ordered.join(' · '),
    '## Exit codes',
    table(
      ['code', 'means'],
      Object.entries(EXIT).map(([name, number]) => [
        String(number),
        Object.entries(MEANING).find(([key]) => key === name)?.[1] ?? '',
      ]),
    ),
    ...commands.map(section),
  );
}
