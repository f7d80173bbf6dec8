// What `hutong new dialect` writes, in a copy of the tree: it compiles, obeys the house, and its
// test fails for the one reason that nothing is translated yet.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repositoryRoot } from '../house/source-tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'hutong-new-'));
const COPIED = ['src', 'sdk', 'test', 'bench', 'scripts', 'package.json', 'tsconfig.json'];

function run(...args: string[]) {
  return spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
}
const newDialect = (name: string) =>
  run(join(repositoryRoot, 'bin/hutong.js'), 'new', 'dialect', name, '--checkout', folder);

beforeAll(() => {
  const filter = (path: string) => !path.includes('node_modules');
  for (const name of COPIED) {
    cpSync(join(repositoryRoot, name), join(folder, name), { recursive: true, filter });
  }
  symlinkSync(join(repositoryRoot, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a new dialect compiles, and its test is red', { timeout: 60_000 }, () => {
  expect(newDialect('demo').status).toBe(0);
  const typed = run(join(repositoryRoot, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json');
  expect(typed.stdout).toBe('');
  const vitest = join(repositoryRoot, 'node_modules/vitest/vitest.mjs');
  const tested = run(vitest, 'run', 'src/dialects/demo', '--root', folder);
  expect(tested.status).toBe(1);
  expect(tested.stdout).toContain('1 failed');
});

test.each([
  ['what is there already', 'native'],
  ['a name that is none', 'Not-A-Name'],
  ['a way out of the folder', '../evil'],
])('%s is refused', (_what, name) => {
  const refused = newDialect(name);
  expect([refused.status, refused.stdout]).toEqual([2, '']);
});
