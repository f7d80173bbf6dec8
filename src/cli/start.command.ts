// `hutong start`: runs a switch until it is told to stop. With --sandbox it also starts simulated
// wallets and connects them.
import type { Command } from 'commander';
import { DatabaseFault } from '../postgres/index.ts';
import { createLogger, systemClock } from '../runtime/index.ts';
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts';
import { StartFault, type Switch, startSwitch } from '../switch/switch.ts';
import { CommandError, EXIT } from './exit.ts';
import { loadSettings, withData } from './settings.ts';

interface StartFlags {
  readonly data: string;
  readonly port?: string;
  readonly host?: string;
  readonly sandbox: boolean;
  readonly config?: string;
  readonly logLevel?: string;
}

export function registerStart(program: Command): void {
  withData(program.command('start'))
    .description('run a switch; prints its address and is ready when /readyz answers 200')
    .option('--port <number>', 'the port to listen on; 0 picks a free one')
    .option('--host <address>', 'the address to listen on; loopback unless told otherwise')
    .option('--sandbox', 'start simulated wallets and connect them', false)
    .option('--config <file>', 'a JSON file of settings')
    .option('--log-level <level>', 'trace, debug, info, warn, error, fatal or silent')
    .action(start);
}

/** Starts a switch, turning what a person can mend into an error that says how. */
export async function bootSwitch(flags: StartFlags, isSeeded?: () => boolean): Promise<Switch> {
  const settings = loadSettings(
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
  const logger = createLogger({ level: settings.logLevel, clock: systemClock });
  try {
    return await startSwitch(settings, logger, isSeeded);
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

async function seed(hutong: Switch, dataFolder: string): Promise<Sandbox> {
  await hutong.leading();
  return startSandbox({ hutong, dataFolder });
}

async function start(flags: StartFlags): Promise<void> {
  let isSeeded = !flags.sandbox;
  const hutong = await bootSwitch(flags, () => isSeeded);
  console.log(hutong.address);
  const stopped = Promise.withResolvers<void>();
  let stopping = false;
  const sandbox = flags.sandbox ? seed(hutong, flags.data) : hutong.leading().then(() => null);
  const seeded = sandbox.then(() => {
    isSeeded = true;
  });
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await (await sandbox.catch(() => null))?.stop();
    await hutong.stop();
    stopped.resolve();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => void stop());
  }
  seeded.catch(async (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = EXIT.failed;
    await stop();
  });
  await stopped.promise;
}
