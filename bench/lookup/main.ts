// `bench lookup`: signed look-ups of many different people, answers signed and verified. What a
// core could do is CPU of the switch and PostgreSQL per look-up, from /proc: the machine's cores
// are shared with those who ask and those who are asked.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuMicros, serverCpuMicros, startEmbedded } from '../../src/postgres/index.ts';
import { askPostgres, type Child, end, quiet, residentKb, startParties } from '../e2e/parties.ts';

const PEOPLE = 5_000;
const IN_FLIGHT = 64;

export async function runLookupBench({ durationMs }: { readonly durationMs: number }) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'hutong-bench-'));
  const server = await startEmbedded({ dataDir: dataFolder, log: quiet });
  const children: Child[] = [];
  try {
    const { payer, direct, hutong } = await startParties(dataFolder, children, PEOPLE);
    const cpu = () => (cpuMicros(hutong.pid) ?? 0) + serverCpuMicros(server.pid);
    let done = 0;
    const load = (forMs: number) => {
      const until = performance.now() + forMs;
      return Promise.all(
        Array.from({ length: IN_FLIGHT }, async (_, lane) => {
          for (let i = 0; performance.now() < until; i += 1) {
            const user = (lane * 7_919 + i * 31) % PEOPLE;
            const answer = await payer.call('/v1/lookups', {
              alias: `wallet:user${user}@payee-wallet`,
            });
            if (answer.status !== 200) throw new Error(JSON.stringify(answer.json));
            done += 1;
          }
        }),
      );
    };
    await load(Math.min(1_500, durationMs));
    done = 0;
    const before = cpu();
    const began = performance.now();
    await load(durationMs);
    const seconds = (performance.now() - began) / 1_000;
    const micros = Math.round((cpu() - before) / done);
    const told = await askPostgres(server.connection);
    const verified = payer.verified();
    await Promise.all([direct.close(), payer.close()]);
    return {
      bench: 'lookup',
      people: PEOPLE,
      lookupsPerSecond: Math.round(done / seconds),
      cpuMicrosPerLookup: micros,
      perSecondOfOneCore: Math.round(1_000_000 / micros),
      signaturesVerified: verified,
      residentMb: Math.round(residentKb(hutong.pid) / 1_024),
      fsync: told.fsync,
      synchronousCommit: told.synchronousCommit,
    };
  } finally {
    for (const child of children.reverse()) await end(child);
    await server.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}
