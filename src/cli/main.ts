// The command line's entry: names the program and its version, and hands over to one file per
// command. Not for starting on the right Node: that is bin/hutong.js.
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { z } from 'zod';

const manifestUrl = new URL('../../package.json', import.meta.url);
const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(manifestUrl, 'utf8')));

const program = new Command('hutong')
  .description('An open, self-hosted interoperability switch for digital wallets')
  .version(version);

await program.parseAsync();
