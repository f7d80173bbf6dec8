// As whom PostgreSQL's programs run. PostgreSQL refuses root; a newcomer's checkout can be in
// root's own 0700 folder. So as root, first what works is taken:
//   namespace   a user namespace where root appears as nobody: files stay root's, nothing is copied
//   user        another uid; the server folder is given to it and, as no folder above it can be
//               entered, handed over as an open descriptor (/proc/self/fd/3)
//   copy        the same with the programs copied, where that uid can't read the package
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseFault } from './fault.ts';
import { type Layout, type Owner, openRuntimeFolder } from './layout.ts';
import type { Binaries } from './platform.ts';

export type RunnerKind = 'self' | 'namespace' | 'user' | 'copy';

export interface Runner {
  readonly kind: RunnerKind;
  /** To whom the server's files must belong. */
  readonly owner: Owner;
  /** The server folder as the server's processes reach it. */
  readonly serverPath: string;
  /** The server's process is the one returned: same pid, no shell between. */
  run(program: 'initdb' | 'postgres', args: readonly string[], options: RunOptions): ChildProcess;
}

export interface RunOptions {
  /** Descriptors for its two outputs, or pipes when absent. */
  readonly output?: number;
  /** Outlives us, and doesn't hear the terminal's Ctrl-C. */
  readonly detached?: boolean;
}

export interface RunnerDeps {
  readonly binaries: Binaries;
  readonly layout: Layout;
  /** Whose rights we have; the process's own unless a test says otherwise. */
  readonly kinds?: readonly RunnerKind[];
}

/** The descriptor that carries the server folder to another user's process. */
const FOLDER_DESCRIPTOR = 3;

/** @throws DatabaseFault `binaries_unusable`, `folder_unusable` */
export async function chooseRunner(deps: RunnerDeps): Promise<Runner> {
  const { binaries, layout } = deps;
  const failures: string[] = [];
  for (const kind of deps.kinds ?? kindsFor(layout)) {
    const runner = prepare(kind, deps);
    const failure = await probe(runner);
    if (failure === undefined) return runner;
    failures.push(`${kind}: ${failure}`);
  }
  throw new DatabaseFault(
    'binaries_unusable',
    `PostgreSQL's programs in ${binaries.native} do not run here (${failures.join('; ')})`,
    'run as an ordinary user, or set DATABASE_URL to a PostgreSQL 18 of your own',
  );
}

function kindsFor(layout: Layout): RunnerKind[] {
  const me = process.getuid?.();
  const { uid } = lstatSync(layout.server);
  if (me === 0) return uid === 0 ? ['namespace', 'user', 'copy'] : ['user', 'copy'];
  if (uid !== me) {
    throw new DatabaseFault(
      'folder_unusable',
      `${layout.server} belongs to user ${uid}, and this is user ${me ?? 'unknown'}`,
      'start as that user, or choose another data folder',
    );
  }
  return ['self'];
}

function prepare(kind: RunnerKind, { binaries, layout }: RunnerDeps): Runner {
  const me = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  if (kind === 'self') return atHome(kind, me, [], { binaries, layout });
  const other = otherUser(layout);
  if (kind === 'namespace') {
    const map = [`--map-user=${other.uid}`, `--map-group=${other.gid}`];
    return atHome(kind, me, ['unshare', '--user', ...map, '--'], { binaries, layout });
  }
  giveFolder(layout.server, other);
  const native = kind === 'copy' ? copyPrograms(binaries, layout, other) : binaries.native;
  linkLibraries(binaries, join(layout.server, 'lib'), other);
  const serverPath = `/proc/self/fd/${FOLDER_DESCRIPTOR}`;
  const environment = environmentFor(join(serverPath, 'lib'), native);
  return {
    kind,
    owner: other,
    serverPath,
    run(program, args, options) {
      const descriptor = openSync(layout.server, 'r');
      try {
        const settings = { ...settingsFor(options, environment, descriptor), ...other };
        return spawn(join(native, 'bin', program), [...args], settings);
      } finally {
        closeSync(descriptor);
      }
    },
  };
}

