// vitest's second globalSetup: the platforms' own clients in test/clients, installed by their own
// lockfile when they are absent or of another one. Not a workspace, so that `npm ci` of the house
// stays small.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const clientsFolder = join(import.meta.dirname, '../clients');
const installed = join(clientsFolder, 'node_modules');
const FILES = ['package.json', 'package-lock.json', '.npmrc'];
const FLAGS = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--silent'];
/** Names the lockfile that node_modules was made from; a time would lie after a checkout. */
const STAMP = '.hutong-lock';

export function setup(): void {
  const lock = readFileSync(join(clientsFolder, 'package-lock.json'));
  const stamp = createHash('sha256').update(lock).digest('hex');
  if (isInstalled(stamp)) return;
  // Made beside and moved in whole: two runs that begin together never see half of it.
  const scratch = join(clientsFolder, '.hutong');
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(join(scratch, 'install-'));
  try {
    for (const file of FILES) cpSync(join(clientsFolder, file), join(folder, file));
    const ran = spawnSync('npm', ['ci', ...FLAGS], { cwd: folder, encoding: 'utf8' });
    if (ran.status !== 0) {
      // Only the tests that want a client fail of it, and say which.
      const why = ran.error?.message ?? (ran.stderr.trim() || 'no registry in reach?');
      process.stderr.write(`test/clients could not be installed: ${why}\n`);
      return;
    }
    writeFileSync(join(folder, 'node_modules', STAMP), stamp);
    moveIn(folder, stamp);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isInstalled(stamp: string): boolean {
  const file = join(installed, STAMP);
  return existsSync(file) && readFileSync(file, 'utf8') === stamp;
}

function moveIn(folder: string, stamp: string): void {
  if (existsSync(installed)) renameSync(installed, join(folder, 'earlier'));
  try {
    renameSync(join(folder, 'node_modules'), installed);
  } catch (error) {
    // Another run was first.
    if (!isInstalled(stamp)) throw error;
  }
}
