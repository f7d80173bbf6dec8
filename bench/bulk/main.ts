// `bench bulk`: calls of 10,000 signed payments to as many different people. Accepted is what the
// switch has answered, so what is durable; the payees' wallets are asked meanwhile, and the bench
// waits for their end before it counts in PostgreSQL.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHutongClient, type HutongClient } from '@hutong/sdk';
import { BULK_ITEMS_MAX } from '@hutong/sdk/contract';
import { z } from 'zod';
import { cpuMicros, serverCpuMicros, startEmbedded } from '../../src/postgres/index.ts';
import { askPostgres, type Child, end, quiet, residentKb, startParties } from '../e2e/parties.ts';

const jwkSchema = z.looseObject({ kty: z.string(), crv: z.string(), x: z.string() });
const SETTLED_WITHIN_MS = 120_000;

interface Call {
  readonly acceptedPerSecond: number;
  readonly firstResultMs: number;
  readonly acceptedMs: number;
}

async function callOnce(client: HutongClient, round: number): Promise<Call> {
  const items = Array.from({ length: BULK_ITEMS_MAX }, (_, n) => ({
    key: `r${round}-${n}`,
    payer: { account: `u-${n}`, name: 'Wang Wei' },
    payee: { alias: `wallet:user${n}@payee-wallet` },
    amount: { amount: `${1 + (n % 99)}.50`, currency: 'CNY' },
  }));
  const beganMs = performance.now();
  let firstResultMs = 0;
  let accepted = 0;
  const results = client.bulk(items, { idempotencyKey: `round-${round}` });
  for (let next = await results.next(); ; next = await results.next()) {
    if (firstResultMs === 0) firstResultMs = performance.now() - beganMs;
    if (next.done === true) {
      if (next.value.accepted !== accepted) throw new Error('the end tells another number');
      break;
    }
    if (next.value.paymentId === undefined) throw new Error(JSON.stringify(next.value));
    accepted += 1;
  }
  const acceptedMs = performance.now() - beganMs;
  return {
    acceptedPerSecond: Math.round((accepted * 1_000) / acceptedMs),
    firstResultMs: Math.round(firstResultMs),
    acceptedMs: Math.round(acceptedMs),
  };
}

export async function runBulkBench({ rounds }: { readonly rounds: number }) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'hutong-bench-'));
  const server = await startEmbedded({ dataDir: dataFolder, log: quiet });
  const children: Child[] = [];
  try {
    const parties = await startParties(dataFolder, children, BULK_ITEMS_MAX);
    const { hutong } = parties;
    const client = await createHutongClient({
      baseUrl: hutong.hello.address,
      privateKey: jwkSchema.parse(JSON.parse(parties.payerJwk)),
      switchKeys: [jwkSchema.parse(parties.switchJwk)],
      timeoutMs: 60_000,
    });
    const cpu = () => (cpuMicros(hutong.pid) ?? 0) + serverCpuMicros(server.pid);
    const calls: Call[] = [];
    const before = cpu();
    const wanted = async (count: number) => {
      for (const until = Date.now() + SETTLED_WITHIN_MS; Date.now() < until; ) {
        if ((await askPostgres(server.connection)).completed >= count) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error('payments that were accepted did not end');
    };
    for (let round = 1; round <= rounds; round += 1) {
      calls.push(await callOnce(client, round));
      await wanted(round * BULK_ITEMS_MAX);
    }
    const cpuMs = (cpu() - before) / 1_000;
    const told = await askPostgres(server.connection);
    await Promise.all([parties.direct.close(), parties.payer.close()]);
    const rates = calls.map((call) => call.acceptedPerSecond).sort((a, b) => a - b);
    return {
      bench: 'bulk',
      itemsPerCall: BULK_ITEMS_MAX,
      calls,
      acceptedPerSecond: rates[Math.floor(rates.length / 2)],
      cpuMsPerPayment: Number((cpuMs / (rounds * BULK_ITEMS_MAX)).toFixed(3)),
      paymentsCountedInPostgres: told.completed,
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
