// The simulated Alipay as a program that is killed: what it has answered is there after kill -9,
// and what it has not answered has happened once or not at all.
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
  MEI,
  openNotifyUrl,
  platformConfig,
  until,
} from '../../../../test/setup/alipay.ts';
import { required } from '../../../runtime/index.ts';
import { yuan } from './platform.yuan.ts';

const PROGRAM = join(import.meta.dirname, 'alipay.process.ts');
const lineSchema = z.object({
  address: z.string(),
  gateway: z.string(),
  controlAddress: z.string(),
});

let folder: string;
let child: ChildProcess | undefined;
let notify: Awaited<ReturnType<typeof openNotifyUrl>>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hutong-alipay-'));
  notify = await openNotifyUrl();
});
afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await notify.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(notifyRetryFactor = 0.000_1) {
  const file = join(folder, 'config.json');
  const wish = { journalFile: join(folder, 'journal'), notifyRetryFactor };
  const config = platformConfig(wish);
  const users = config.users.map((user) => ({ ...user, balance: yuan(user.balance) }));
  writeFileSync(file, JSON.stringify({ ...config, users }), { mode: 0o600 });
  const begun = spawn(process.execPath, [PROGRAM, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  child = begun;
  const { promise: said, resolve } = Promise.withResolvers<string>();
  createInterface(required(begun.stdout, 'stdout')).once('line', resolve);
  const serves = lineSchema.parse(JSON.parse(await said));
  const sdk = clientOf(serves);
  const control = controlOf(serves.controlAddress);
  const gone = once(begun, 'exit');
  return {
    control,
    gone,
    exec: (method: string, bizContent: object) => {
      const params = { bizContent, notifyUrl: notify.url };
      return sdk.exec(`alipay.trade.${method}`, params, { validateSign: true });
    },
    async kill() {
      begun.kill('SIGKILL');
      await gone;
    },
  };
}

const tea = { out_trade_no: 'tea_1', total_amount: '88.80', subject: 'tea' };
const refund = { out_trade_no: 'tea_1', refund_amount: '8.80', out_request_no: 'r1' };

async function sell({ exec, control }: Awaited<ReturnType<typeof start>>): Promise<void> {
  const { qr_code: qrCode } = await exec('precreate', tea);
  const paid = await control('POST', 'confirm', { user: MEI.userId, qrCode });
  expect(paid).toMatchObject({ status: 200 });
}

const money = (mei: string, shop: string) => ({
  body: {
    users: [{ balance: mei }, {}],
    apps: [{ balance: shop }],
    totals: { isBalanced: true },
  },
});

test('what was answered is there after kill -9, and a torn last line is not', async () => {
  const first = await start();
  await sell(first);
  await first.kill();
  appendFileSync(join(folder, 'journal'), '{"type":"refunded","appId":"20210');
  const second = await start();
  expect(await second.control('GET', 'state')).toMatchObject(money('411.20', '88.80'));
  expect(await second.exec('refund', refund)).toMatchObject({ fund_change: 'Y' });
  await second.kill();
  const third = await start();
  expect(await third.control('GET', 'state')).toMatchObject(money('420.00', '80.00'));
});

test.each([
  ['die_before', 'Y'],
  ['die_after', 'N'],
])('%s: the refund that got no answer is asked for again and made once', async (kind, change) => {
  const first = await start();
  await sell(first);
  await first.control('POST', 'faults', { kind, operation: 'trade.refund' });
  await expect(first.exec('refund', refund)).rejects.toThrow('HttpClient Request error');
  await first.gone;
  const second = await start();
  const again = await second.exec('refund', refund);
  expect(again).toMatchObject({ code: '10000', fund_change: change, refund_fee: '8.80' });
  expect(await second.control('GET', 'state')).toMatchObject(money('420.00', '80.00'));
});

test('a notification that was not taken goes on after kill -9, under its notify_id', async () => {
  notify.answer('fail');
  const first = await start(0.001);
  await sell(first);
  await until(() => notify.taken.length === 1);
  await first.kill();
  await start(0.001);
  await until(() => notify.taken.length === 2);
  const ids = notify.taken.map(({ fields }) => fields['notify_id']);
  expect(ids[0]).toBe(ids[1]);
});
