// `npm run mutants`: applies each mutant to a copy of the source and runs the tests that stand
// against it. One that survives fails the command, and so does one whose line is no longer there.
// An argument picks those of files whose name contains it.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../../src/postgres/index.ts';
import { repositoryRoot } from '../house/source-tree.ts';
import type { Mutant } from './mutant.ts';
import { mutants as list } from './mutants.ts';

const AT_ONCE = 2;
const CONFIG = `export default {
  test: { globalSetup: 'test/setup/run.ts', pool: 'forks', testTimeout: 20000, bail: 1 },
};
`;
const COPIED = ['src', 'sdk', 'test', 'package.json', 'tsconfig.json'];

/** A tree of its own, so that nothing of a mutant is left behind whatever happens. */
function copyOfTree(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hutong-mutants-'));
  for (const name of COPIED) {
    cpSync(join(repositoryRoot, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(repositoryRoot, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'mutants.config.mjs'), CONFIG);
  return folder;
}

async function testsPass(folder: string, tests: readonly string[]): Promise<boolean> {
  const vitest = join(repositoryRoot, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--config', 'mutants.config.mjs', ...tests];
  const env = { ...process.env, DATABASE_URL: server.url };
  const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore', env });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0));
  });
}

async function isKilled(folder: string, mutant: Mutant): Promise<boolean> {
  const path = join(folder, mutant.file);
  const source = readFileSync(path, 'utf8');
  if (source.split(mutant.find).length !== 2) {
    throw new Error(`"${mutant.what}": its line is not exactly once in ${mutant.file}`);
  }
  writeFileSync(
    path,
    source.replace(mutant.find, () => mutant.replace),
  );
  try {
    return !(await testsPass(folder, mutant.tests));
  } finally {
    writeFileSync(path, source);
  }
}

const data = mkdtempSync(join(tmpdir(), 'hutong-mutants-'));
/** One for all: a start of its own would cost each mutant more than its tests. */
const server = await startEmbedded({
  dataDir: data,
  log: { info: () => {}, warn: () => {} },
});
const [, , part = ''] = process.argv;
const mutants = list.filter(({ file }) => file.includes(part));
const folders = Array.from({ length: AT_ONCE }, copyOfTree);
const survivors: string[] = [];
const entries = mutants.entries();
try {
  const [first = ''] = folders;
  const all = [...new Set(mutants.flatMap(({ tests }) => tests))];
  if (!(await testsPass(first, all))) throw new Error('the tests fail without any mutant');
  await Promise.all(
    folders.map(async (folder) => {
      for (const [, mutant] of entries) {
        const killed = await isKilled(folder, mutant);
        console.log(`${killed ? 'noticed ' : 'SURVIVED'}  ${mutant.what}`);
        if (!killed) survivors.push(mutant.what);
      }
    }),
  );
} finally {
  await server.stop();
  for (const folder of [...folders, data]) rmSync(folder, { recursive: true, force: true });
}
console.log(`${mutants.length - survivors.length} of ${mutants.length} noticed`);
process.exitCode = survivors.length === 0 ? 0 : 1;
