// `hutong start`: runs a switch until it is told to stop. With --sandbox it also starts simulated
// wallets and connects them.
import { constants } from 'node:os';
import type { Command } from 'commander';
import { DatabaseFault } from '../postgres/index.ts';
import {
  createLogger,
  type Logger,
  logFileOf,
  manyStreams,
  openLogFile,
  type Settings,
  stderrStream,
  systemClock,
} from '../runtime/index.ts';
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts';
import { StartFault, type Switch, startSwitch } from '../switch/switch.ts';
import { CommandError, EXIT } from './exit.ts';
import { dataFlag, describeFault, loadSettings, withData } from './settings.ts';

interface BootFlags {
  readonly data: string | undefined;
  readonly port?: string;
  readonly host?: string;
  readonly sandbox: boolean;
  readonly config?: string;
  readonly logLevel?: string;
}

type StartFlags = Omit<BootFlags, 'data'>;

export function registerStart(program: Command): void {
  withData(program.command('start'))
    .description('run a switch; prints its address and is ready when /readyz answers 200')
    .option('--port <number>', 'the port to listen on; 0 picks a free one')
    .option('--host <address>', 'the address to listen on; loopback unless told otherwise')
    .option('--sandbox', 'start simulated wallets and connect them', false)
    .option('--config <file>', 'a JSON file of settings; else hutong.config.json in the folder')
    .option('--log-level <level>', 'trace, debug, info, warn, error, fatal or silent')
    .addHelpText('after', '\nExample:\n  $ npx hutong start --sandbox --port 8080')
    .action((flags: StartFlags, command: Command) =>
      runSwitch({ ...flags, data: dataFlag(command) }),
    );
}

function openLog({ logTo, logLevel, logFileBytesMax, dataFolder }: Settings): Logger {
  if (logTo === 'stderr') return createLogger({ level: logLevel, clock: systemClock });
  const file = openLogFile(logFileOf(dataFolder), logFileBytesMax);
  const destination = logTo === 'file' ? file : manyStreams([stderrStream, file]);
  return createLogger({ level: logLevel, clock: systemClock, destination });
}

interface Booted {
  readonly hutong: Switch;
  readonly settings: Settings;
}

/** Starts a switch, turning what a person can mend into an error that says how. */
async function boot(flags: BootFlags, isSeeded?: () => boolean): Promise<Booted> {
  const { values: settings, warnings } = loadSettings(
    {
      dataFolder: flags.data,
      listenPort: flags.port,
      listenHost: flags.host,
      logLevel: flags.logLevel,
    },
    flags.config,
  );
  if (flags.sandbox && settings.mode !== 'sandbox') {
    throw new CommandError(EXIT.usage, '--sandbox is refused in production mode');
  }
  const logger = openLog(settings);
  for (const fault of warnings) logger.warn({ fault: describeFault(fault) }, 'setting ignored');
  try {
    return { hutong: await startSwitch(settings, logger, isSeeded), settings };
  } catch (error) {
    if (error instanceof StartFault) throw new CommandError(EXIT.environment, error.message);
    if (error instanceof DatabaseFault) {
      throw new CommandError(EXIT.environment, error.message, error.suggestion);
    }
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      const suggestion = 'choose another with --port, or --port 0 for a free one';
      throw new CommandError(EXIT.environment, 'the port is taken', suggestion);
    }
    throw error;
  }
}

export async function bootSwitch(flags: BootFlags): Promise<Switch> {
  return (await boot(flags)).hutong;
}

async function seed(hutong: Switch, dataFolder: string): Promise<Sandbox> {
  await hutong.leading();
  return startSandbox({ hutong, dataFolder });
}

/** Until it is told to stop. */
export async function runSwitch(flags: BootFlags): Promise<void> {
  let isSeeded = !flags.sandbox;
  const { hutong, settings } = await boot(flags, () => isSeeded);
  console.log(hutong.address);
  const stopped = Promise.withResolvers<void>();
  let stopping = false;
  const sandbox = flags.sandbox
    ? seed(hutong, settings.dataFolder)
    : hutong.leading().then(() => null);
  const seeded = sandbox.then(() => {
    isSeeded = true;
  });
  const stop = async () => {
    stopping = true;
    // the switch first: what is under way at the wallets is still answered
    await hutong.stop();
    const wallets = flags.sandbox ? await sandbox.catch(() => null) : null;
    await wallets?.stop();
    stopped.resolve();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // asked twice: at once. Nothing that was answered is lost, the next start recovers.
      if (stopping) process.exit(128 + constants.signals[signal]);
      void stop();
    });
  }
  seeded.catch(async (error: unknown) => {
    if (stopping) return;
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = EXIT.failed;
    await stop();
  });
  await stopped.promise;
}
