// The simulated WeChat Pay as a program that is killed: what it has answered is there after kill
// -9, and what it has not answered has happened once or not at all.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import {
  clientOf,
  controlOf,
  opened,
  openNotifyUrl,
  platformJson,
  standAt,
  until,
} from '../../../../test/setup/wechatpay-platform.ts';
import { required } from '../../../runtime/index.ts';

const PROGRAM = join(import.meta.dirname, 'wechatpay.process.ts');
const lineSchema = z.strictObject({ address: z.string(), controlAddress: z.string() });

let folder: string;
let child: ChildProcess | undefined;
let notify: Awaited<ReturnType<typeof openNotifyUrl>>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hutong-wechatpay-'));
  notify = await openNotifyUrl();
});
afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await notify.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start() {
  const file = join(folder, 'config.json');
  const config = { ...platformJson, journalFile: join(folder, 'journal') };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  const begun = spawn(process.execPath, [PROGRAM, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  child = begun;
  const { promise: said, resolve } = Promise.withResolvers<string>();
  createInterface(required(begun.stdout, 'stdout')).once('line', resolve);
  const serves = lineSchema.parse(JSON.parse(await said));
  const client = clientOf(serves.address);
  const control = controlOf(serves.controlAddress);
  const gone: Promise<unknown[]> = once(begun, 'exit');
  return {
    ...standAt(client, control, notify.url),
    client,
    gone,
    async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL') {
      begun.kill(signal);
      return gone;
    },
  };
}

const money = (mei: string, merchant: string) => ({
  users: [{ balance: mei }, { balance: '20.00' }],
  merchants: [{ balance: merchant }, {}],
  totals: { isBalanced: true },
});

test('what was answered is there after kill -9, and a torn last line is not', async () => {
  const first = await start();
  await first.sold();
  await first.kill();
  appendFileSync(join(folder, 'journal'), '{"type":"refunded","mchid":"19000');
  const second = await start();
  expect(await second.money()).toMatchObject(money('411.20', '88.80'));
  expect(await second.refund('r1', 880)).toMatchObject({ data: { status: 'SUCCESS' } });
  await second.kill();
  const third = await start();
  expect(await third.money()).toMatchObject(money('420.00', '80.00'));
});

test.each([
  ['die_before', '411.20', '88.80'],
  ['die_after', '420.00', '80.00'],
])('%s: the refund without an answer is asked for again and made once', async (kind, mei, left) => {
  const first = await start();
  await first.sold();
  await first.fault({ kind, operation: 'refund' });
  await expect(first.refund('r1', 880)).rejects.toThrow();
  await first.gone;
  const second = await start();
  expect(await second.money()).toMatchObject(money(mei, left));
  expect(await second.refund('r1', 880)).toMatchObject({ data: { status: 'SUCCESS' } });
  expect(await second.money()).toMatchObject(money('420.00', '80.00'));
});

test('a refund under way ends after kill -9', async () => {
  const first = await start();
  await first.sold();
  await first.fault({ kind: 'refund_slow', ms: 200 });
  expect(await first.refund('r1', 880)).toMatchObject({ data: { status: 'PROCESSING' } });
  await first.kill();
  const second = await start();
  await until(() => notify.taken.some((each) => opened(each).eventType === 'REFUND.SUCCESS'));
  expect(await second.client.refundState('r1')).toMatchObject({ data: { status: 'SUCCESS' } });
  expect(await second.money()).toMatchObject(money('420.00', '80.00'));
});

test('a notification that was not taken goes on after kill -9, under its id', async () => {
  notify.answer(...Array.from({ length: 16 }, () => 500));
  const first = await start();
  await first.sold();
  await until(() => notify.taken.length >= 1);
  await first.kill();
  notify.answer();
  const told = notify.taken.length;
  await start();
  await until(() => notify.taken.length > told);
  const ids = notify.taken.map((each) => opened(each).id);
  expect(new Set(ids).size).toBe(1);
});

test('it ends by itself when it is asked to', async () => {
  const first = await start();
  await first.sold();
  expect(await first.kill('SIGTERM')).toEqual([0, null]);
});
