// The packages as a user gets them: built, packed, installed into an empty folder, run and compiled
// against. Asks the registry that npm is configured with for what its cache lacks; without either
// the test is skipped, visibly.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { build } from '../../scripts/build.ts';
import { repositoryRoot } from './source-tree.ts';

const UNREACHABLE = /E(?:NOTCACHED|AI_AGAIN|NOTFOUND|CONNREFUSED|CONNRESET|TIMEDOUT|HOSTUNREACH)/;
const INSTALL_MS_MAX = 60_000;

let folder: string;
let app: string;
let isOffline = false;

function npm(cwd: string, ...args: string[]) {
  return spawnSync('npm', args, { cwd, encoding: 'utf8', timeout: INSTALL_MS_MAX });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hutong-package-'));
  app = join(folder, 'app');
  build(folder);
  const packed = npm(folder, 'pack', './hutong', './sdk', '--silent');
  expect(packed).toMatchObject({ status: 0 });
  const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{"private":true,"type":"module"}');
  // The embedded PostgreSQL is left out: 60 MB that prove nothing about our packages.
  const flags = ['--prefer-offline', '--omit=optional', '--ignore-scripts', '--no-audit'];
  const installed = npm(app, 'install', ...flags, ...tarballs.map((name) => join(folder, name)));
  isOffline = installed.status !== 0 && UNREACHABLE.test(installed.stderr);
  if (!isOffline) expect(installed.stderr.includes('npm error') && installed.stderr).toBe(false);
}, 2 * INSTALL_MS_MAX);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the installed command prints its version', (context) => {
  context.skip(isOffline, 'no registry in reach, and not all packages in the cache of npm');
  const command = join(app, 'node_modules/.bin/hutong');
  const result = spawnSync(process.execPath, [command, '--version'], { encoding: 'utf8' });
  expect(result).toMatchObject({ status: 0, stdout: `${manifest.version}\n`, stderr: '' });
});

test('no test and no TypeScript source is published', () => {
  const files = ['hutong', 'sdk'].flatMap((name) =>
    readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' }),
  );
  expect(files).toContain('src/cli/main.js');
  expect(files.filter((file) => /\.test\.|(?<!\.d)\.ts$|node_modules/.test(file))).toEqual([]);
});

test('the migrations are published', () => {
  const inCheckout = readdirSync(join(repositoryRoot, 'src/postgres/migrations')).sort();
  expect(readdirSync(join(folder, 'hutong/src/postgres/migrations')).sort()).toEqual(inCheckout);
});

const PROGRAM = `
import { moneySchema, type ProblemCode } from '@hutong/sdk/contract';
import * as sdk from '@hutong/sdk';

const money = moneySchema.parse({ currency: 'CNY', amount: '12.50' });
export const amount: string = money.amount;
export const code: ProblemCode = 'not_a_code';
console.log(amount, typeof sdk);
`;

const COMPILER = {
  strict: true,
  noEmit: true,
  module: 'nodenext',
  target: 'esnext',
  lib: ['esnext', 'dom'],
  types: [],
  skipLibCheck: false,
};

test("a user's program is checked against the types of the SDK", (context) => {
  context.skip(isOffline, 'no registry in reach, and not all packages in the cache of npm');
  writeFileSync(join(app, 'program.ts'), PROGRAM);
  writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER }));
  const tsc = join(repositoryRoot, 'node_modules/typescript/bin/tsc');
  const result = spawnSync(process.execPath, [tsc, '-p', app], { encoding: 'utf8' });
  const complaints = result.stdout.trim().split('\n');
  expect(complaints).toEqual([expect.stringContaining('"not_a_code"\' is not assignable')]);
});
