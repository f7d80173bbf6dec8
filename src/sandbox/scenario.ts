// Who takes part in the sandbox: four simulated wallets, two currencies, their users and what they
// hold. Data alone; starting them is sandbox.ts.
import type { FeeTerms } from '../quotes/index.ts';

export interface ScenarioUser {
  readonly account: string;
  readonly name: string;
  readonly alias: string;
  /** Decimals by currency: money from outside the scheme. */
  readonly balances: Readonly<Record<string, string>>;
}

export interface ScenarioWallet {
  readonly participant: string;
  readonly name: string;
  readonly mode: 'two-step' | 'single-phase';
  readonly currencies: readonly string[];
  readonly users: readonly ScenarioUser[];
}

/** Through whose contracts the platforms are reached. */
export const SANDBOX_SPONSOR = { id: 'lianhe', name: 'Lianhe Acquiring' } as const;
/** Whose shops speak a platform's protocol to the switch. */
export const SANDBOX_ACQUIRER = { id: 'jiedao', name: 'Jiedao Shops' } as const;

/** Exchanges between the sandbox's currencies, at rates that hold as long as the sandbox. */
export const SANDBOX_EXCHANGE = {
  id: 'bridge',
  name: 'Bridge Exchange',
  rates: [
    { base: 'CNY', target: 'EUR', rate: '0.1285' },
    { base: 'EUR', target: 'CNY', rate: '7.75' },
  ],
} as const;

/** Net debit cap of every participant in every currency, minor units. */
export const SANDBOX_CAP_MINOR = 1_000_000_000n;

const FAMILY_NAMES = ['Wang', 'Li', 'Zhang', 'Liu', 'Chen', 'Yang', 'Zhao', 'Huang', 'Zhou', 'Wu'];
const GIVEN_NAMES = ['Wei', 'Fang', 'Na', 'Min', 'Jing', 'Lei', 'Jun', 'Yan', 'Ping', 'Hua'];

/** People who are paid wages: `wallet:worker0007@bravo`, numbered from `first`. */
function workers(participant: string, first: number, count: number): ScenarioUser[] {
  return Array.from({ length: count }, (_, i) => {
    const number = first + i;
    const account = `worker${String(number).padStart(4, '0')}`;
    const family = FAMILY_NAMES[number % FAMILY_NAMES.length] ?? '';
    const given = GIVEN_NAMES[Math.floor(number / FAMILY_NAMES.length) % GIVEN_NAMES.length] ?? '';
    const alias = `wallet:${account}@${participant}`;
    return { account, name: `${family} ${given}`, alias, balances: {} };
  });
}

export const SANDBOX_WALLETS: readonly ScenarioWallet[] = [
  {
    participant: 'alpha',
    name: 'Alpha Wallet',
    mode: 'two-step',
    currencies: ['CNY', 'EUR'],
    users: [
      {
        account: 'wangwei',
        name: 'Wang Wei',
        alias: 'phone:+8613800000001',
        balances: { CNY: '5000.00', EUR: '500.00' },
      },
      {
        account: 'hongqiao',
        name: 'Hongqiao Foods Ltd',
        alias: 'merchant:hongqiao-foods',
        balances: { CNY: '2000000.00', EUR: '20000.00' },
      },
      ...workers('alpha', 501, 200),
    ],
  },
  {
    participant: 'bravo',
    name: 'Bravo Pay',
    mode: 'two-step',
    currencies: ['CNY'],
    users: [
      {
        account: 'lina',
        name: 'Li Na',
        alias: 'phone:+8613900000002',
        balances: { CNY: '1200.00' },
      },
      {
        account: 'teahouse',
        name: 'Old Street Teahouse',
        alias: 'merchant:old-street-tea',
        balances: { CNY: '300.00' },
      },
      ...workers('bravo', 1, 500),
    ],
  },
  {
    participant: 'charlie',
    name: 'Charlie Bank',
    mode: 'two-step',
    currencies: ['EUR'],
    users: [
      {
        account: 'marta',
        name: 'Marta Keller',
        alias: 'email:marta@charlie.example',
        balances: { EUR: '800.00' },
      },
      {
        account: 'bookshop',
        name: 'Buchladen am Markt',
        alias: 'iban:DE89370400440532013000',
        balances: { EUR: '150.00' },
      },
      ...workers('charlie', 901, 100),
    ],
  },
  {
    participant: 'delta',
    name: 'Delta QR',
    mode: 'single-phase',
    currencies: ['CNY'],
    users: [
      {
        account: 'zhangmin',
        name: 'Zhang Min',
        alias: 'phone:+8613700000003',
        balances: { CNY: '900.00' },
      },
      ...workers('delta', 701, 200),
    ],
  },
];

/** What the scheme earns, by currency. */
export const SANDBOX_FEES: Readonly<Record<string, FeeTerms>> = {
  CNY: { fixedMinor: 0n, bps: 20, minMinor: 1n, maxMinor: 500n, tiers: [], bearer: 'payer' },
  EUR: { fixedMinor: 5n, bps: 0, minMinor: 0n, maxMinor: null, tiers: [], bearer: 'payer' },
};
