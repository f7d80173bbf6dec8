// The scene that names the problem: a customer with Alipay in a shop that has only WeChat Pay, and
// the mirror image, while notifications are lost, doubled, late and forged, answers are silent or
// forged, and the switch is killed in between. Shops' programs are the platforms' own clients.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { minorOf } from '../../src/cli/decimals.ts';
import { platformPayer } from '../../src/cli/matrix/payers.ts';
import { createPlatformControl } from '../../src/sandbox/platform-control.ts';
import {
  type ShopProgram,
  shopProgramOf,
  startShopProgram,
} from '../../src/sandbox/shop-program.ts';
import { type RunningSwitch, startRunningSwitch, until } from './running-switch.ts';

let hutong: RunningSwitch;

const shops = new Map<string, ShopProgram>();
const platformOf = (dialect: string) => {
  const found = hutong.sandbox().platforms.find((each) => each.dialect === dialect);
  if (found === undefined) throw new Error(`no platform ${dialect}`);
  return found;
};
function shopOf(dialect: string): ShopProgram {
  const found = shops.get(dialect);
  if (found === undefined) throw new Error(`no shop ${dialect}`);
  return found;
}

beforeAll(async () => {
  hutong = await startRunningSwitch();
  for (const shop of hutong.sandbox().shops) {
    const program = shopProgramOf(shop.dialect);
    if (program === null) throw new Error('npm ci --prefix test/clients');
    shops.set(shop.dialect, await startShopProgram(program, shop));
  }
}, 60_000);

afterAll(async () => {
  await Promise.all([...shops.values()].map((shop) => shop.stop()));
  await hutong.stop();
});

const PAIRS = [
  ['alipay', 'wechatpay'],
  ['wechatpay', 'alipay'],
] as const;

test.each(PAIRS)(
  'an %s customer pays a %s shop, and is given a part back',
  async (payer, payee) => {
    const customer = platformPayer(platformOf(payer));
    const shop = shopOf(payee);
    const no = `scene_${payer}`;
    const before = await customer.balance();
    const code = await shop.order(no, '88.80', '一壶茶');
    expect((await shop.query(no)).state).toBe('open');
    await customer.pay(code, no);
    await until('the shop is told', async () =>
      (await shop.notices()).some((told) => 'no' in told && told.no === no && told.kind === 'paid'),
    );
    expect(await shop.query(no)).toEqual({ state: 'paid', amount: '88.80' });
    expect(before - (await customer.balance())).toBe(8_880n);
    await shop.refund(no, `${no}_r`, '8.80');
    await until('the refund is done', () => shop.isRefunded(no, `${no}_r`));
    expect(before - (await customer.balance())).toBe(8_000n);
  },
);

const FAULTS = [
  { kind: 'notify_lose', times: 2 },
  { kind: 'notify_double', times: 2 },
  { kind: 'notify_delay', times: 2, ms: 900 },
  { kind: 'notify_forge', times: 2 },
  { kind: 'silent', times: 1 },
  { kind: 'forge_answer', times: 1 },
  { kind: 'error_after', times: 1 },
] as const;

test('whatever goes wrong, each order is paid once, and everybody learns it', async () => {
  const orders: { no: string; payer: string; payee: string; code: string }[] = [];
  const before = new Map<string, bigint>();
  for (const [payer] of PAIRS) {
    before.set(payer, await platformPayer(platformOf(payer)).balance());
  }
  for (const [payer, payee] of PAIRS) {
    for (const [n, fault] of FAULTS.entries()) {
      const no = `trouble_${payer}_${n}`;
      const code = await shopOf(payee).order(no, '1.00', '茶');
      // the payer has scanned and the platform has answered: what follows is what goes wrong
      orders.push({ no, payer, payee, code });
      const customer = platformPayer(platformOf(payer));
      const control = createPlatformControl(platformOf(payer));
      const isLate = fault.kind.startsWith('notify_');
      if (isLate) await control.addFault(fault);
      // who is told to try again in a moment scans again
      await until(`${no} is scanned`, () => customer.pay(code, no).then(() => true));
      if (!isLate) await control.addFault(fault);
    }
  }
  await hutong.kill('SIGKILL');
  await hutong.start();
  for (const { no, payee } of orders) {
    const shop = shopOf(payee);
    await until(`${no} is paid`, async () => (await shop.query(no)).state === 'paid');
    await until(`the shop is told of ${no}`, async () =>
      (await shop.notices()).some((told) => 'no' in told && told.no === no),
    );
  }
  for (const [payer] of PAIRS) {
    const spent = (before.get(payer) ?? 0n) - (await platformPayer(platformOf(payer)).balance());
    expect(spent).toBe(BigInt(FAULTS.length) * minorOf('1.00', 'CNY'));
  }
  expect(z.object({ ok: z.boolean() }).parse(hutong.command('verify')).ok).toBe(true);
}, 120_000);

test('what is not signed by the platform is not believed, and a stranger is no shop', async () => {
  const publicUrl = hutong.address();
  const form = 'out_trade_no=x&trade_status=TRADE_SUCCESS&app_id=1&sign=AAAA';
  const type = 'application/x-www-form-urlencoded';
  const told = await fetch(`${publicUrl}/alipay/notify/${platformOf('alipay').connection}`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: form,
  });
  expect([told.status, await told.text()]).toEqual([401, 'fail']);
  const probe = await fetch(`${publicUrl}/wechatpay/notify/${platformOf('wechatpay').connection}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'wechatpay-signature': 'WECHATPAY/SIGNTEST/AAAA',
      'wechatpay-timestamp': String(Math.floor(Date.now() / 1_000)),
    },
    body: '{}',
  });
  expect(probe.status).toBe(401);
  const stranger = await fetch(`${publicUrl}/v3/pay/transactions/native`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect([stranger.status, (await stranger.json()) as unknown]).toMatchObject([
    401,
    { code: 'SIGN_ERROR' },
  ]);
  const gateway = await fetch(`${publicUrl}/gateway.do?method=alipay.trade.query`, {
    method: 'POST',
  });
  expect(await gateway.json()).toMatchObject({
    alipay_trade_query_response: { code: '40001', sub_code: 'isv.missing-app-id' },
  });
});
