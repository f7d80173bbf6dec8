// The cluster on disk: initdb into a temporary folder that is renamed when complete, the
// configuration, the password. Doesn't start the server.
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { DatabaseFault, systemCode } from './fault.ts';
import type { Layout, Owner } from './layout.ts';
import { outputOf, type Runner } from './runner.ts';

export const USER = 'hutong';
export const DATABASE = 'hutong';
const UNFINISHED = 'initdb-';
const MEBIBYTE = 1_048_576;

/** Undefined before the first initdb. @throws DatabaseFault `folder_unusable` */
export function clusterMajor(cluster: string): number | undefined {
  try {
    return Number(readFileSync(join(cluster, 'PG_VERSION'), 'utf8'));
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return undefined;
    throw new DatabaseFault(
      'folder_unusable',
      `${cluster} cannot be read (${systemCode(cause) ?? 'unknown'})`,
      'start as the user it belongs to, or choose another data folder',
      { cause },
    );
  }
}

/** The superuser's password; made once per data folder. */
export function readPassword(layout: Layout): string | undefined {
  try {
    return readFileSync(layout.password, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** @throws DatabaseFault `start_failed` */
export async function createCluster(layout: Layout, runner: Runner): Promise<void> {
  sweepUnfinished(layout);
  const name = UNFINISHED + randomBytes(4).toString('hex');
  const folder = join(layout.server, name);
  mkdirSync(folder, { mode: 0o700 });
  chownSync(folder, runner.owner.uid, runner.owner.gid);
  const password = readPassword(layout) ?? createPassword(layout);
  const passwordFile = join(folder, 'password');
  writeOwned(passwordFile, password, runner.owner);
  const there = join(runner.serverPath, name);
  const child = runner.run('initdb', initdbArguments(there), {});
  const { code, text } = await outputOf(child);
  if (code !== 0) {
    throw new DatabaseFault(
      'start_failed',
      `initdb failed: ${text.slice(-500)}`,
      'look at free space and rights of the data folder',
    );
  }
  rmSync(passwordFile);
  renameSync(join(folder, 'cluster'), layout.cluster);
  sync(layout.server);
  sweepUnfinished(layout);
}

function initdbArguments(there: string): string[] {
  return [
    `--pgdata=${join(there, 'cluster')}`,
    `--username=${USER}`,
    `--pwfile=${join(there, 'password')}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // PostgreSQL's own C.UTF-8: the same order on every system, whatever locales it has
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--data-checksums',
    '--no-instructions',
  ];
}

/** What a start that was killed has left. */
function sweepUnfinished(layout: Layout): void {
  for (const name of readdirSync(layout.server)) {
    if (!name.startsWith(UNFINISHED)) continue;
    const path = join(layout.server, name);
    // The initdb of a killed start may still be at work in it; it ends when its files are gone.
    rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
  }
}

function createPassword(layout: Layout): string {
  const password = randomBytes(24).toString('base64url');
  const partial = `${layout.password}.new`;
  writeFileSync(partial, password, { mode: 0o600, flush: true });
  renameSync(partial, layout.password);
  sync(layout.folder);
  return password;
}

/** Written at every start, so that a newer program's settings reach an older cluster. */
export function writeConfiguration(layout: Layout, owner: Owner, socketFolder: string): void {
  const text = `# Written at every start. Put your own settings into local.conf beside this file.
listen_addresses = ''
unix_socket_directories = '${socketFolder.replaceAll("'", "''")}'
unix_socket_permissions = 0700
max_connections = 100
password_encryption = scram-sha-256

# money: an answered commit survives power loss
fsync = on
synchronous_commit = on
full_page_writes = on

# few checkpoints: after each, every page's first change is written whole
wal_compression = on
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9
max_wal_size = 2GB
min_wal_size = 256MB
wal_buffers = 16MB

shared_buffers = ${sharedBuffersMiB()}MB
autovacuum = on
jit = off

# failed statements are told without their rows and values, which may be personal
log_error_verbosity = terse
log_min_error_statement = panic
log_checkpoints = off
log_line_prefix = '%m [%p] %q%a '
log_timezone = 'UTC'
timezone = 'UTC'
datestyle = 'iso, ymd'
lc_messages = 'C'
default_text_search_config = 'pg_catalog.simple'

include = 'local.conf'
`;
  const local = join(layout.cluster, 'local.conf');
  if (!existsSync(local)) writeOwned(local, '# your own settings, read last\n', owner);
  const path = join(layout.cluster, 'postgresql.conf');
  const partial = `${path}.new`;
  writeOwned(partial, text, owner);
  renameSync(partial, path);
}

/** An eighth of the memory this process may use, from 64 MB to 1 GB: it shares the machine. */
function sharedBuffersMiB(): number {
  const constrained = process.constrainedMemory();
  const bytes = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.round(Math.min(1_024, Math.max(64, bytes / 8 / MEBIBYTE)));
}

function writeOwned(path: string, text: string, { uid, gid }: Owner): void {
  writeFileSync(path, text, { mode: 0o600, flush: true });
  chownSync(path, uid, gid);
}

function sync(folder: string): void {
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
