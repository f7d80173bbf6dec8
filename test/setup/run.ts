// vitest's globalSetup: a folder for the run, where the first test that wants a database starts the
// server (database.ts), and the end of both. A run of pure tests pays for one empty folder.
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { stopEmbedded } from '../../src/postgres/embedded.ts';
import { openClient } from '../../src/postgres/pool.ts';
import { isRunning, stampOf } from '../../src/postgres/processes.ts';
import { required } from '../../src/runtime/index.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    testRun: TestRun;
  }
}

export interface TestRun {
  readonly folder: string;
  /** In the names of the run's databases. */
  readonly name: string;
  /** The process that ends it. */
  readonly pid: number;
}

export const quiet = { info: () => {}, warn: () => {} };
const PREFIX = 'hutong-test.';

let end: (() => Promise<void>) | undefined;

export async function setup(project: TestProject): Promise<void> {
  const temporary = realpathSync(tmpdir());
  await sweep(temporary);
  const { pid, start } = required(stampOf(process.pid), 'this process');
  const folder = mkdtempSync(join(temporary, `${PREFIX}${pid}.${start}.`));
  const name = folder.slice(-6).toLowerCase();
  project.provide('testRun', { folder, name, pid });
  end = async () => {
    await dropExternal(name);
    await endRun(folder);
  };
}

export async function teardown(): Promise<void> {
  await end?.();
}

/** Runs that were killed have left their server behind. */
async function sweep(temporary: string): Promise<void> {
  for (const name of readdirSync(temporary)) {
    const [pid, start] = name.slice(PREFIX.length).split('.');
    if (!name.startsWith(PREFIX) || pid === undefined || start === undefined) continue;
    if (!isRunning({ pid: Number(pid), start })) await endRun(join(temporary, name));
  }
}

async function endRun(folder: string): Promise<void> {
  await stopEmbedded({ dataDir: join(folder, 'data'), log: quiet });
  rmSync(folder, { recursive: true, force: true });
}

/** On a server of somebody's own nothing may stay behind; the embedded one goes with its folder. */
async function dropExternal(run: string): Promise<void> {
  const url = process.env['DATABASE_URL'];
  if (url === undefined || url === '') return;
  const connection = { connectionString: url };
  const client = await openClient({ connection, applicationName: 'hutong-test-end' });
  try {
    const found = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [`hutong_test_${run}_`],
    );
    for (const { datname } of found.rows) {
      await client.query(
        `drop database if exists ${client.escapeIdentifier(datname)} with (force)`,
      );
    }
  } finally {
    await client.end();
  }
}
