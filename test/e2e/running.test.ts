// Running a switch: what its metrics, traces and log say of a payment, time that passes at once in
// the sandbox, and a stop in good order; all with real processes.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createWalletControl, type WalletControl } from '../../src/sandbox/wallet-control.ts';
import { readSandboxClock } from '../../src/switch/sandbox-clock.ts';
import { repositoryRoot } from '../house/source-tree.ts';
import { type RunningSwitch, startRunningSwitch, until } from './running-switch.ts';

const SPANS = join(tmpdir(), `hutong-spans-${process.pid}.ndjson`);
const launcher = join(repositoryRoot, 'bin/hutong.js');
const spanSchema = z.object({
  name: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  parent: z.string().nullable(),
});

let hutong: RunningSwitch;
const wallets = new Map<string, WalletControl>();

const wallet = (name: string): WalletControl => {
  const found = wallets.get(name);
  if (found === undefined) throw new Error(`no wallet ${name}`);
  return found;
};

const logText = () => {
  const folder = join(hutong.data, 'logs');
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
};

beforeAll(async () => {
  hutong = await startRunningSwitch({
    HUTONG_METRICS_PORT: '0',
    HUTONG_LOG_LEVEL: 'trace',
    HUTONG_LOG_TO: 'file',
    HUTONG_TRACING_MODULE: join(repositoryRoot, 'test/setup/spans.process.ts'),
    SPANS_FILE: SPANS,
  });
  findWallets();
}, 60_000);

function findWallets(): void {
  for (const each of hutong.sandbox().wallets) {
    wallets.set(each.participant, createWalletControl(each));
  }
}

afterAll(async () => {
  await hutong.stop();
});

const pay = (amount: string) =>
  wallet('alpha').pay({
    account: 'wangwei',
    payee: { alias: 'phone:+8613900000002' },
    amount: { amount, currency: 'CNY' },
  });

function metricsUrl(): string {
  const line = logText()
    .split('\n')
    .find((each) => each.includes('metrics are served'));
  return z.object({ url: z.string() }).parse(JSON.parse(line ?? '{}')).url;
}

test('one payment is counted for each side, and where its time went', async () => {
  expect((await pay('12.34')).state).toBe('taken');
  const text = await (await fetch(metricsUrl())).text();
  const series = (start: string) => text.split('\n').filter((line) => line.startsWith(start));
  expect(series('hutong_payments_total{participant="alpha",dialect="native",side="payer"')).toEqual(
    [expect.stringMatching(/kind="payment",outcome="completed"\} 1$/)],
  );
  expect(series('hutong_payments_total{participant="bravo",dialect="native",side="payee"')).toEqual(
    [expect.stringMatching(/kind="payment",outcome="completed"\} 1$/)],
  );
  expect(series('hutong_payment_seconds_count{outcome="completed"}')).toEqual([
    'hutong_payment_seconds_count{outcome="completed"} 1',
  ]);
  expect(series('hutong_payment_added_seconds_count')).toEqual([
    'hutong_payment_added_seconds_count 1',
  ]);
  expect(series('hutong_journal_leading')).toEqual(['hutong_journal_leading 1']);
  expect(series('hutong_http_request_seconds_count{route="/v1/payments"').length).toBe(1);
  expect(series('nodejs_eventloop_lag_p99_seconds').length).toBe(1);
  // labels are few, and name nobody's account or alias
  expect(text).not.toMatch(/wangwei|lina|\+861/);
});

test('metrics are not on the public port', async () => {
  expect((await fetch(`${hutong.address()}/metrics`)).status).toBe(404);
});

test('one payment is one trace: request, commit and the call to the payee’s wallet', async () => {
  const before = readFileSync(SPANS, 'utf8').length;
  expect((await pay('1.00')).state).toBe('taken');
  const spans = () =>
    readFileSync(SPANS, 'utf8')
      .slice(before)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => spanSchema.parse(JSON.parse(line)));
  await until('the call is exported', async () =>
    spans().some(({ name }) => name === 'POST /v1/payments'),
  );
  const all = spans();
  const request = all.find(({ name }) => name === 'POST /v1/payments');
  const own = all.filter(({ traceId }) => traceId === request?.traceId);
  const call = own.find(({ name }) => name === 'connection.execute');
  expect(own.map(({ name }) => name).filter((name) => name === 'journal.submit').length).toBe(2);
  const prepared = own.find((span) => span.parent === request?.spanId);
  expect(prepared?.name).toBe('journal.submit');
  expect(call).toBeDefined();
  // the payee's wallet was told which trace it is part of
  expect(own.find(({ name }) => name === 'injected')?.spanId).toBe(call?.spanId);
});