/** Everything where it is, possibly behind a wrapper that keeps the pid. */
function atHome(
  kind: RunnerKind,
  owner: Owner,
  wrapper: readonly string[],
  { binaries, layout }: RunnerDeps,
): Runner {
  const { native } = binaries;
  const links = join(layout.server, 'lib');
  linkLibraries(binaries, links, owner);
  const environment = environmentFor(links, native);
  return {
    kind,
    owner,
    serverPath: layout.server,
    run(program, args, options) {
      const [file = '', ...rest] = [...wrapper, join(native, 'bin', program), ...args];
      return spawn(file, rest, settingsFor(options, environment));
    },
  };
}

function settingsFor(
  { output, detached = false }: RunOptions,
  env: NodeJS.ProcessEnv,
  descriptor?: number,
): SpawnOptions {
  const out = output ?? 'pipe';
  const folder = descriptor === undefined ? [] : [descriptor];
  return { detached, env, cwd: '/', stdio: ['ignore', out, out, ...folder] };
}

/** Nothing of ours: no DATABASE_URL, no keys, no PG* variables. */
function environmentFor(links: string, native: string): NodeJS.ProcessEnv {
  const libraries = `${links}:${join(native, 'lib')}`;
  const name = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC',
    [name]: libraries,
  };
}

/** npm packages carry no symbolic links, and the package's own script doesn't run everywhere. */
function linkLibraries(binaries: Binaries, folder: string, owner: Owner): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const { link, library } of binaries.links) {
    const path = join(folder, link);
    const target = join(binaries.native, 'lib', library);
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
      if (readlinkSync(path) === target) continue;
      rmSync(path);
    }
    symlinkSync(target, path);
  }
  giveFolder(folder, owner);
}

/** 60 MB, once per start of a server in a reachable folder; goes with the socket when it ends. */
function copyPrograms(binaries: Binaries, layout: Layout, owner: Owner): string {
  const runtime = openRuntimeFolder(layout, owner);
  const folder = join(runtime, 'native');
  if (existsSync(folder)) return folder;
  const partial = join(runtime, `native.${process.pid}`);
  rmSync(partial, { recursive: true, force: true });
  cpSync(binaries.native, partial, { recursive: true, verbatimSymlinks: true });
  for (const { link, library } of binaries.links) {
    const path = join(partial, 'lib', link);
    rmSync(path, { force: true });
    symlinkSync(library, path);
  }
  giveFolder(partial, owner);
  renameSync(partial, folder);
  return folder;
}

/** The owner of a folder given away before, else nobody: initdb wants a user with a name. */
function otherUser(layout: Layout): Owner {
  const { uid, gid } = lstatSync(layout.server);
  if (uid !== 0) return { uid, gid };
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name, , id, group]) => ({ name, uid: Number(id), gid: Number(group) }))
    .filter((user) => user.uid > 0 && user.gid > 0);
  const chosen = users.find(({ name }) => name === 'nobody') ?? users[0];
  return { uid: chosen?.uid ?? 65_534, gid: chosen?.gid ?? 65_534 };
}

/** The folder itself last: where it has its owner, all below it has. Links are not followed. */
function giveFolder(folder: string, owner: Owner): void {
  if (lstatSync(folder).uid === owner.uid) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) giveFolder(path, owner);
    else lchownSync(path, owner.uid, owner.gid);
  }
  lchownSync(folder, owner.uid, owner.gid);
}

/** Why it doesn't work, or undefined: the programs load, and the server folder can be entered. */
async function probe(runner: Runner): Promise<string | undefined> {
  // -C reads the folder's configuration; in a folder without one it says so, with this very text.
  const child = runner.run('postgres', ['-C', 'port', '-D', runner.serverPath], {});
  const said = await outputOf(child);
  return said.text.includes('could not access the server configuration file') &&
    said.text.includes('No such file')
    ? undefined
    : said.text.slice(-300) || `exit code ${said.code ?? 'none'}`;
}

/** Both outputs of a program that ends by itself. */
export async function outputOf(
  child: ChildProcess,
): Promise<{ code: number | null; text: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: number | null; text: string }>();
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  child.once('error', (error) => resolve({ code: null, text: error.message }));
  child.once('close', (code) => resolve({ code, text: text.trim() }));
  return promise;
}
