// As whom the server runs, and where the newcomer's checkout may be: root's own folders, paths
// longer than a socket's name may be, no root at all. What this machine can't show is skipped by
// name.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  clearAway,
  quiet,
  serversOn,
  startHolder,
  temporaryFolder,
} from '../../test/setup/embedded.ts';
import { startEmbedded } from './embedded.ts';
import { layOut, removeRuntimeFolder } from './layout.ts';
import { type Binaries, findBinaries } from './platform.ts';
import { openClient } from './pool.ts';
import { chooseRunner, type RunnerKind } from './runner.ts';

const NOBODY = 65_534;
const root = process.getuid?.() === 0;
const folder = temporaryFolder(); // 0700, as root's home is
const dataDirs: string[] = [];

function newDataDir(...parts: string[]): string {
  const dataDir = join(folder, ...parts);
  dataDirs.push(dataDir);
  return dataDir;
}

afterAll(() => clearAway(folder, ...dataDirs));

const asNobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
/** A checkout below root's own folder is not. */
const readable =
  root &&
  spawnSync('setpriv', [...asNobody.slice(1), 'test', '-r', import.meta.filename]).status === 0;
const nameSpaces =
  root && spawnSync('unshare', ['--user', '--map-user=65534', 'true']).status === 0;
const kinds: { kind: RunnerKind; possible: boolean; owner: number }[] = [
  { kind: 'namespace', possible: nameSpaces, owner: 0 },
  { kind: 'user', possible: readable, owner: NOBODY },
  { kind: 'copy', possible: root, owner: NOBODY },
];

for (const { kind, possible, owner } of kinds) {
  test.skipIf(!possible)(`root runs it by "${kind}" deep below a 0700 folder`, async () => {
    // longer than the 107 bytes of a socket's path
    const dataDir = newDataDir(`closed-${kind}`.padEnd(120, '-'), 'data');
    for (const adopted of [false, true, false]) {
      const before = adopted ? await startHolder(dataDir) : undefined;
      const server = await startEmbedded({ dataDir, log: quiet, runAs: [kind] });
      expect(server.adopted).toBe(adopted);
      expect(statSync(join(dataDir, 'postgres', 'server', 'cluster')).uid).toBe(owner);
      expect(statSync(join(dataDir, 'postgres', 'password')).uid).toBe(0);
      const status = readFileSync(`/proc/${server.pid}/status`, 'latin1');
      // effective user id as this process sees it: a namespace's nobody is root out here
      expect(/^Uid:\t\d+\t(\d+)/m.exec(status)?.[1]).toBe(String(owner));
      const socket = join(server.connection.host, '.s.PGSQL.5432');
      expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(107);
      const client = await openClient({ connection: server.connection, applicationName: 'test' });
      expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
      await client.end();
      await server.stop();
      await before?.end('stop');
      expect(serversOn(dataDir)).toBe(0);
      expect(existsSync(server.connection.host)).toBe(false);
    }
  });
}

// npm packages carry no symbolic links, and npm may have run no script that makes them.
function closedCheckoutWithoutLinks(): Binaries {
  const real = findBinaries();
  const native = join(folder, 'checkout', 'native');
  mkdirSync(join(folder, 'checkout'), { mode: 0o700 });
  cpSync(real.native, native, { recursive: true });
  for (const { link } of real.links) rmSync(join(native, 'lib', link), { force: true });
  return { ...real, native };
}

test('the programs run from a package without links, copied where they cannot be read', async () => {
  const binaries = closedCheckoutWithoutLinks();
  const layout = layOut(newDataDir('unlinked', 'data'));
  const inPlace: RunnerKind[] = nameSpaces ? ['namespace'] : root ? [] : ['self'];
  for (const kind of inPlace) {
    expect(await chooseRunner({ binaries, layout, kinds: [kind] })).toMatchObject({ kind });
  }
  if (!root) return;
  const runner = await chooseRunner({ binaries, layout, kinds: ['user', 'copy'] });
  expect(runner.kind).toBe('copy');
  removeRuntimeFolder(join(tmpdir(), layout.runtimeName), layout);
});

test('when nothing works the fault says what was tried', async () => {
  const layout = layOut(newDataDir('nothing', 'data'));
  const binaries = { ...findBinaries(), native: join(folder, 'absent') };
  const kinds: RunnerKind[] = root ? ['namespace', 'user'] : ['self'];
  const choice = chooseRunner({ binaries, layout, kinds });
  await expect(choice).rejects.toHaveProperty('code', 'binaries_unusable');
  await expect(choice).rejects.toThrow(root ? /namespace: .*; user: / : /self: /s);
});

test.skipIf(!readable)('an ordinary user starts it without further ado', async () => {
  chmodSync(folder, 0o711);
  const home = join(folder, 'home');
  mkdirSync(home, { mode: 0o700 });
  chownSync(home, NOBODY, NOBODY);
  const dataDir = newDataDir('home', 'data');
  const holder = await startHolder(dataDir, asNobody);
  expect(holder.report).toMatchObject({ adopted: false });
  expect(statSync(join(dataDir, 'postgres', 'password')).uid).toBe(NOBODY);
  await holder.end('stop');
  expect(serversOn(dataDir)).toBe(0);
});

test.skipIf(!readable)('another user’s data folder is refused, not broken', async () => {
  const dataDir = dataDirs[0] ?? '';
  const server = await startEmbedded({ dataDir, log: quiet });
  const holder = await startHolder(dataDir, asNobody);
  expect(holder.report).toMatchObject({ code: 'folder_unusable' });
  expect(serversOn(dataDir)).toBeGreaterThan(0);
  await server.stop();
});
