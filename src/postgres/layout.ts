// Where the embedded server keeps its things: under the data folder what must last, under the
// system's temporary folder the socket, whose path may have 107 bytes at most (unix(7)).
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseFault, systemCode } from './fault.ts';

export interface Layout {
  /** `<data folder>/postgres`, ours; all below is in it. */
  readonly folder: string;
  readonly lock: string;
  readonly password: string;
  readonly holders: string;
  readonly log: string;
  /** Belongs to the user the server runs as. */
  readonly server: string;
  readonly cluster: string;
  /** Differs with the data folder, is the same after a restart. */
  readonly runtimeName: string;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export const PORT = 5432; // only a part of the socket's name
/** Without the terminating null: sun_path has 108 bytes on Linux, 104 on macOS. */
const SOCKET_BYTES_MAX = process.platform === 'darwin' ? 103 : 107;
const RUNTIME_PREFIX = 'hutong-';

/** Makes the folders, 0700. @throws DatabaseFault `folder_unusable` */
export function layOut(dataDir: string): Layout {
  try {
    mkdirSync(join(dataDir, 'postgres', 'server'), { recursive: true, mode: 0o700 });
    const folder = realpathSync(join(dataDir, 'postgres'));
    const server = join(folder, 'server');
    // Made by somebody beforehand, or through a umask: only the owner (or root) can mend them.
    for (const path of [folder, server]) {
      if ((lstatSync(path).mode & 0o777) !== 0o700) chmodSync(path, 0o700);
    }
    const digest = createHash('sha256').update(folder).digest('hex').slice(0, 16);
    return {
      folder,
      lock: join(folder, 'lock'),
      password: join(folder, 'password'),
      holders: join(folder, 'holders'),
      log: join(folder, 'postgres.log'),
      server,
      cluster: join(server, 'cluster'),
      runtimeName: RUNTIME_PREFIX + digest,
    };
  } catch (cause) {
    throw new DatabaseFault(
      'folder_unusable',
      `the data folder ${dataDir} cannot be made or entered (${systemCode(cause) ?? 'unknown'})`,
      'choose a folder that you may write to, or set DATABASE_URL',
      { cause },
    );
  }
}

/**
 * The short folder for the socket, 0700 and its owner's. What already stands under that name is
 * used only if it is such a folder: anybody may have put something there. Else a fresh one with a
 * random name.
 */
export function openRuntimeFolder(layout: Layout, owner: Owner): string {
  const parent = shortTemporaryFolder(layout.runtimeName);
  const path = join(parent, layout.runtimeName);
  const usable = makeFolder(path) || isPrivate(path, owner);
  const folder = usable ? path : mkdtempSync(join(parent, RUNTIME_PREFIX));
  if (lstatSync(folder).uid !== owner.uid) chownSync(folder, owner.uid, owner.gid);
  return folder;
}

function shortTemporaryFolder(name: string): string {
  // a random name in its place may be a little longer
  const longest = join(tmpdir(), name, `.s.PGSQL.${PORT}.lock`);
  return Buffer.byteLength(longest) <= SOCKET_BYTES_MAX ? tmpdir() : '/tmp';
}

function makeFolder(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    chmodSync(path, 0o700); // whatever the umask took away
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** A real folder, closed to others, and ours or the server's: nobody else can have put it there. */
function isPrivate(path: string, owner: Pick<Owner, 'uid'>): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  const mine = stat.uid === owner.uid || stat.uid === process.getuid?.();
  return mine && (stat.mode & 0o170077) === 0o040000;
}

/** After the server has ended: its socket folder, if it is one of ours. */
export function removeRuntimeFolder(path: string, layout: Layout): void {
  if (!basename(path).startsWith(RUNTIME_PREFIX)) return;
  if (!isPrivate(path, lstatSync(layout.server))) return;
  rmSync(join(path, 'native'), { recursive: true, force: true });
  // left behind by a killed postmaster
  rmSync(join(path, `.s.PGSQL.${PORT}`), { force: true });
  rmSync(join(path, `.s.PGSQL.${PORT}.lock`), { force: true });
  try {
    rmdirSync(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTEMPTY') throw error;
  }
}
