// Writes examples/payouts.csv: wages for 1,000 people in four wallets, with the mistakes that such
// files have. The same every time; a test compares the committed file with it.
import { writeFileSync } from 'node:fs';
import { stringify } from 'csv-stringify/sync';
import { SANDBOX_WALLETS } from '../src/sandbox/scenario.ts';

type Row = readonly [reference: string, alias: string, name: string, amount: string, ccy: string];

/** Line by line a mistake that people make, and that must not cost anybody money. */
const MISTAKES: Readonly<Record<number, (row: Row) => Row>> = {
  40: ([r, , n, a, c]) => [r, 'wallet:worker9999@bravo', n, a, c],
  111: ([r, , n, a, c]) => [r, 'phone:+8613999999999', n, a, c],
  173: ([r, , n, a, c]) => [r, 'wallet:worker0173@zulu', n, a, c],
  222: ([r, , n, a, c]) => [r, 'call her on Monday', n, a, c],
  305: ([r, l, n, , c]) => [r, l, n, '3,120.50', c],
  361: ([r, l, n, , c]) => [r, l, n, '-250.00', c],
  404: ([r, l, n, , c]) => [r, l, n, '1800.005', c],
  450: ([r, l, n, , c]) => [r, l, n, '0.00', c],
  512: ([r, l, n, a]) => [r, l, n, a, 'EURO'],
  640: ([r, l, , a, c]) => [r, l, 'Somebody Else', a, c],
  777: ([, l, n, a, c]) => ['WAGE-2026-11-0776', l, n, a, c],
  930: ([r, l, n, a]) => [r, l, n, a, 'CNY'],
};

export function examplePayouts(): string {
  const people = SANDBOX_WALLETS.flatMap(({ participant, users }) =>
    users
      .filter(({ account }) => account.startsWith('worker'))
      .map((user) => ({ ...user, currency: participant === 'charlie' ? 'EUR' : 'CNY' })),
  ).toSorted((a, b) => a.account.localeCompare(b.account));
  const rows = people.map(({ alias, name, currency }, index): Row => {
    const line = index + 1;
    const cents =
      currency === 'EUR' ? 9_000 + ((line * 37) % 5_000) : 80_000 + ((line * 7919) % 90_000);
    const amount = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
    const row: Row = [
      `WAGE-2026-11-${String(line).padStart(4, '0')}`,
      alias,
      name,
      amount,
      currency,
    ];
    return MISTAKES[line]?.(row) ?? row;
  });
  return stringify([['reference', 'alias', 'name', 'amount', 'currency'], ...rows]);
}

if (import.meta.main) {
  writeFileSync(new URL('../examples/payouts.csv', import.meta.url), examplePayouts());
}
