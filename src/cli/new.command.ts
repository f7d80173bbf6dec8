// `hutong new dialect <name>`: the folder of a new dialect, with a test that fails.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { CommandError, EXIT } from './exit.ts';
import { dialectFiles } from './skeleton/dialect-files.ts';

const here = fileURLToPath(new URL('../..', import.meta.url));

function newDialect(name: string, flags: { readonly checkout: string }): void {
  if (!/^[a-z][a-z0-9]{1,30}$/.test(name)) {
    throw new CommandError(EXIT.usage, `${name} is no name: small letters and digits`);
  }
  const dialects = join(flags.checkout, 'src/dialects');
  if (!existsSync(join(dialects, 'registry.ts'))) {
    throw new CommandError(
      EXIT.environment,
      `${flags.checkout} is no checkout of Hutong`,
      'run it in one, or name it with --checkout',
    );
  }
  const folder = join(dialects, name);
  if (existsSync(folder)) throw new CommandError(EXIT.usage, `${folder} is there already`);
  mkdirSync(folder);
  for (const [file, text] of dialectFiles(name)) writeFileSync(join(folder, file), text);
  console.log(`${folder}

next: npx vitest run src/dialects/${name}      # fails: translate the first message
then: a line in src/dialects/registry.ts, and npx hutong matrix`);
}

export function registerNew(program: Command): void {
  program
    .command('new')
    .description('begin something new in a checkout of Hutong')
    .command('dialect')
    .description('write the folder of a new dialect, with a test that fails')
    .argument('<name>', 'small letters and digits')
    .option('--checkout <folder>', 'the checkout to write into', here)
    .action(newDialect);
}
