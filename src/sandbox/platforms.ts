// The sandbox's platforms: for each dialect that has one, the simulated platform as a process, a
// sponsor's account there, and a shop that speaks the same dialect to the switch.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { dialects } from '../dialects/registry.ts';
import type { Simulation } from '../simulated/simulation.ts';
import type { Switch } from '../switch/switch.ts';
import type { SandboxPlatform, SandboxShop } from './sandbox-file.ts';
import { SANDBOX_ACQUIRER, SANDBOX_CAP_MINOR, SANDBOX_SPONSOR } from './scenario.ts';
import type { Seed } from './seed.ts';
import { startWalletProcess, type WalletProcess } from './wallet-process.ts';

const side = z.object({
  settings: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.unknown()),
});
const keptSchema = z.object({
  controlToken: z.string(),
  config: z.record(z.string(), z.unknown()),
  users: z.array(z.object({ account: z.string(), name: z.string() })),
  sponsor: side,
  shop: side.extend({ credentials: z.record(z.string(), z.string()) }),
});
type Kept = z.infer<typeof keptSchema>;

export interface RunningPlatform {
  readonly process: WalletProcess;
  describe(): { readonly platform: SandboxPlatform; readonly shop: SandboxShop };
}

/** The keys of a sandbox stay the same: its connections are registered with them. */
function keep(path: string, simulation: Simulation): Kept {
  try {
    return keptSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isAbsent) throw new Error(`${path} cannot be used`, { cause: error });
  }
  const made = { ...simulation.make(), controlToken: randomBytes(24).toString('base64url') };
  writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  return keptSchema.parse(made);
}

async function startPlatform(
  dialect: string,
  simulation: Simulation,
  seed: Seed,
  hutong: Switch,
  folder: string,
): Promise<RunningPlatform> {
  const { controlToken, config, users, sponsor, shop } = keep(
    join(folder, `${dialect}.keys.json`),
    simulation,
  );
  const configFile = join(folder, `${dialect}.json`);
  const journalFile = join(folder, `${dialect}.journal`);
  const process = await startWalletProcess({
    program: fileURLToPath(simulation.program),
    configFile,
    config: { ...config, controlToken, journalFile },
    onRestart: () => undefined,
    log: hutong.logger,
  });
  const { address, controlAddress } = process.hello;
  const connection = `${SANDBOX_SPONSOR.id}-${dialect}`;
  const shopConnection = `${SANDBOX_ACQUIRER.id}-${dialect}`;
  await seed.connection({
    participantId: SANDBOX_SPONSOR.id,
    connection: { id: connection, dialect, endpoint: address, ...sponsor },
  });
  await seed.endpoint(connection, address);
  const { settings, secrets, credentials } = shop;
  await seed.connection({
    participantId: SANDBOX_ACQUIRER.id,
    connection: { id: shopConnection, dialect, endpoint: null, settings, secrets },
  });
  return {
    process,
    describe: () => ({
      platform: {
        participant: SANDBOX_SPONSOR.id,
        connection,
        dialect,
        address,
        controlAddress,
        controlToken,
        pid: process.pid(),
        users,
      },
      shop: {
        participant: SANDBOX_ACQUIRER.id,
        connection: shopConnection,
        dialect,
        credentials: { address: hutong.publicUrl, ...credentials },
      },
    }),
  };
}

export async function startPlatforms(
  seed: Seed,
  hutong: Switch,
  folder: string,
): Promise<RunningPlatform[]> {
  for (const { id, name } of [SANDBOX_SPONSOR, SANDBOX_ACQUIRER]) {
    const currencies = [{ currency: 'CNY', capMinor: SANDBOX_CAP_MINOR }];
    await seed.participant({ id, name, kind: 'acquirer', currencies });
  }
  const started = dialects.flatMap(({ id, simulation }) =>
    simulation === undefined ? [] : [startPlatform(id, simulation, seed, hutong, folder)],
  );
  const settled = await Promise.allSettled(started);
  const running = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = settled.find((each) => each.status === 'rejected');
  if (failed === undefined) return running;
  await Promise.all(running.map((each) => each.process.stop()));
  throw failed.reason;
}
