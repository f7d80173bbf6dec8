// `hutong bench`: runs a benchmark of this checkout. The benchmarks are not part of the package.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { CommandError, EXIT } from './exit.ts';

const PROGRAM = fileURLToPath(new URL('../../bench/main.ts', import.meta.url));

export function registerBench(program: Command): void {
  program
    .command('bench')
    .description('measure this checkout: hutong bench <name> [--json]')
    .argument('<name>', 'ledger or e2e')
    .option('--json', 'one JSON document on stdout', false)
    .option('--seconds <number>', 'how long each part runs')
    .action(async (name: string, flags: { readonly json: boolean; readonly seconds?: string }) => {
      if (!existsSync(PROGRAM)) {
        throw new CommandError(EXIT.environment, 'benchmarks run from a checkout of the source');
      }
      const seconds = flags.seconds === undefined ? [] : ['--seconds', flags.seconds];
      const args = [PROGRAM, name, ...(flags.json ? ['--json'] : []), ...seconds];
      const child = spawn(process.execPath, args, { stdio: 'inherit' });
      process.exitCode = await new Promise<number>((resolve) => {
        child.once('exit', (code) => resolve(code ?? EXIT.failed));
      });
    });
}
