// The sandbox: registers the scenario's participants at a running switch, starts their simulated
// wallets and says in `<data>/sandbox.json` where they are. Never in production mode.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { createCryptoRandom, createIds, systemClock } from '../runtime/index.ts';
import { generateSigningKey, type PublicJwk, signingKey } from '../signatures/index.ts';
import type { Switch } from '../switch/switch.ts';
import { type RunningPlatform, startPlatforms } from './platforms.ts';
import {
  removeSandboxFile,
  type SandboxFile,
  type SandboxWallet,
  writeSandboxFile,
} from './sandbox-file.ts';
import {
  SANDBOX_CAP_MINOR,
  SANDBOX_EXCHANGE,
  SANDBOX_FEES,
  SANDBOX_WALLETS,
  type ScenarioWallet,
} from './scenario.ts';
import { createSeed, type Seed } from './seed.ts';
import { startWalletProcess, type WalletProcess } from './wallet-process.ts';

const DIALECT = 'native';
const isBuilt = import.meta.url.endsWith('.js');
/** The simulated wallet's program. */
export const WALLET_PROGRAM = fileURLToPath(
  new URL(
    `../dialects/native/native.wallet/wallet.process.${isBuilt ? 'js' : 'ts'}`,
    import.meta.url,
  ),
);

export interface Sandbox {
  readonly wallets: readonly SandboxWallet[];
  stop(): Promise<void>;
}

interface Secrets {
  readonly privateJwk: string;
  readonly publicJwk: PublicJwk;
  readonly controlToken: string;
}

const earlierSchema = z.object({ privateKey: z.looseObject({}), controlToken: z.string() });

/** A wallet keeps its key across starts: it is registered at the switch. */
function secretsOf(configFile: string): Secrets {
  try {
    const earlier = earlierSchema.parse(JSON.parse(readFileSync(configFile, 'utf8')));
    const privateJwk = JSON.stringify(earlier.privateKey);
    const { publicJwk } = signingKey(privateJwk);
    return { privateJwk, publicJwk, controlToken: earlier.controlToken };
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isAbsent) throw new Error(`${configFile} cannot be used`, { cause: error });
  }
  const { privateJwk, publicJwk } = generateSigningKey();
  return { privateJwk, publicJwk, controlToken: randomBytes(24).toString('base64url') };
}

function configOf(
  wallet: ScenarioWallet,
  secrets: Secrets,
  journalFile: string,
  hutong: Switch,
): Readonly<Record<string, unknown>> {
  return {
    participant: wallet.participant,
    currencies: wallet.currencies,
    mode: wallet.mode,
    switchUrl: hutong.publicUrl,
    switchKeys: [hutong.publicKey.jwk],
    privateKey: JSON.parse(secrets.privateJwk),
    controlToken: secrets.controlToken,
    journalFile,
    users: wallet.users,
  };
}

interface Running {
  readonly process: WalletProcess;
  describe(): SandboxWallet;
}

async function startWallet(
  wallet: ScenarioWallet,
  seed: Seed,
  hutong: Switch,
  folder: string,
  onRestart: () => void,
): Promise<Running> {
  const { participant, name, mode, currencies } = wallet;
  const connection = `${participant}-${DIALECT}`;
  const configFile = join(folder, `${participant}.json`);
  const journalFile = join(folder, `${participant}.journal`);
  const secrets = secretsOf(configFile);
  await seed.participant({
    id: participant,
    name,
    kind: 'wallet',
    currencies: currencies.map((currency) => ({ currency, capMinor: SANDBOX_CAP_MINOR })),
  });
  await seed.connection({
    participantId: participant,
    connection: { id: connection, dialect: DIALECT, endpoint: null, settings: {}, secrets: null },
  });
  await seed.key(connection, secrets.publicJwk);
  const config = configOf(wallet, secrets, journalFile, hutong);
  const process = await startWalletProcess({
    program: WALLET_PROGRAM,
    configFile,
    config,
    onRestart,
    log: hutong.logger,
  });
  const { address, controlAddress } = process.hello;
  await seed.endpoint(connection, address);
  const users = wallet.users.map(({ account, name: person, alias }) => ({
    account,
    name: person,
    alias,
  }));
  const claim = { participantId: participant, connectionId: connection };
  await Promise.all(users.map((user) => seed.alias({ ...claim, ...user })));
  const { controlToken } = secrets;
  return {
    process,
    describe: () => ({
      participant,
      connection,
      dialect: DIALECT,
      address,
      controlAddress,
      controlToken,
      pid: process.pid(),
      mode,
      currencies: [...currencies],
      configFile,
      journalFile,
      users,
    }),
  };
}

async function startExchange(seed: Seed): Promise<void> {
  const { id, name, rates } = SANDBOX_EXCHANGE;
  const currencies = rates.map(({ base }) => ({ currency: base, capMinor: SANDBOX_CAP_MINOR }));
  await seed.participant({ id, name, kind: 'fx', currencies });
  for (const rate of rates) await seed.rate({ participantId: id, ...rate });
}

/** Resolves when every wallet serves and every user's alias is claimed. The switch must lead. */
export async function startSandbox(options: {
  readonly hutong: Switch;
  readonly dataFolder: string;
}): Promise<Sandbox> {
  const { hutong, dataFolder } = options;
  const folder = join(dataFolder, 'sandbox');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ids = createIds({ clock: systemClock, random: createCryptoRandom() });
  const seed = createSeed(hutong.core, ids.uuid);
  for (const [currency, fee] of Object.entries(SANDBOX_FEES)) await seed.fees(currency, fee);
  await startExchange(seed);
  const running: Running[] = [];
  let platforms: readonly RunningPlatform[] = [];
  const content = (): SandboxFile => ({
    wallets: running.map((each) => each.describe()),
    platforms: platforms.map((each) => each.describe().platform),
    shops: platforms.map((each) => each.describe().shop),
  });
  const write = () => writeSandboxFile(dataFolder, content());
  const stop = async () => {
    await Promise.all([...running, ...platforms].map((each) => each.process.stop()));
    removeSandboxFile(dataFolder);
  };
  const started = await Promise.allSettled([
    ...SANDBOX_WALLETS.map(async (wallet) => {
      running.push(await startWallet(wallet, seed, hutong, folder, write));
    }),
    startPlatforms(seed, hutong, folder).then((all) => {
      platforms = all;
    }),
  ]);
  const failed = started.find((each) => each.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  running.sort((a, b) => a.describe().participant.localeCompare(b.describe().participant));
  write();
  return {
    get wallets() {
      return content().wallets;
    },
    stop,
  };
}
