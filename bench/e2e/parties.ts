// What benchmarks over HTTP share: the processes of the load, and what PostgreSQL says of it.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { openClient } from '../../src/postgres/index.ts';
import { required } from '../../src/runtime/index.ts';
import {
  generateSigningKey,
  parsePublicJwk,
  signingKey,
  verifyingKey,
} from '../../src/signatures/index.ts';
import { createPayer } from './payer.ts';
import { ALIASES, type BenchSetup, type ProxySetup } from './setup.ts';

/** The first line of a child: where it serves, and the switch's own key. */
const helloSchema = z.object({
  address: z.string(),
  jwk: z.unknown().optional(),
});

export const quiet = { info: () => undefined, warn: () => undefined };

export interface Child {
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

export async function end(child: Child): Promise<void> {
  if (child.process.exitCode !== null) return;
  const gone = new Promise((resolve) => child.process.once('exit', resolve));
  child.process.kill('SIGTERM');
  const timer = setTimeout(() => child.process.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(timer);
}

/** What PostgreSQL itself says was done, and how durably. */
export async function askPostgres(connection: Parameters<typeof openClient>[0]['connection']) {
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
export async function startParties(dataFolder: string, children: Child[], aliases = ALIASES) {
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
    aliases,
    participants: [
      { id: 'payer-wallet', endpoint, jwk: keys.payer.publicJwk },
      { id: 'payee-wallet', endpoint, jwk: keys.payee.publicJwk },
    ],
  };
  const hutong = await run('switch.process.ts', JSON.stringify(setup));
  children.push(hutong);
  const payerKey = signingKey(keys.payer.privateJwk);
  const proxyKey = verifyingKey(keys.proxy.publicJwk);
  const switchJwk = required(parsePublicJwk(hutong.hello.jwk), 'key of the switch');
  const switchKey = verifyingKey(switchJwk);
  return {
    switchJwk,
    payerJwk: keys.payer.privateJwk,
    proxy,
    hutong,
    direct: createPayer(proxy.hello.address, payerKey, proxyKey),
    payer: createPayer(hutong.hello.address, payerKey, switchKey),
  };
}

export function residentKb(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
