// The command line as people use it: the real program, a real switch, wallets that are processes.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { repositoryRoot } from '../house/source-tree.ts';

const launcher = join(repositoryRoot, 'bin/hutong.js');
const data = mkdtempSync(join(tmpdir(), 'hutong-cli-'));
const LINA = 'phone:+8613900000002';
let hutong: ChildProcess;
let address = '';

function run(...args: string[]) {
  const env = { ...process.env, NO_COLOR: '1' };
  const all = [launcher, ...args, '--data', data];
  return spawnSync(process.execPath, all, { encoding: 'utf8', env, timeout: 60_000 });
}

/** Its stdout must be one JSON document, whatever it says on stderr. */
function runJson<T>(schema: z.ZodType<T>, ...args: string[]): T {
  return schema.parse(JSON.parse(run(...args, '--json').stdout));
}

beforeAll(async () => {
  hutong = spawn(
    process.execPath,
    [launcher, 'start', '--data', data, '--port', '0', '--sandbox', '--log-level', 'error'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines: unknown[] = await once(hutong.stdout ?? hutong, 'data');
  address = String(lines[0]).trim();
  while ((await fetch(`${address}/readyz`).catch(() => null))?.status !== 200) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

afterAll(async () => {
  const gone = once(hutong, 'exit');
  hutong.kill('SIGTERM');
  await gone;
  rmSync(data, { recursive: true });
});

const paidSchema = z.object({
  state: z.string(),
  replayed: z.boolean(),
  payment: z.object({ id: z.string(), state: z.string() }).nullable(),
});

test('a lookup tells who is paid, with a masked name', () => {
  const found = runJson(z.object({ payee: z.object({ name: z.string() }) }), 'lookup', LINA);
  expect(found.payee.name).toBe('L* N*');
  expect(run('lookup', 'phone:+8613999999999').status).toBe(4);
});

test('a payment is completed, the same key is the same payment, and it can be given back', () => {
  const args = ['pay', LINA, '12.50', 'CNY', '--key', 'k-1'];
  const first = runJson(paidSchema, ...args);
  expect(first).toMatchObject({ state: 'taken', replayed: false, payment: { state: 'completed' } });
  const again = runJson(paidSchema, ...args);
  expect(again).toMatchObject({ state: 'taken', replayed: true, payment: first.payment });
  const id = first.payment?.id ?? '';
  expect(run('refund', id, '2.50', 'CNY').stdout).toContain('2.50 CNY to W*** W** at alpha');
  expect(run('refund', id, '10.01', 'CNY').status).toBe(6);
  expect(runJson(paidSchema, 'refund', id)).toMatchObject({ state: 'taken' });
});

test.each([
  ['an amount with too many decimals', ['pay', LINA, '1.005', 'CNY'], 6, 'more decimals'],
  ['more than the account holds', ['pay', LINA, '99999.00', 'CNY'], 5, 'wangwei holds'],
  ['the key of another payment', ['pay', LINA, '7.00', 'CNY', '--key', 'k-1'], 5, 'key'],
  [
    'an account that is not there',
    ['pay', LINA, '1', 'CNY', '--from', 'nobody@alpha'],
    4,
    'nobody',
  ],
  ['a wallet that is not there', ['pay', LINA, '1', 'CNY', '--from', 'a@zulu'], 2, 'alpha, bravo'],
  ['nobody to pay', ['pay'], 2, 'whom to pay'],
  ['a file that is not there', ['pay', '--file', 'nowhere.csv'], 2, 'cannot be read'],
  [
    'a file that nobody agreed to',
    ['pay', '--file', 'examples/payouts.csv'],
    2,
    'nothing was paid',
  ],
  [
    'a payment that is not there',
    ['refund', '01a20ca0-67bf-7783-86d3-c4b09fdf7085'],
    4,
    'credited',
  ],
  ['a connection that is not there', ['credentials', 'zulu-native'], 4, 'alpha-native'],
])('%s is refused in words, and moves nothing', (_, args, status, words) => {
  const before = run('status', '--json').stdout;
  const result = run(...args);
  expect(result).toMatchObject({ status, stdout: '' });
  expect(result.stderr).toContain(words);
  const positions = z.object({ positions: z.array(z.unknown()) });
  expect(positions.parse(JSON.parse(run('status', '--json').stdout))).toEqual(
    positions.parse(JSON.parse(before)),
  );
});

test('a payout file pays every good row once, however often it is run', () => {
  const file = join(data, 'wages.csv');
  const rows = [
    'reference,alias,name,amount,currency',
    `W1,${LINA},Li Na,10.00,CNY`,
    'W2,wallet:worker0001@bravo,Li Wei,20.00,CNY',
    'W3,wallet:worker0002@bravo,Somebody Else,30.00,CNY',
    'W1,wallet:worker0003@bravo,,40.00,CNY',
  ];
  writeFileSync(file, rows.join('\n'));
  const summary = z.object({ completed: z.number(), paidBefore: z.number(), notPaid: z.number() });
  const args = ['pay', '--file', file, '--yes', '--from', 'hongqiao@alpha'];
  expect(runJson(summary, ...args)).toEqual({ completed: 2, paidBefore: 0, notPaid: 2 });
  expect(runJson(summary, ...args)).toEqual({ completed: 2, paidBefore: 2, notPaid: 2 });
  const result = readFileSync(join(data, 'wages.result.csv'), 'utf8').trim().split('\n');
  expect(result).toHaveLength(5);
  expect(result[3]).toContain('which is not');
});

test('credentials are those of a connection, and verify holds after all of this', () => {
  const shape = z.object({ participant: z.string(), keyId: z.string(), switchUrl: z.string() });
  const found = runJson(shape, 'credentials', 'alpha-native');
  expect(found).toMatchObject({ participant: 'alpha', switchUrl: address });
  const report = runJson(z.object({ ok: z.boolean() }), 'verify');
  expect(report.ok).toBe(true);
});

test('without a switch, commands that need one end with 3 and say what to do', () => {
  const nowhere = join(data, 'nowhere');
  for (const args of [
    ['status'],
    ['pay', LINA, '1', 'CNY'],
    ['lookup', LINA],
    ['credentials', 'x'],
  ]) {
    const result = spawnSync(process.execPath, [launcher, ...args, '--data', nowhere], {
      encoding: 'utf8',
    });
    expect(result).toMatchObject({ status: 3, stdout: '' });
    expect(result.stderr).toContain('npx hutong start');
  }
});
