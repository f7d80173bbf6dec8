// `hutong credentials`: what the developer of a wallet needs to speak to this switch as one of the
// sandbox's connections. Prints a private key, so for sandboxes only.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import { parsePublicJwk, thumbprint } from '../signatures/index.ts';
import { CommandError, EXIT } from './exit.ts';
import { printJson } from './output.ts';
import { withData } from './settings.ts';
import { findWallets } from './wallets.ts';

const configSchema = z.object({
  switchUrl: z.string(),
  switchKeys: z.array(z.looseObject({})),
  privateKey: z.looseObject({ crv: z.string() }),
});

async function credentials(
  connection: string,
  flags: { readonly data: string; readonly json: boolean },
): Promise<void> {
  const wallets = await findWallets(flags.data);
  const wallet = wallets.find((each) => each.connection === connection);
  if (wallet === undefined) {
    const known = wallets.map((each) => each.connection).join(', ');
    throw new CommandError(EXIT.notFound, `no connection ${connection}`, `there are ${known}`);
  }
  const config = configSchema.parse(JSON.parse(readFileSync(wallet.configFile, 'utf8')));
  const { d: _private, ...open } = config.privateKey;
  const jwk = parsePublicJwk(open);
  if (jwk === null) throw new CommandError(EXIT.failed, `${wallet.configFile} holds no usable key`);
  const { participant, dialect, address, controlAddress, controlToken, users } = wallet;
  const facts = {
    connection,
    participant,
    dialect,
    switchUrl: config.switchUrl,
    algorithm: config.privateKey.crv === 'Ed25519' ? 'ed25519' : 'ecdsa-p256-sha256',
    keyId: thumbprint(jwk),
    privateKey: config.privateKey,
    switchKeys: config.switchKeys,
    /** Where the switch calls this wallet. */
    endpoint: address,
    controlAddress,
    controlToken,
    users: users.slice(0, 5),
  };
  if (flags.json) return printJson(facts);
  for (const [key, value] of Object.entries(facts)) {
    const shown = typeof value === 'string' ? value : JSON.stringify(value);
    console.log(`${key.padEnd(15)} ${shown}`);
  }
}

export function registerCredentials(program: Command): void {
  withData(program.command('credentials'))
    .description('what a developer needs to speak as a sandbox connection, private key included')
    .argument('<connection>', 'for example alpha-native')
    .option('--json', 'one JSON document on stdout', false)
    .action(credentials);
}