test('time passes at once, for what the scheme waits for and not for signatures', async () => {
  const amount = { amount: '3.00', currency: 'CNY' };
  const wish = { account: 'teahouse', amount, expiresInSeconds: 3_600 };
  const order = await wallet('bravo').createOrder(wish);
  expect(order.state).toBe('open');
  const token = readSandboxClock(hutong.data)?.token ?? '';
  const set = (headers: Record<string, string>, body: string) =>
    fetch(`${hutong.address()}/sandbox/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
  const right = { authorization: `Bearer ${token}` };
  const twoHours = '{"advanceMs":7200000}';
  // who has no token is not even told that there is a clock
  expect((await set({}, twoHours)).status).toBe(404);
  expect((await set({ authorization: 'Bearer x' }, twoHours)).status).toBe(404);
  expect((await set({ ...right, 'x-forwarded-for': '10.0.0.1' }, twoHours)).status).toBe(404);
  expect((await set(right, '{"advanceMs":-1}')).status).toBe(400);
  expect((await set(right, twoHours)).status).toBe(200);
  await until('the order is closed', async () => {
    return (await wallet('bravo').order(order.id)).state === 'closed';
  });
  // wallets sign and check in real time all the same
  expect((await pay('2.00')).state).toBe('taken');
});

test('the log of it all, at its most talkative, holds no person and no secret', async () => {
  const secrets = hutong
    .sandbox()
    .wallets.flatMap(({ controlToken, configFile, users }) => [
      controlToken,
      z
        .object({ privateKey: z.looseObject({ d: z.string() }) })
        .parse(JSON.parse(readFileSync(configFile, 'utf8'))).privateKey.d,
      ...users.slice(0, 3).flatMap(({ account, name, alias }) => [account, name, alias]),
    ]);
  const log = logText();
  expect(log).toContain('journal role');
  expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
  expect(log).not.toContain(readSandboxClock(hutong.data)?.token ?? '-');
});

test('the command sets the clock ahead, and shows the log of a payment', async () => {
  const before = readSandboxClock(hutong.data)?.aheadMs ?? 0;
  expect(hutong.command('sandbox', 'clock', '+1h30m')).toMatchObject({
    aheadMs: before + 5_400_000,
  });
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [launcher, ...args, '--data', hutong.data], { encoding: 'utf8' });
  const shown = run('logs');
  expect(shown.stdout).toContain('journal role');
  expect(run('logs', '--payment', 'none-of-that-id').stdout).toBe('');
  expect(run('sandbox', 'clock', 'soon').status).toBe(2);
  expect(run('sandbox', 'reset').status).toBe(5);
});

test('a stop ends in good order, and time goes on where it was', async () => {
  const aheadMs = readSandboxClock(hutong.data)?.aheadMs;
  await hutong.kill('SIGTERM');
  expect(logText()).not.toContain('did not stop in good order');
  await hutong.start();
  findWallets();
  expect(readSandboxClock(hutong.data)?.aheadMs).toBe(aheadMs);
  expect((await pay('1.50')).state).toBe('taken');
}, 40_000);

test('a switch told twice to stop ends at once, and nothing is lost', async () => {
  const kept = await pay('1.25');
  const own = z
    .object({ pid: z.int() })
    .parse(JSON.parse(readFileSync(join(hutong.data, 'switch.json'), 'utf8')));
  process.kill(own.pid, 'SIGTERM');
  process.kill(own.pid, 'SIGINT');
  await hutong.kill('SIGTERM');
  await hutong.start();
  findWallets();
  const known = await wallet('alpha').outgoing();
  expect(known.find(({ key }) => key === kept.key)?.state).toBe('taken');
}, 40_000);
