// `bench ledger`: two-phase payments with all of the product's tables, durable, through the
// journal, against the same rows written one transaction per step with row locks (naive.ts).
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJournal } from '../../src/journal/journal.ts';
import { createPostgresStore } from '../../src/journal/store.postgres.ts';
import { createVault } from '../../src/journal/vault.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { createPaymentMachine } from '../../src/payments/payment.engine.ts';
import { createPaymentReader } from '../../src/payments/payment.load.ts';
import {
  cpuMicros,
  loadMigrations,
  migrate,
  openClient,
  serverProcesses,
  startEmbedded,
} from '../../src/postgres/index.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createIds } from '../../src/runtime/ids.ts';
import { createCryptoRandom } from '../../src/runtime/random.ts';
import { createSetup, createWork, MESSAGE_BYTES } from './book.ts';
import { type NaiveForm, naiveRate } from './naive.ts';

const NAIVE_CONNECTIONS = [1, 16, 64] as const;

export interface LedgerBenchOptions {
  readonly accounts: number;
  readonly inFlight: number;
  readonly durationMs: number;
  /** How long each form of the naive writer runs; 0 leaves it out. */
  readonly naiveMs: number;
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function setting(connection: Parameters<typeof openClient>[0]['connection'], name: string) {
  const client = await openClient({ connection, applicationName: 'hutong-bench' });
  const result = await client.query<Record<string, string>>(`show ${name}`);
  await client.end();
  return Object.values(result.rows[0] ?? {})[0] ?? 'unknown';
}

async function count(connection: Parameters<typeof openClient>[0]['connection'], text: string) {
  const client = await openClient({ connection, applicationName: 'hutong-bench' });
  const result = await client.query<{ n: bigint }>(text);
  await client.end();
  return Number(result.rows[0]?.n ?? 0);
}

function postgresMicros(postmaster: number): number {
  return serverProcesses(postmaster).reduce((sum, pid) => sum + (cpuMicros(pid) ?? 0), 0);
}

type Work = ReturnType<typeof createWork>;

async function payOnce(
  journal: ReturnType<typeof createJournal>,
  machine: ReturnType<typeof createPaymentMachine>,
  work: Work,
): Promise<void> {
  const { prepare, settle, key, subjects } = work.next();
  const begun = await journal.submit(machine, prepare, { key, subjects });
  const ended = await journal.submit(machine, settle, { subjects });
  const isDone =
    begun.kind === 'applied' &&
    ended.kind === 'applied' &&
    ended.result.ok &&
    'payment' in ended.result &&
    ended.result.payment.state === 'completed';
  if (!isDone) throw new Error('a payment of the benchmark was not completed');
}

async function repeat(work: () => Promise<void>, inFlight: number, durationMs: number) {
  let done = 0;
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (performance.now() - startedMs < durationMs) {
        await work();
        done += 1;
      }
    }),
  );
  return { done, seconds: (performance.now() - startedMs) / 1000 };
}

/** The journal has stopped: a head that no longer moves, and the tables to itself. */
async function measureNaive(
  connection: Parameters<typeof openClient>[0]['connection'],
  work: Work,
  durationMs: number,
) {
  const client = await openClient({ connection, applicationName: 'hutong-bench' });
  await client.query(`create sequence naive_seq start 1000000000`);
  await client.end();
  const naive: Record<NaiveForm, Record<string, number>> = { transaction: {}, statement: {} };
  for (const form of ['transaction', 'statement'] as const) {
    if (durationMs === 0) break;
    for (const connections of NAIVE_CONNECTIONS) {
      const perSecond = await naiveRate(connection, work, form, connections, durationMs);
      naive[form][connections] = Math.round(perSecond);
    }
  }
  return naive;
}

/** Leads, and has the accounts open. */
async function startJournal(
  connection: Parameters<typeof openClient>[0]['connection'],
  work: Work,
) {
  const vault = createVault({ kek: randomBytes(32), randomBytes });
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const journal = createJournal({
    store: createPostgresStore({ connection }),
    ledger: createLedger(),
    vault,
    clock: systemClock,
    randomBytes,
    holder: 'bench',
    isHolderDead: () => true,
    sleep,
    log: quiet,
  });
  const machine = createPaymentMachine({
    stored: createPaymentReader({ unseal: journal.unseal, subjectsOf: vault.subjectsOf }),
    isActive: () => true,
    can: () => true,
    encode: () => Buffer.alloc(MESSAGE_BYTES, 120),
    useQuote: () => null,
    loadQuotes: () => Promise.resolve(),
    policy: { judge: () => 'allow', began: () => undefined, ended: () => undefined },
  });
  const setup = createSetup(work);
  journal.register([setup, machine]);
  journal.start();
  while (journal.role() !== 'leading') await sleep(5);
  await journal.submit(setup, { type: 'open' });
  return { journal, machine };
}

export async function runLedgerBench(options: LedgerBenchOptions) {
  const dataDir = mkdtempSync(join(tmpdir(), 'hutong-bench-'));
  const server = await startEmbedded({ dataDir, log: quiet });
  try {
    const { connection } = server;
    await migrate({ connection, migrations: loadMigrations(), log: quiet });
    const ids = createIds({ clock: systemClock, random: createCryptoRandom() });
    const work = createWork(options.accounts, ids);
    const { journal, machine } = await startJournal(connection, work);

    const pay = () => payOnce(journal, machine, work);
    const run = (durationMs: number) => repeat(pay, options.inFlight, durationMs);
    await run(Math.min(1_000, options.durationMs)); // plans and JIT
    const before = { node: process.cpuUsage(), postgres: postgresMicros(server.pid) };
    const { done, seconds } = await run(options.durationMs);
    const node = process.cpuUsage(before.node);
    const postgres = postgresMicros(server.pid) - before.postgres;
    const counted = await count(
      connection,
      `select count(*) as n from payments where state = 'completed'`,
    );
    await journal.stop();

    const naive = await measureNaive(connection, work, options.naiveMs);
    const best = Math.max(...Object.values(naive.transaction));
    const bestStatement = Math.max(...Object.values(naive.statement));
    const nodeMicros = (node.user + node.system) / done;
    const rate = Math.round(done / seconds);
    return {
      bench: 'ledger',
      accounts: options.accounts,
      inFlight: options.inFlight,
      twoPhasePaymentsPerSecond: rate,
      naivePaymentsPerSecond: best,
      naiveSingleStatementPerSecond: bestStatement,
      naiveByConnections: naive,
      timesNaive: Number((rate / best).toFixed(2)),
      timesNaiveSingleStatement: Number((rate / bestStatement).toFixed(2)),
      cpuMicrosPerPayment: Math.round(nodeMicros + postgres / done),
      nodeMicrosPerPayment: Math.round(nodeMicros),
      postgresMicrosPerPayment: Math.round(postgres / done),
      paymentsCountedInPostgres: counted,
      fsync: await setting(connection, 'fsync'),
      synchronousCommit: await setting(connection, 'synchronous_commit'),
    };
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
