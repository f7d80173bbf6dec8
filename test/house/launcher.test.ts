// bin/hutong.js brings the program up on Node 26 from any Node, and ends exactly as the program
// ends. The cases that begin on an older Node need one on the PATH, outside node_modules; without
// it they are skipped, visibly.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { repositoryRoot } from './source-tree.ts';

const launcher = join(repositoryRoot, 'bin/hutong.js');
const olderNode = findOlderNode();
const testWithOlderNode = test.skipIf(olderNode === undefined);

function findOlderNode(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const outside = folders.filter((folder) => !folder.includes('node_modules'));
  return outside
    .map((folder) => join(folder, 'node'))
    .filter((file) => existsSync(file))
    .find((file) => {
      const { stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' });
      return Number.parseInt(stdout.slice(1), 10) < 26;
    });
}

/** What the program does, as its first argument says: the launcher cannot know it beforehand. */
const PROGRAM = `
const [, , what, value] = process.argv;
if (what === 'exit') process.exit(Number(value));
if (what === 'argv') console.log(JSON.stringify([process.execArgv, process.argv.slice(2)]));
if (what === 'die') process.kill(process.pid, value);
if (what === 'wait') {
  setInterval(() => {}, 1000);
  process.on('SIGTERM', () => process.exit(7));
  console.log('ready');
}
if (what === 'wait-unarmed') {
  setInterval(() => {}, 1000);
  console.log('ready');
}
`;

let folder: string;

/** A package of the published shape, with a program of its own and, beside it, this Node. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hutong-launcher-'));
  for (const name of ['with-node', 'without-node']) {
    mkdirSync(join(folder, name, 'bin'), { recursive: true });
    mkdirSync(join(folder, name, 'src/cli'), { recursive: true });
    cpSync(launcher, join(folder, name, 'bin/hutong.js'));
    writeFileSync(join(folder, name, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, name, 'src/cli/main.js'), PROGRAM);
  }
  mkdirSync(join(folder, 'with-node/node_modules/node/bin'), { recursive: true });
  symlinkSync(process.execPath, join(folder, 'with-node/node_modules/node/bin/node'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function run(node: string | undefined, name: string, ...args: string[]) {
  return spawnSync(node ?? '', [join(folder, name, 'bin/hutong.js'), ...args], {
    encoding: 'utf8',
  });
}

async function started(...args: string[]): Promise<ChildProcess> {
  const file = join(folder, 'with-node/bin/hutong.js');
  const child = spawn(olderNode ?? '', [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

async function ended(child: ChildProcess): Promise<unknown[]> {
  return once(child, 'exit');
}

test('Node 26 prints the version and nothing else', () => {
  const result = spawnSync(process.execPath, [launcher, '--version'], { encoding: 'utf8' });
  expect(result).toMatchObject({ status: 0, stdout: `${manifest.version}\n`, stderr: '' });
});

test('npx finds the command in a checkout', () => {
  const options = { cwd: repositoryRoot, encoding: 'utf8' } as const;
  const result = spawnSync('npx', ['hutong', '--version'], options);
  expect(result).toMatchObject({ status: 0, stdout: `${manifest.version}\n` });
});

test('the tests themselves run on Node 26', () => {
  expect(Number.parseInt(process.versions.node, 10)).toBeGreaterThanOrEqual(26);
});

testWithOlderNode('an older Node prints the same, through the node package', () => {
  const result = spawnSync(olderNode ?? '', [launcher, '--version'], { encoding: 'utf8' });
  expect(result).toMatchObject({ status: 0, stdout: `${manifest.version}\n`, stderr: '' });
});

testWithOlderNode('an older Node alone refuses, and says how to mend it', () => {
  const result = run(olderNode, 'without-node', 'exit', '0');
  expect(result).toMatchObject({ status: 3, stdout: '' });
  expect(result.stderr).toMatch(/needs Node 26 or newer; this is v\d+/);
  expect(result.stderr).toContain('npm ci');
});

testWithOlderNode.each(['0', '1', '6', '8'])('the exit code %s comes through', (code) => {
  expect(run(olderNode, 'with-node', 'exit', code)).toMatchObject({
    status: Number(code),
    signal: null,
  });
});

testWithOlderNode.each(['SIGKILL', 'SIGTERM', 'SIGINT'])('death by %s comes through', (signal) => {
  expect(run(olderNode, 'with-node', 'die', signal)).toMatchObject({ status: null, signal });
});

testWithOlderNode('arguments come through as they were given', () => {
  const { stdout } = run(olderNode, 'with-node', 'argv', '--a=b c', '', '胡同');
  expect(JSON.parse(stdout)).toEqual([[], ['argv', '--a=b c', '', '胡同']]);
});

testWithOlderNode('a signal reaches the program, which ends in good order', async () => {
  const child = await started('wait');
  child.kill('SIGTERM');
  expect(await ended(child)).toEqual([7, null]);
});

testWithOlderNode(
  'a signal that the program does not handle ends both by that signal',
  async () => {
    const child = await started('wait-unarmed');
    child.kill('SIGINT');
    expect(await ended(child)).toEqual([null, 'SIGINT']);
  },
);

test('a package without its program refuses, and says what is missing', () => {
  rmSync(join(folder, 'without-node/src'), { recursive: true });
  const result = run(process.execPath, 'without-node', '--version');
  expect(result).toMatchObject({ status: 3, stdout: '' });
  expect(result.stderr).toContain('src/cli/main');
});
