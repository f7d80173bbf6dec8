// The demo's scene of platforms: people with Alipay and WeChat Pay pay in shops that have neither,
// or only the other one. Where the platforms' client libraries are installed, a shop's program is
// one.
import type { SandboxFile } from '../sandbox/sandbox-file.ts';
import { shopProgramOf, startShopProgram } from '../sandbox/shop-program.ts';
import type { Check, Say } from './demo.scenes.ts';
import { nativePayee, type Payee, shopPayee } from './matrix/payees.ts';
import { type Payer, platformPayer } from './matrix/payers.ts';
import type { Person } from './wallets.ts';

const AMOUNT = '20.00';
const AMOUNT_MINOR = 2_000n;
const PATIENCE_MS = 10_000;

const said = (isDone: boolean) => (isDone ? 'paid' : 'NOT PAID');

async function isPaid(payee: Payee, no: string): Promise<boolean> {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; ) {
    if (await payee.isPaid(no)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

async function pays(payer: Payer, payee: Payee): Promise<boolean> {
  const before = await payer.balance();
  const no = `demo_${Date.now()}`;
  const code = await payee.order(no, AMOUNT);
  await payer.pay(code, no);
  return (await isPaid(payee, no)) && before - (await payer.balance()) === AMOUNT_MINOR;
}

export async function playPlatforms(
  { platforms, shops }: SandboxFile,
  teahouse: Person,
  say: Say,
): Promise<Check> {
  let ok = true;
  for (const platform of platforms) {
    const payer = platformPayer(platform);
    const name = platform.users[0]?.name ?? '';
    const atTeahouse = await pays(payer, nativePayee(teahouse.wallet, teahouse.account));
    say(
      `${name} scans the teahouse's code with ${platform.dialect}, pays ${AMOUNT}: ${said(atTeahouse)}`,
    );
    ok &&= atTeahouse;
    for (const shop of shops.filter(({ dialect }) => dialect !== platform.dialect)) {
      const program = shopProgramOf(shop.dialect);
      if (program === null) continue;
      const running = await startShopProgram(program, shop);
      const done = await pays(payer, shopPayee(shop, running)).finally(running.stop);
      say(`… and a shop that has only ${shop.dialect}, by its own client library: ${said(done)}`);
      ok &&= done;
    }
  }
  return { what: "people with a platform's app paid in shops that have it not", ok };
}
