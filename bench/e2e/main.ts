// `bench e2e`: signed payments through a running switch, against a bare proxy in the same run. CPU
// is that of the switch's and PostgreSQL's processes, from /proc; the payers' and payees' is not
// theirs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuMicros, serverCpuMicros, startEmbedded } from '../../src/postgres/index.ts';
import { askPostgres, type Child, end, quiet, residentKb, startParties } from './parties.ts';
import type { Payer } from './payer.ts';
import { ALIASES } from './setup.ts';

export interface E2eBenchOptions {
  readonly inFlight: number;
  readonly durationMs: number;
}

function percentiles(latencies: number[]) {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number) =>
    Number(
      (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2),
    );
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** Microseconds used so far. */
interface Cpu {
  readonly node: number;
  readonly postgres: number;
}

interface Measured {
  readonly nodeCpuMs: number;
  readonly postgresCpuMs: number;
  readonly done: number;
  readonly paymentsPerSecond: number;
  readonly latencyMs: ReturnType<typeof percentiles>;
  readonly cpuMsPerPayment: number;
}

async function measure(
  pay: (n: number) => Promise<void>,
  cpu: () => Cpu,
  { inFlight, durationMs }: E2eBenchOptions,
): Promise<Measured> {
  const load = async (forMs: number) => {
    const latencies: number[] = [];
    const startedMs = performance.now();
    await Promise.all(
      Array.from({ length: inFlight }, async (_, lane) => {
        for (let i = 0; performance.now() - startedMs < forMs; i += 1) {
          const beganMs = performance.now();
          await pay(lane * 1_000_003 + i);
          latencies.push(performance.now() - beganMs);
        }
      }),
    );
    return { latencies, seconds: (performance.now() - startedMs) / 1000 };
  };
  await load(Math.min(1_500, durationMs));
  const before = cpu();
  const { latencies, seconds } = await load(durationMs);
  const after = cpu();
  const perPayment = (micros: number) => Number((micros / latencies.length / 1_000).toFixed(3));
  const node = after.node - before.node;
  const postgres = after.postgres - before.postgres;
  return {
    done: latencies.length,
    paymentsPerSecond: Math.round(latencies.length / seconds),
    latencyMs: percentiles(latencies),
    cpuMsPerPayment: perPayment(node + postgres),
    nodeCpuMs: perPayment(node),
    postgresCpuMs: perPayment(postgres),
  };
}

const amount = (n: number) => ({ amount: `${1 + (n % 99)}.50`, currency: 'CNY' });

function oneCall(payer: Payer, payee: string) {
  return async (n: number) => {
    const answer = await payer.call('/v1/payments', {
      payer: { account: `u-${n % ALIASES}`, name: 'Wang Wei' },
      payee: { alias: `wallet:user${n % ALIASES}@${payee}` },
      amount: amount(n),
    });
    if (answer.json['state'] !== 'completed' && answer.json['outcome'] !== 'completed') {
      throw new Error(`not completed: ${JSON.stringify(answer.json)}`);
    }
  };
}

function threePhase(payer: Payer, payee: string) {
  return async (n: number) => {
    const alias = `wallet:user${n % ALIASES}@${payee}`;
    await payer.call('/v1/lookups', { alias });
    const quote = await payer.call('/v1/quotes', { payee: { alias }, amount: amount(n) });
    const answer = await payer.call('/v1/payments', {
      payer: { account: `u-${n % ALIASES}`, name: 'Wang Wei' },
      // the proxy has no quotes: it forwards what it is given
      ...(typeof quote.json['id'] === 'string'
        ? { quoteId: quote.json['id'] }
        : { payee: { alias }, amount: amount(n) }),
    });
    if (answer.json['state'] !== 'completed' && answer.json['outcome'] !== 'completed') {
      throw new Error(`not completed: ${JSON.stringify(answer.json)}`);
    }
  };
}

function report(m: Measured, of: Measured) {
  const more = (a: number, b: number) => Number((a - b).toFixed(2));
  return {
    paymentsPerSecond: m.paymentsPerSecond,
    latencyMs: m.latencyMs,
    addedLatencyMs: {
      p50: more(m.latencyMs.p50, of.latencyMs.p50),
      p95: more(m.latencyMs.p95, of.latencyMs.p95),
      p99: more(m.latencyMs.p99, of.latencyMs.p99),
    },
    cpuMsPerPayment: m.cpuMsPerPayment,
    nodeCpuMs: m.nodeCpuMs,
    postgresCpuMs: m.postgresCpuMs,
    timesProxy: Number((m.cpuMsPerPayment / of.cpuMsPerPayment).toFixed(2)),
  };
}

export async function runE2eBench(options: E2eBenchOptions) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'hutong-bench-'));
  const server = await startEmbedded({ dataDir: dataFolder, log: quiet });
  const children: Child[] = [];
  try {
    const parties = await startParties(dataFolder, children);
    const { direct, payer, proxy, hutong } = parties;
    const proxyCpu = () => ({ node: cpuMicros(proxy.pid) ?? 0, postgres: 0 });
    const switchCpu = () => ({
      node: cpuMicros(hutong.pid) ?? 0,
      postgres: serverCpuMicros(server.pid),
    });

    const proxied = await measure(oneCall(direct, 'payee-wallet'), proxyCpu, options);
    const one = await measure(oneCall(payer, 'payee-wallet'), switchCpu, options);
    const proxiedThree = await measure(threePhase(direct, 'payee-wallet'), proxyCpu, options);
    const three = await measure(threePhase(payer, 'payee-wallet'), switchCpu, options);
    const told = await askPostgres(server.connection);
    const verified = payer.verified();
    await Promise.all([direct.close(), payer.close()]);
    return {
      bench: 'e2e',
      inFlight: options.inFlight,
      oneCall: report(one, proxied),
      threePhase: report(three, proxiedThree),
      proxyCpuMsPerPayment: proxied.cpuMsPerPayment,
      proxyPaymentsPerSecond: proxied.paymentsPerSecond,
      proxyThreeCallsCpuMs: proxiedThree.cpuMsPerPayment,
      paymentsAnswered: one.done + three.done,
      paymentsCountedInPostgres: told.completed,
      signaturesVerified: verified,
      residentMb: Math.round(residentKb(hutong.pid) / 1024),
      fsync: told.fsync,
      synchronousCommit: told.synchronousCommit,
    };
  } finally {
    for (const child of children.reverse()) await end(child);
    await server.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}
