// A switch for the end-to-end benchmark, as a process of its own: participants are seeded, keys and
// endpoints come from the parent. Prints one line of JSON when it is ready.
import { z } from 'zod';
import {
  createCryptoRandom,
  createIds,
  createLogger,
  settingsSchema,
  systemClock,
} from '../../src/runtime/index.ts';
import { createSeed } from '../../src/sandbox/seed.ts';
import { startSwitch } from '../../src/switch/switch.ts';
import { type BenchSetup, CAP_MINOR } from './setup.ts';

const CLAIMS_AT_ONCE = 1_000;
// its parent's own argument
const setup = z.custom<BenchSetup>().parse(JSON.parse(process.argv[2] ?? '{}'));
const logger = createLogger({ level: 'warn', clock: systemClock });
// metrics cost little; with this their cost is measured
const metricsPort = process.env['BENCH_METRICS_PORT'];
const settings = settingsSchema.parse({
  dataFolder: setup.dataFolder,
  listenPort: 0,
  metricsPort,
});
const hutong = await startSwitch(settings, logger);
await hutong.leading();
const ids = createIds({ clock: systemClock, random: createCryptoRandom() });
const seed = createSeed(hutong.core, ids.uuid);
for (const participant of setup.participants) {
  await seed.participant({
    id: participant.id,
    name: participant.id,
    kind: 'wallet',
    currencies: [{ currency: 'CNY', capMinor: CAP_MINOR }],
  });
  const id = `${participant.id}-main`;
  const { endpoint } = participant;
  await seed.connection({
    participantId: participant.id,
    connection: { id, dialect: 'native', endpoint, settings: {}, secrets: null },
  });
  await seed.key(id, participant.jwk);
  const claim = (n: number) =>
    seed.alias({
      participantId: participant.id,
      connectionId: `${participant.id}-main`,
      alias: `wallet:user${n}@${participant.id}`,
      account: `u-${n}`,
      name: 'Li Na',
    });
  for (let from = 0; from < setup.aliases; from += CLAIMS_AT_ONCE) {
    const count = Math.min(CLAIMS_AT_ONCE, setup.aliases - from);
    await Promise.all(Array.from({ length: count }, (_, i) => claim(from + i)));
  }
}
process.stdout.write(`${JSON.stringify({ address: hutong.address, jwk: hutong.publicKey.jwk })}\n`);
process.once('SIGTERM', () => void hutong.stop().then(() => process.exit(0)));
