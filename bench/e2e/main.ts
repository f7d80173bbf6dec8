// `bench e2e`: signed payments through a running switch, against a bare proxy in the same run. CPU
// is that of the switch's and PostgreSQL's processes, from /proc; the payers' and payees' is not
// theirs.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { cpuMicros, openClient, serverCpuMicros, startEmbedded } from '../../src/postgres/index.ts';
import { required } from '../../src/runtime/index.ts';
import {
  generateSigningKey,
  parsePublicJwk,
  signingKey,
  verifyingKey,
} from '../../src/signatures/index.ts';
import { createPayer, type Payer } from './payer.ts';
import { ALIASES, type BenchSetup, type ProxySetup } from './setup.ts';

/** The first line of a child: where it serves, and the switch's own key. */
const helloSchema = z.object({
  address: z.string(),
  jwk: z.unknown().optional(),
});

export interface E2eBenchOptions {
  readonly inFlight: number;
  readonly durationMs: number;
}

const quiet = { info: () => undefined, warn: () => undefined };

interface Child {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly hello: z.infer<typeof helloSchema>;
}

async function run(file: string, argument: string): Promise<Child> {
  const path = join(import.meta.dirname, file);
  const child = spawn(process.execPath, [path, argument], { stdio: ['ignore', 'pipe', 'inherit'] });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (text.includes('\n')) resolve(text);
  });
  child.once('exit', (code) => reject(new Error(`${file} ended with ${String(code)}`)));
  try {
    const hello = helloSchema.parse(JSON.parse(await promise));
    return { process: child, pid: child.pid ?? 0, hello };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

async function end(child: Child): Promise<void> {
  if (child.process.exitCode !== null) return;
  const gone = new Promise((resolve) => child.process.once('exit', resolve));
  child.process.kill('SIGTERM');
  const timer = setTimeout(() => child.process.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(timer);
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

/** What PostgreSQL itself says was done, and how durably. */
async function askPostgres(connection: Parameters<typeof openClient>[0]['connection']) {
  const client = await openClient({ connection, applicationName: 'hutong-bench' });
  const counted = await client.query<{ n: bigint }>(
    `select count(*) as n from payments where state = 'completed'`,
  );
  const fsync = await client.query<{ fsync: string }>('show fsync');
  const commit = await client.query<{ synchronous_commit: string }>('show synchronous_commit');
  await client.end();
  return {
    completed: Number(counted.rows[0]?.n ?? 0),
    fsync: fsync.rows[0]?.fsync,
    synchronousCommit: commit.rows[0]?.synchronous_commit,
  };
}

/**
 * The payees' wallet, the proxy and the switch, each a process; pushed to `children` as they start.
 */
async function startParties(dataFolder: string, children: Child[]) {
  const keys = {
    payer: generateSigningKey(),
    payee: generateSigningKey(),
    proxy: generateSigningKey(),
  };
  const payee = await run('payee.process.ts', keys.payee.privateJwk);
  children.push(payee);
  const endpoint = payee.hello.address;
  const proxySetup: ProxySetup = {
    payee: endpoint,
    payerJwk: keys.payer.publicJwk,
    payeeJwk: keys.payee.publicJwk,
    privateJwk: keys.proxy.privateJwk,
  };
  const proxy = await run('proxy.process.ts', JSON.stringify(proxySetup));
  children.push(proxy);
  const setup: BenchSetup = {
    dataFolder,
    participants: [
      { id: 'payer-wallet', endpoint, jwk: keys.payer.publicJwk },
      { id: 'payee-wallet', endpoint, jwk: keys.payee.publicJwk },
    ],
  };
  const hutong = await run('switch.process.ts', JSON.stringify(setup));
  children.push(hutong);
  const payerKey = signingKey(keys.payer.privateJwk);
  const proxyKey = verifyingKey(keys.proxy.publicJwk);
  const switchKey = verifyingKey(required(parsePublicJwk(hutong.hello.jwk), 'key of the switch'));
  return {
    proxy,
    hutong,
    direct: createPayer(proxy.hello.address, payerKey, proxyKey),
    payer: createPayer(hutong.hello.address, payerKey, switchKey),
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

function residentKb(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
