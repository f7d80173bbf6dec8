// What docs/guides/connect-a-wallet.md promises: the example wallet, a program of its own, is
// invited, certified and activated by the commands of that page, pays and is paid, and after
// SIGKILL knows what it has done.
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createHutongClient } from '@hutong/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createWalletControl } from '../../src/sandbox/wallet-control.ts';
import { repositoryRoot } from '../house/source-tree.ts';
import { type RunningSwitch, startRunningSwitch } from './running-switch.ts';

const guide = readFileSync(join(repositoryRoot, 'docs/guides/connect-a-wallet.md'), 'utf8');
const jwk = z.looseObject({ kty: z.string(), crv: z.string(), x: z.string() });
const facts = z.looseObject({ privateKey: jwk, switchKeys: z.array(jwk) });
const balancesSchema = z.record(z.string(), z.number());
let hutong: RunningSwitch;
let wallet: ChildProcess;
let endpoint = '';
let configFile = '';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function startWallet(): Promise<void> {
  const program = join(repositoryRoot, 'examples/wallet/wallet.js');
  wallet = spawn(process.execPath, [program, configFile], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(wallet.stdout ?? wallet, 'data');
}

const balances = async () =>
  balancesSchema.parse(await (await fetch(`${endpoint}/own/balances`)).json());

beforeAll(async () => {
  hutong = await startRunningSwitch();
  const port = await freePort();
  endpoint = `http://127.0.0.1:${port}`;
  configFile = join(hutong.data, 'lotus.json');
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { switchKeys } = facts.parse(hutong.command('credentials', 'alpha-native'));
  const config = {
    switchUrl: hutong.address(),
    switchKeys,
    privateKey: privateKey.export({ format: 'jwk' }),
    port,
    booksFile: join(hutong.data, 'lotus-books.json'),
    balances: { zhou: 100_00, liu: 0 },
  };
  writeFileSync(configFile, JSON.stringify(config));
  writeFileSync(
    join(hutong.data, 'public-key.json'),
    JSON.stringify(publicKey.export({ format: 'jwk' })),
  );
  await startWallet();
}, 60_000);
afterAll(async () => {
  wallet.kill('SIGKILL');
  await hutong.stop();
});

test('the commands of the guide connect it', () => {
  const lines = guide
    .split('\n')
    .filter((line) => /^npx hutong (participants|connections|keys)/.test(line));
  expect(lines.length).toBe(6);
  for (const line of lines) {
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(
      ([, quoted, plain]) => quoted ?? plain ?? '',
    );
    const args = words
      .slice(2)
      .map((word) => word.replace('http://127.0.0.1:4100', endpoint))
      .map((word) => (word === 'public-key.json' ? join(hutong.data, word) : word));
    hutong.command(...args);
  }
  const shown = z.looseObject({ status: z.string() });
  expect(shown.parse(hutong.command('participants', 'show', 'lotus')).status).toBe('active');
});

test('its people pay and are paid, by real wallets', async () => {
  const config = z.looseObject({ privateKey: jwk, switchKeys: z.array(jwk) });
  const { privateKey, switchKeys } = config.parse(JSON.parse(readFileSync(configFile, 'utf8')));
  const client = await createHutongClient({ baseUrl: hutong.address(), privateKey, switchKeys });
  await client.claimAlias({ alias: 'phone:+8613511111111', account: 'liu', name: 'Liu Min' });
  const wish = {
    account: 'zhou',
    alias: 'phone:+8613900000002',
    amount: { amount: '12.00', currency: 'CNY' },
  };
  const answer = await fetch(`${endpoint}/own/pay`, { method: 'POST', body: JSON.stringify(wish) });
  expect(await answer.json()).toMatchObject({ state: 'completed' });
  expect(await balances()).toEqual({ zhou: 88_00, liu: 0 });

  const alpha = hutong.sandbox().wallets.find(({ participant }) => participant === 'alpha');
  if (alpha === undefined) throw new Error('no alpha');
  const paid = await createWalletControl(alpha).pay({
    account: 'wangwei',
    payee: { alias: 'phone:+8613511111111' },
    amount: { amount: '30.00', currency: 'CNY' },
    key: 'to-liu',
  });
  expect(paid.payment?.state).toBe('completed');
  expect(await balances()).toEqual({ zhou: 88_00, liu: 30_00 });
});

test('killed and started again it knows what it did, and goes on', async () => {
  wallet.kill('SIGKILL');
  await once(wallet, 'exit');
  await startWallet();
  const alpha = hutong.sandbox().wallets.find(({ participant }) => participant === 'alpha');
  if (alpha === undefined) throw new Error('no alpha');
  const control = createWalletControl(alpha);
  const wish = {
    account: 'wangwei',
    payee: { alias: 'phone:+8613511111111' },
    amount: { amount: '5.00', currency: 'CNY' },
    key: 'after-it-came-back',
  };
  expect((await control.pay(wish)).payment?.state).toBe('completed');
  expect((await control.pay(wish)).replayed).toBe(true);
  expect(await balances()).toEqual({ zhou: 88_00, liu: 35_00 });
});

test('what the switch has not signed is not believed', async () => {
  const legId = '0'.repeat(16) + '8'.repeat(16);
  const body = JSON.stringify({
    legId,
    account: 'liu',
    amount: { amount: '9.00', currency: 'CNY' },
  });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${endpoint}/credits`, { method: 'POST', headers, body });
  expect(answer.status).toBe(401);
  expect(await balances()).toEqual({ zhou: 88_00, liu: 35_00 });
  expect(z.looseObject({ ok: z.boolean() }).parse(hutong.command('verify')).ok).toBe(true);
});
