// `hutong credentials`: what the developer of a wallet needs to speak to this switch as one of the
// sandbox's connections. Prints a private key, so for sandboxes only.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import { readSandboxFile, type SandboxShop } from '../sandbox/sandbox-file.ts';
import { parsePublicJwk, thumbprint } from '../signatures/index.ts';
import { CommandError, EXIT } from './exit.ts';
import { printJson } from './output.ts';
import { withData } from './settings.ts';
import { findWallets, type Wallet } from './wallets.ts';

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
  const shops = readSandboxFile(flags.data)?.shops ?? [];
  const wallet = wallets.find((each) => each.connection === connection);
  const shop = shops.find((each) => each.connection === connection);
  if (shop !== undefined) return show(flags, shopFacts(shop));
  if (wallet === undefined) {
    const known = [...wallets, ...shops].map((each) => each.connection).join(', ');
    throw new CommandError(EXIT.notFound, `no connection ${connection}`, `there are ${known}`);
  }
  return show(flags, walletFacts(wallet));
}

/** A shop's program speaks its platform's protocol to the switch, with these. */
function shopFacts({ connection, participant, dialect, credentials }: SandboxShop): object {
  return { connection, participant, dialect, ...credentials };
}

function walletFacts(wallet: Wallet): object {
  const config = configSchema.parse(JSON.parse(readFileSync(wallet.configFile, 'utf8')));
  const { d: _private, ...open } = config.privateKey;
  const jwk = parsePublicJwk(open);
  if (jwk === null) throw new CommandError(EXIT.failed, `${wallet.configFile} holds no usable key`);
  const { connection, participant, dialect, address, users } = wallet;
  const { controlAddress, controlToken } = wallet;
  return {
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
}

function show(flags: { readonly json: boolean }, facts: object): void {
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
