// The operator's API as commands call it: with the first person's key beside the data folder, and
// the switch's own key to verify its answers. And a connection's native client, in the sandbox.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createHutongClient,
  createOperatorClient,
  type HutongClient,
  type OperatorClient,
} from '@hutong/sdk';
import { z } from 'zod';
import { readSecretFile } from '../runtime/secret-file.ts';
import { signingKey } from '../signatures/index.ts';
import { FIRST_OPERATOR, operatorKeyFile } from '../switch/operator-key.ts';
import { CommandError, EXIT } from './exit.ts';
import { findSwitch } from './settings.ts';
import { findWallets } from './wallets.ts';

const jwkSchema = z.looseObject({ kty: z.string(), crv: z.string(), x: z.string() });

function secretOf(path: string): string {
  const found = readSecretFile(path);
  if (found.ok) return found.text;
  throw new CommandError(EXIT.environment, found.message, 'give the data folder of the switch');
}

/** `person`: whose key of the data folder signs. @throws CommandError 3 where no switch runs. */
export async function findOperator(
  data: string,
  person: string = FIRST_OPERATOR,
): Promise<OperatorClient> {
  const { address } = findSwitch(data);
  const privateKey = jwkSchema.parse(JSON.parse(secretOf(join(data, operatorKeyFile(person)))));
  const own = signingKey(secretOf(join(data, 'signing-key.json'))).publicJwk;
  return createOperatorClient({
    baseUrl: address,
    privateKey,
    switchKeys: [jwkSchema.parse(own)],
  });
}

const configSchema = z.object({
  switchUrl: z.string(),
  switchKeys: z.array(jwkSchema),
  privateKey: jwkSchema,
});

/** The participants' client, signing as a connection of the sandbox. */
export async function findConnection(data: string, connection: string): Promise<HutongClient> {
  const wallets = await findWallets(data);
  const wallet = wallets.find((each) => each.connection === connection);
  if (wallet === undefined) {
    const known = wallets.map((each) => each.connection).join(', ');
    throw new CommandError(EXIT.notFound, `no connection ${connection}`, `there are ${known}`);
  }
  const config = configSchema.parse(JSON.parse(readFileSync(wallet.configFile, 'utf8')));
  const { switchUrl: baseUrl, switchKeys, privateKey } = config;
  return createHutongClient({ baseUrl, switchKeys, privateKey });
}
