// The list of currencies is ISO's, and a scheme's tokens cannot pass for any of them.
import { currencyCodeSchema } from '@hutong/sdk/contract';
import { describe, expect, test } from 'vitest';
import { createCurrencies, currency } from './currency.ts';
import { iso4217 } from './iso-4217.ts';

test.each([
  ['CNY', '156', 2],
  ['HKD', '344', 2],
  ['USD', '840', 2],
  ['EUR', '978', 2],
  ['ALL', '008', 2],
  ['JPY', '392', 0],
  ['KRW', '410', 0],
  ['VND', '704', 0],
  ['XOF', '952', 0],
  ['UGX', '800', 0],
  ['KWD', '414', 3],
  ['IQD', '368', 3],
  ['TND', '788', 3],
  ['CLF', '990', 4],
  ['UYW', '927', 4],
  ['MGA', '969', 2],
  ['MRU', '929', 2],
  ['LAK', '418', 2],
  ['XCG', '532', 2],
  ['ZWG', '924', 2],
])('%s is numbered %s and has %d decimals', (code, numeric, exponent) => {
  expect(currency(code)).toMatchObject({ code, numeric, exponent, scale: 10n ** BigInt(exponent) });
  expect(createCurrencies().byNumeric(numeric)?.code).toBe(code);
});

test.each(['XAU', 'XDR', 'XXX', 'XTS', 'ANG', 'BGN', 'HRK', 'cny', 'CN', '', 'USDC', '__proto__'])(
  '%j cannot be owed',
  (code) => {
    expect(currency(code)).toBeUndefined();
  },
);

test('each code and number occurs once and has its form on the wire', () => {
  expect(new Set(iso4217.map(([code]) => code)).size).toBe(iso4217.length);
  expect(new Set(iso4217.map(([, numeric]) => numeric)).size).toBe(iso4217.length);
  for (const [code, numeric, exponent] of iso4217) {
    expect(currencyCodeSchema.safeParse(code).success).toBe(true);
    expect(numeric).toMatch(/^[0-9]{3}$/);
    expect([0, 2, 3, 4]).toContain(exponent);
  }
});

describe('a token that a scheme registers', () => {
  test('is a currency of that scheme only', () => {
    const scheme = createCurrencies([{ code: 'USDC', exponent: 6 }]);
    expect(scheme.byCode('USDC')).toMatchObject({ kind: 'token', scale: 1_000_000n });
    expect(scheme.all()).toHaveLength(iso4217.length + 1);
    expect(currency('USDC')).toBeUndefined();
  });

  test.each([
    ['takes the code of a currency', [{ code: 'USD', exponent: 6 }]],
    [
      'is registered twice',
      [
        { code: 'USDC', exponent: 6 },
        { code: 'USDC', exponent: 6 },
      ],
    ],
    ['is in lower case', [{ code: 'usdc', exponent: 6 }]],
    ['is finer than int8 balances bear', [{ code: 'WEI', exponent: 18 }]],
    ['has half a decimal', [{ code: 'ODD', exponent: 1.5 }]],
    ['has fewer than none', [{ code: 'ODD', exponent: -1 }]],
  ])('keeps the scheme from starting when it %s', (_, tokens) => {
    expect(() => createCurrencies(tokens)).toThrow(RangeError);
  });
});
