// The conformance kit over every dialect of the registry, on one running switch with its sandbox.
import { afterAll, beforeAll } from 'vitest';
import { nativePayee, type Payee, shopPayee } from '../../src/cli/matrix/payees.ts';
import { nativePayer, type Payer, platformPayer } from '../../src/cli/matrix/payers.ts';
import { dialects } from '../../src/dialects/registry.ts';
import { startEmbedded } from '../../src/postgres/index.ts';
import {
  type ShopProgram,
  shopProgramOf,
  startShopProgram,
} from '../../src/sandbox/shop-program.ts';
import { createWalletControl } from '../../src/sandbox/wallet-control.ts';
import { type RunningSwitch, startRunningSwitch } from '../e2e/running-switch.ts';
import { query } from '../setup/query.ts';
import { type Actors, describeDialect } from './describe-dialect.ts';

let hutong: RunningSwitch;
let databaseUrl = '';
const shops = new Map<string, ShopProgram>();

beforeAll(async () => {
  hutong = await startRunningSwitch();
  for (const shop of hutong.sandbox().shops) {
    const program = shopProgramOf(shop.dialect);
    if (program === null) throw new Error('npm ci --prefix test/clients');
    shops.set(shop.dialect, await startShopProgram(program, shop));
  }
  const log = { info: () => {}, warn: () => {} };
  const server = await startEmbedded({ dataDir: hutong.data, log });
  databaseUrl = server.url;
  await server.stop(); // the switch holds it; its address stays
}, 60_000);
afterAll(async () => {
  await Promise.all([...shops.values()].map((shop) => shop.stop()));
  await hutong.stop();
});

function wallet(name: string) {
  const found = hutong.sandbox().wallets.find(({ participant }) => participant === name);
  if (found === undefined) throw new Error(`no wallet ${name}`);
  return { ...found, control: createWalletControl(found) };
}

function payerOf(dialect: string): Payer {
  const platform = hutong.sandbox().platforms.find((each) => each.dialect === dialect);
  return platform === undefined ? nativePayer(wallet('alpha'), 'wangwei') : platformPayer(platform);
}

/** One each, since a native one remembers its numbers. */
const payees = new Map<string, Payee>();
function payeeOf(dialect: string): Payee {
  const known = payees.get(dialect);
  if (known !== undefined) return known;
  const shop = hutong.sandbox().shops.find((each) => each.dialect === dialect);
  const program = shops.get(dialect);
  const payee =
    shop === undefined || program === undefined
      ? nativePayee(wallet('bravo'), 'teahouse')
      : shopPayee(shop, program);
  payees.set(dialect, payee);
  return payee;
}

async function ends(code: string): Promise<string[]> {
  const orderId = code.slice(code.lastIndexOf('/') + 1);
  const rows = await query(
    databaseUrl,
    `select state from payments where order_id = '${orderId}' or cause_id in
       (select id from payments where order_id = '${orderId}') order by id`,
  );
  return rows.map(({ state }) => String(state));
}

const actorsOf = (dialect: string) => (): Actors => ({
  payer: payerOf(dialect),
  payee: payeeOf(dialect),
  nativePayer: nativePayer(wallet('alpha'), 'hongqiao'),
  nativePayee: payeeOf('native'),
  async refuseNextCredit() {
    await wallet('bravo').control.addFault({ kind: 'refuse' });
  },
  ends,
});

for (const { id } of dialects) describeDialect(id, actorsOf(id));
