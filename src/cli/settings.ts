// The settings of a command: flags over environment over file over defaults, and the data folder by
// which commands find their switch.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import {
  describeOrigin,
  loadConfiguration,
  type Settings,
  settingsSchema,
} from '../runtime/index.ts';
import { type RunFile, readRunFile } from '../switch/run-file.ts';
import { CommandError, EXIT } from './exit.ts';

export function withData(command: Command): Command {
  return command.option('--data <folder>', 'the folder that holds everything', '.hutong');
}

function fileOf(path: string | undefined): Record<string, unknown> | undefined {
  if (path === undefined) return undefined;
  try {
    const json: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof json === 'object' && json !== null) return { ...json };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(EXIT.environment, `${path} cannot be read: ${reason}`);
  }
  throw new CommandError(EXIT.environment, `${path} holds no JSON object`);
}

export function loadSettings(
  flags: Readonly<Record<string, string | undefined>>,
  config?: string,
): Settings {
  const given = Object.entries(flags).filter((entry): entry is [string, string] => {
    return entry[1] !== undefined;
  });
  const file = fileOf(config);
  const loaded = loadConfiguration(settingsSchema, {
    flags: Object.fromEntries(given),
    environment: process.env,
    ...(file === undefined || config === undefined
      ? {}
      : { file: { path: config, content: file } }),
  });
  if (loaded.ok) return loaded.configuration.values;
  const faults = loaded.faults.map(
    ({ setting, origin, message }) => `${setting} (${describeOrigin(origin)}): ${message}`,
  );
  throw new CommandError(EXIT.usage, `settings cannot be used:\n  ${faults.join('\n  ')}`);
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
