// The command line's entry: one file per command, and one place where errors become exit codes.
// Not for starting on the right Node: that is bin/hutong.js.
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { registerBench } from './bench.command.ts';
import { registerCompletion } from './completion.command.ts';
import { registerConfig } from './config.command.ts';
import { registerConnections, registerKeys } from './connections.command.ts';
import { registerCredentials } from './credentials.command.ts';
import { registerDemo } from './demo.command.ts';
import { registerDoctor } from './doctor.command.ts';
import { CommandError, EXIT } from './exit.ts';
import { registerLogs } from './logs.command.ts';
import { registerLookup } from './lookup.command.ts';
import { registerMatrix } from './matrix.command.ts';
import { registerNative } from './native.command.ts';
import { registerNew } from './new.command.ts';
import { paint } from './output.ts';
import { registerParticipants } from './participants.command.ts';
import { registerPay } from './pay.command.ts';
import { registerQr } from './qr.command.ts';
import { registerRefund } from './refund.command.ts';
import { registerSandbox } from './sandbox.command.ts';
import { registerStart } from './start.command.ts';
import { registerStatus } from './status.command.ts';
import { registerVerify } from './verify.command.ts';

const manifestUrl = new URL('../../package.json', import.meta.url);
const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(manifestUrl, 'utf8')));

const program = new Command('hutong')
  .description('An open, self-hosted interoperability switch for digital wallets')
  .version(version)
  .exitOverride();

registerStart(program);
registerDemo(program);
registerMatrix(program);
registerNew(program);
registerStatus(program);
registerPay(program);
registerLookup(program);
registerRefund(program);
registerCredentials(program);
registerNative(program);
registerParticipants(program);
registerConnections(program);
registerKeys(program);
registerVerify(program);
registerConfig(program);
registerLogs(program);
registerSandbox(program);
registerCompletion(program);
registerDoctor(program);
registerBench(program);
registerQr(program);

function exitOf(error: unknown): number {
  if (error instanceof CommandError) {
    console.error(`${paint('red', 'error')} ${error.message}`);
    if (error.suggestion !== '') console.error(`  ${error.suggestion}`);
    return error.exitCode;
  }
  // commander has said it already; --help and --version end with 0
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  console.error(error);
  return EXIT.failed;
}

// a pipe that closes early (`| head`) is no error
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitOf(error);
}
