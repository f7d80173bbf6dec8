// One data folder through the lives of its server: what is here happens in order, each test finds
// the folder as the one before left it.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, afterEach, expect, test } from 'vitest';
import {
  clearAway,
  clusterOf,
  holderScript,
  quiet,
  serversOn,
  startHolder,
  temporaryFolder,
  untilEnded,
} from '../../test/setup/embedded.ts';
import { type EmbeddedServer, startEmbedded } from './embedded.ts';
import { type DatabaseConnection, openClient } from './pool.ts';
import { stampOf } from './processes.ts';

const folder = temporaryFolder();
const dataDir = join(folder, 'data');
const started: EmbeddedServer[] = [];

async function start(): Promise<EmbeddedServer> {
  const server = await startEmbedded({ dataDir, log: quiet });
  started.push(server);
  return server;
}

afterEach(async () => {
  // A test that failed half-way must not hold the server for those after it.
  await Promise.all(started.splice(0).map((server) => server.stop()));
});
afterAll(() => clearAway(folder, dataDir));

async function ask<T extends pg.QueryResultRow>(
  connection: DatabaseConnection,
  text: string,
): Promise<T[]> {
  const client = await openClient({ connection, applicationName: 'test' });
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

async function writePaid(server: EmbeddedServer): Promise<void> {
  await ask(server.connection, 'create table if not exists paid (amount_minor int8)');
  await ask(server.connection, 'insert into paid values (100)');
}

async function paid(server: EmbeddedServer): Promise<bigint> {
  const rows = await ask<{ n: bigint }>(server.connection, 'select count(*) as n from paid');
  return rows[0]?.n ?? -1n;
}

const socketOf = (server: EmbeddedServer) => join(server.connection.host, '.s.PGSQL.5432');

test('a first start sweeps a half finished initdb and gives a durable, closed server', async () => {
  mkdirSync(join(dataDir, 'postgres', 'server', 'initdb-dead'), { recursive: true });
  writeFileSync(join(dataDir, 'postgres', 'server', 'initdb-dead', 'rubbish'), '');
  const server = await start();
  expect(server.adopted).toBe(false);
  const [settings] = await ask(
    server.connection,
    `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
       current_setting('full_page_writes') as pages, current_setting('data_checksums') as checksums,
       current_setting('listen_addresses') as tcp, current_setting('jit') as jit,
       current_setting('server_encoding') as encoding, current_setting('max_wal_size') as wal,
       datlocprovider::text || ' ' || datlocale as locale
     from pg_database where datname = current_database()`,
  );
  expect(settings).toEqual({
    fsync: 'on',
    commit: 'on',
    pages: 'on',
    checksums: 'on',
    tcp: '',
    jit: 'off',
    encoding: 'UTF8',
    wal: '2GB',
    locale: 'b C.UTF-8',
  });
  expect(readdirSync(join(dataDir, 'postgres', 'server')).sort()).toEqual(['cluster', 'lib']);
  await server.stop();
});

test('nobody enters without the password, and the password is nobody else’s to read', async () => {
  const server = await start();
  const wrong = { ...server.connection, password: 'guess' };
  await expect(ask(wrong, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  const modes = ['postgres', 'postgres/server', 'postgres/server/cluster', 'postgres/password'].map(
    (path) => (statSync(join(dataDir, path)).mode & 0o777).toString(8),
  );
  expect(modes).toEqual(['700', '700', '700', '600']);
  expect((statSync(server.connection.host).mode & 0o777).toString(8)).toBe('700');
  expect(readFileSync(join(clusterOf(dataDir), 'pg_hba.conf'), 'utf8')).not.toMatch(/^[^#]*trust/m);
  await server.stop();
});

test('the url says the same as the connection', async () => {
  const server = await start();
  const rows = await ask<{ db: string }>(
    { connectionString: server.url },
    'select current_database() as db',
  );
  expect(rows).toEqual([{ db: 'hutong' }]);
  await server.stop();
});

test('the terminal’s Ctrl-C does not reach the server: it has a session of its own', async () => {
  const server = await start();
  const sessionOf = (pid: number) =>
    readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ').slice(2, 4);
  expect(sessionOf(server.pid)).toEqual([String(server.pid), String(server.pid)]);
  await server.stop();
});

test('a second switch adopts the server, and the last to leave stops it', async () => {
  const first = await start();
  const second = await startHolder(dataDir);
  expect(second.report).toMatchObject({ pid: first.pid, adopted: true, url: first.url });
  await first.stop();
  expect(stampOf(first.pid)).toBeDefined();
  await second.end('stop');
  expect(stampOf(first.pid)).toBeUndefined();
  expect(existsSync(first.connection.host)).toBe(false);
});

test('three switches that start at once share one server', async () => {
  const [a, b, c] = await Promise.all([start(), startHolder(dataDir), startHolder(dataDir)]);
  expect([b.report, c.report]).toMatchObject([{ pid: a.pid }, { pid: a.pid }]);
  await Promise.all([a.stop(), b.end('stop'), c.end('stop')]);
  expect(serversOn(dataDir)).toBe(0);
});

test('starting and stopping against each other never leaves a switch without its server', async () => {
  const rounds = Array.from({ length: 4 }, async () => {
    for (let round = 0; round < 3; round += 1) {
      const server = await start();
      expect(await ask(server.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
      await server.stop();
    }
  });
  await Promise.all(rounds);
  expect(serversOn(dataDir)).toBe(0);
});

test('a switch that is killed leaves the server running, and the next start adopts it', async () => {
  const killed = await startHolder(dataDir);
  await killed.kill();
  const server = await start();
  expect(server).toMatchObject({ adopted: true });
  expect(killed.report).toMatchObject({ pid: server.pid });
  await server.stop();
  expect(serversOn(dataDir)).toBe(0);
});

test('a switch that exits without stopping takes the server with it', async () => {
  const holder = await startHolder(dataDir);
  await holder.end('exit');
  if ('pid' in holder.report) await untilEnded(holder.report.pid);
  expect(serversOn(dataDir)).toBe(0);
});

test('a switch that exits leaves the server to another that uses it', async () => {
  const server = await start();
  const other = await startHolder(dataDir);
  await other.end('exit');
  expect(await ask(server.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  await server.stop();
});

test('what was committed survives kill -9 of the server, which is up again on the same socket', async () => {
  const server = await start();
  await writePaid(server);
  const dead = server.pid;
  process.kill(dead, 'SIGKILL');
  await untilEnded(dead);
  for (let tries = 0; server.pid === dead && tries < 100; tries += 1) await pause(20);
  expect(server.pid).not.toBe(dead);
  expect(await paid(server)).toBe(1n);
  await server.stop();
  expect(serversOn(dataDir)).toBe(0);
});

test('after kill -9 of switch and server the next start recovers', async () => {
  const killed = await startHolder(dataDir);
  await killed.kill();
  if ('pid' in killed.report) process.kill(killed.report.pid, 'SIGKILL');
  const server = await start();
  expect(server.adopted).toBe(false);
  expect(await paid(server)).toBe(1n);
  await server.stop();
});

test('a switch that is killed during initdb leaves nothing that stops the next start', async () => {
  const young = join(folder, 'young');
  const server = join(young, 'postgres', 'server');
  const child = spawn(process.execPath, [holderScript, young], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const begun = () =>
    existsSync(server) && readdirSync(server).some((name) => name.startsWith('initdb'));
  while (!begun()) await pause(2);
  await pause(50);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const next = await startEmbedded({ dataDir: young, log: quiet });
  expect(next.adopted).toBe(false);
  expect(readdirSync(server).sort()).toEqual(['cluster', 'lib']);
  await next.stop();
});

test('a stale pid file that names somebody else’s process neither stops a start nor that process', async () => {
  const stranger = spawn('sleep', ['60'], { cwd: clusterOf(dataDir), stdio: 'ignore' });
  const pidFile = [
    String(stranger.pid),
    clusterOf(dataDir),
    '1',
    '5432',
    '/tmp/gone',
    '',
    '',
    'ready',
  ];
  writeFileSync(join(clusterOf(dataDir), 'postmaster.pid'), `${pidFile.join('\n')}\n`);
  const server = await start();
  expect(server.adopted).toBe(false);
  expect(await paid(server)).toBe(1n);
  await server.stop();
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  stranger.kill();
  await once(stranger, 'exit');
});

test('a server whose socket was cleaned away is replaced by one that can be reached', async () => {
  const killed = await startHolder(dataDir);
  await killed.kill();
  if (!('url' in killed.report)) throw new Error(killed.report.message);
  const host = new URL(killed.report.url.replace('@/', '@socket.invalid/')).searchParams.get(
    'host',
  );
  rmSync(host ?? '', { recursive: true });
  const server = await start();
  expect(server.adopted).toBe(false);
  expect(await paid(server)).toBe(1n);
  await server.stop();
});

test('a socket folder that others may enter is not used', async () => {
  const before = await start();
  const name = before.connection.host;
  await before.stop();
  mkdirSync(name);
  execFileSync('chmod', ['777', name]);
  const server = await start();
  expect(server.connection.host).not.toBe(name);
  expect((statSync(server.connection.host).mode & 0o777).toString(8)).toBe('700');
  await server.stop();
  expect(existsSync(name)).toBe(true);
  rmSync(name, { recursive: true });
});

test('a cluster of another major version is refused, with what to do', async () => {
  const file = join(clusterOf(dataDir), 'PG_VERSION');
  const version = readFileSync(file, 'utf8');
  writeFileSync(file, '17\n');
  await expect(start()).rejects.toMatchObject({ code: 'folder_unusable' });
  writeFileSync(file, version);
  const server = await start();
  expect(existsSync(socketOf(server))).toBe(true);
  await server.stop();
});
