// `hutong config`: every setting, its value and where that comes from; secrets are never shown.
// `--check` says all that is wrong with them, without starting anything.
import type { Command } from 'commander';
import {
  type Configuration,
  describeOrigin,
  metaOf,
  type Settings,
  settingsSchema,
} from '../runtime/index.ts';
import { CommandError, EXIT } from './exit.ts';
import { printJson, table } from './output.ts';
import { dataFlag, describeFault, readSettings, withData } from './settings.ts';

interface ConfigFlags {
  readonly config?: string;
  readonly showOrigin: boolean;
  readonly check: boolean;
  readonly json: boolean;
}

const SECRET = '(secret)';

interface Shown {
  readonly setting: string;
  readonly value: unknown;
  readonly origin: string;
  readonly source: string;
}

function shownOf({ values, origins }: Configuration<Settings>): Shown[] {
  const all: Readonly<Record<string, unknown>> = values;
  return Object.keys(settingsSchema.shape).map((setting) => {
    const origin = origins.get(setting) ?? { kind: 'default' as const };
    const value = all[setting] ?? null;
    const isSecret = metaOf(settingsSchema, setting)?.secret === true && value !== null;
    return {
      setting,
      value: isSecret ? SECRET : value,
      origin: describeOrigin(origin),
      source: origin.kind,
    };
  });
}

const text = (value: unknown) =>
  value === null ? '–' : typeof value === 'string' ? value : JSON.stringify(value);

function config(flags: ConfigFlags, command: Command): void {
  const loaded = readSettings({ dataFolder: dataFlag(command) }, flags.config);
  const faults = loaded.ok ? loaded.configuration.warnings : loaded.faults;
  const told = faults.map(({ setting, origin, message }) => ({
    setting,
    origin: describeOrigin(origin),
    message,
  }));
  if (!loaded.ok) {
    if (!flags.json) {
      const list = faults.map(describeFault).join('\n  ');
      throw new CommandError(EXIT.usage, `settings cannot be used:\n  ${list}`);
    }
    process.exitCode = EXIT.usage;
    return printJson({ ok: false, faults: told });
  }
  for (const fault of flags.json ? [] : faults) console.error(`warning: ${describeFault(fault)}`);
  if (flags.check) {
    if (flags.json) return printJson({ ok: true, warnings: told });
    console.log('settings can be used');
    return;
  }
  const shown = shownOf(loaded.configuration);
  if (flags.json) return printJson({ ok: true, settings: shown, warnings: told });
  const rows = shown.map(({ setting, value, origin }) => {
    return flags.showOrigin ? [setting, text(value), origin] : [setting, text(value)];
  });
  const head = flags.showOrigin ? ['setting', 'value', 'from'] : ['setting', 'value'];
  console.log(table(head, rows));
}

export function registerConfig(program: Command): void {
  withData(program.command('config'))
    .description('show every setting; or check them all without starting')
    .option('--config <file>', 'a JSON file of settings; else hutong.config.json in the folder')
    .option('--show-origin', 'where each value comes from', false)
    .option('--check', 'only say what is wrong; ends with 2 if anything is', false)
    .option('--json', 'one JSON document on stdout', false)
    .addHelpText('after', '\nExample:\n  $ npx hutong config --show-origin')
    .action((flags: ConfigFlags, command: Command) => config(flags, command));
}
