// The settings of a command: flags over environment over file over defaults, and the data folder by
// which commands find their switch.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import {
  type Configuration,
  type ConfigurationFault,
  describeOrigin,
  type LoadedConfiguration,
  loadConfiguration,
  type Settings,
  settingsSchema,
} from '../runtime/index.ts';
import { type RunFile, readRunFile } from '../switch/run-file.ts';
import { CommandError, EXIT } from './exit.ts';

/** In the data folder; read when no other file is named. */
export const CONFIGURATION_FILE = 'hutong.config.json';

export function withData(command: Command): Command {
  return command.addOption(
    new Option('--data <folder>', 'the folder that holds everything')
      .env('HUTONG_DATA_FOLDER')
      .default('.hutong'),
  );
}

/** The data folder, if it was named on the command line: only then is it a flag. */
export function dataFlag(command: Command): string | undefined {
  const data: unknown = command.getOptionValue('data');
  return command.getOptionValueSource('data') === 'cli' ? String(data) : undefined;
}

function fileOf(path: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return { ...json };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(EXIT.environment, `${path} cannot be read: ${reason}`);
  }
  throw new CommandError(EXIT.environment, `${path} holds no JSON object`);
}

function fileFor(dataFolder: string, config: string | undefined) {
  const own = join(dataFolder, CONFIGURATION_FILE);
  const path = config ?? (existsSync(own) ? own : undefined);
  return path === undefined ? undefined : { path, content: fileOf(path) };
}

type Flags = Readonly<Record<string, string | undefined>>;

/** All that is wrong, or every value with its origin. @throws CommandError for the file itself. */
export function readSettings(flags: Flags, config?: string): LoadedConfiguration<Settings> {
  const { env } = process;
  const dataFolder = flags['dataFolder'] ?? env['HUTONG_DATA_FOLDER'] ?? '.hutong';
  const file = fileFor(dataFolder, config);
  return loadConfiguration(settingsSchema, {
    flags,
    environment: env,
    ...(file === undefined ? {} : { file }),
  });
}

export function describeFault({ setting, origin, message }: ConfigurationFault): string {
  return `${setting} (${describeOrigin(origin)}): ${message}`;
}

export function loadSettings(flags: Flags, config?: string): Configuration<Settings> {
  const loaded = readSettings(flags, config);
  if (loaded.ok) return loaded.configuration;
  const faults = loaded.faults.map(describeFault).join('\n  ');
  throw new CommandError(
    EXIT.usage,
    `settings cannot be used:\n  ${faults}`,
    'see what is set, and where: npx hutong config --show-origin',
  );
}

/** The running switch of a data folder. @throws CommandError 3 where none runs. */
export function findSwitch(data: string): RunFile {
  const found = readRunFile(data);
  if (found === null) {
    throw new CommandError(
      EXIT.environment,
      `no switch is running with the data folder ${data}`,
      `start one with: npx hutong start --data ${data} --sandbox`,
    );
  }
  return found;
}
