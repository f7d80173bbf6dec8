// Amounts on the wire become minor units and back, exactly, in every currency.
import { CANONICAL_AMOUNT_PATTERN, problemCodes } from '@hutong/sdk/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  amountFaults,
  formatAmount,
  MAX_AMOUNT_MINOR,
  parseAmount,
  parseAmountOrZero,
} from './amount.ts';
import { type Currency, createCurrencies } from './currency.ts';

const currencies = createCurrencies([
  { code: 'USDC', exponent: 6 },
  { code: 'WBTC', exponent: 8 },
  { code: 'GAS', exponent: 9 },
]);

function known(code: string): Currency {
  const found = currencies.byCode(code);
  if (found === undefined) throw new Error(`${code} is not in the list`);
  return found;
}

const anyCurrency = fc.constantFrom(...currencies.all());
const anyMinor = fc.bigInt({ min: 1n, max: MAX_AMOUNT_MINOR });

describe('an amount on the wire is the minor units it says', () => {
  test.each([
    ['CNY', '0.01', 1n],
    ['CNY', '12.5', 1_250n],
    ['CNY', '12.50', 1_250n],
    ['CNY', '12', 1_200n],
    ['CNY', '9999999999999.99', 999_999_999_999_999n],
    ['JPY', '500', 500n],
    ['JPY', '999999999999999', 999_999_999_999_999n],
    ['KWD', '0.001', 1n],
    ['IQD', '1.234', 1_234n],
    ['CLF', '0.0001', 1n],
    ['USDC', '0.000001', 1n],
    ['USDC', '3.14', 3_140_000n],
    ['GAS', '999999.999999999', 999_999_999_999_999n],
  ])('%s %s is %d minor units', (code, text, minor) => {
    expect(parseAmount(text, known(code))).toEqual({ ok: true, minor });
  });
});

describe('an amount that is none is refused by the first reason that holds', () => {
  test.each([
    ['CNY', '', 'amount_malformed'],
    ['CNY', ' 1', 'amount_malformed'],
    ['CNY', '1\n', 'amount_malformed'],
    ['CNY', '+1', 'amount_malformed'],
    ['CNY', '--1', 'amount_malformed'],
    ['CNY', '-', 'amount_malformed'],
    ['CNY', '-x', 'amount_malformed'],
    ['CNY', '01', 'amount_malformed'],
    ['CNY', '00', 'amount_malformed'],
    ['CNY', '-01', 'amount_malformed'],
    ['CNY', '.5', 'amount_malformed'],
    ['CNY', '5.', 'amount_malformed'],
    ['CNY', '1,000', 'amount_malformed'],
    ['CNY', '1_000', 'amount_malformed'],
    ['CNY', '1e3', 'amount_malformed'],
    ['CNY', '0x10', 'amount_malformed'],
    ['CNY', 'NaN', 'amount_malformed'],
    ['CNY', 'Infinity', 'amount_malformed'],
    ['CNY', '1.2.3', 'amount_malformed'],
    ['CNY', '１２', 'amount_malformed'],
    ['CNY', '٣', 'amount_malformed'],
    ['CNY', '1'.repeat(65), 'amount_malformed'],
    ['CNY', '-1', 'amount_negative'],
    ['CNY', '-0', 'amount_negative'],
    ['CNY', '-0.001', 'amount_negative'],
    ['CNY', '0', 'amount_zero'],
    ['CNY', '0.00', 'amount_zero'],
    ['CNY', '0.000', 'amount_zero'],
    ['CNY', '0.001', 'amount_too_precise'],
    ['CNY', '1.500', 'amount_too_precise'],
    ['JPY', '1.0', 'amount_too_precise'],
    ['CNY', '99999999999999999.999', 'amount_too_precise'],
    ['CNY', '10000000000000', 'amount_too_large'],
    ['JPY', '1000000000000000', 'amount_too_large'],
    ['JPY', '1'.repeat(64), 'amount_too_large'],
  ])('%s %j is %s', (code, text, fault) => {
    expect(parseAmount(text, known(code))).toEqual({ ok: false, code: fault });
  });

  test('the reasons are problem codes and stand in the order of the contract', () => {
    const ranks = amountFaults.map((code) => problemCodes.indexOf(code));
    expect(ranks).not.toContain(-1);
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  });
});

test('a fee may be zero where an amount may not', () => {
  expect(parseAmountOrZero('0.00', known('CNY'))).toEqual({ ok: true, minor: 0n });
  expect(parseAmountOrZero('-0.01', known('CNY'))).toEqual({ ok: false, code: 'amount_negative' });
});

test.each([
  ['CNY', 0n, '0.00'],
  ['CNY', 5n, '0.05'],
  ['CNY', -5n, '-0.05'],
  ['CNY', -150n, '-1.50'],
  ['JPY', -7n, '-7'],
  ['KWD', 1_000n, '1.000'],
  ['WBTC', 1n, '0.00000001'],
])('%s: %d minor units are written %s', (code, minor, text) => {
  expect(formatAmount(minor, known(code))).toBe(text);
});

test('every amount of every currency survives the wire and back', () => {
  fc.assert(
    fc.property(anyCurrency, anyMinor, (currency, minor) => {
      const text = formatAmount(minor, currency);
      expect(text).toMatch(new RegExp(CANONICAL_AMOUNT_PATTERN));
      expect(parseAmount(text, currency)).toEqual({ ok: true, minor });
    }),
    { numRuns: 2_000 },
  );
});

test('the least and the largest amount of each currency survive the wire and back', () => {
  for (const currency of currencies.all()) {
    for (const minor of [1n, currency.scale, MAX_AMOUNT_MINOR]) {
      expect(parseAmount(formatAmount(minor, currency), currency)).toEqual({ ok: true, minor });
    }
  }
});

test('whatever is accepted has the value its digits say, and no other text is accepted', () => {
  const texts = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'0123456789.-+e ,'), maxLength: 20 }),
    fc.string({ maxLength: 12 }),
  );
  fc.assert(
    fc.property(anyCurrency, texts, (currency, text) => {
      const parsed = parseAmountOrZero(text, currency);
      if (!parsed.ok) return;
      // Worked out apart from the parser: digits without the point, scaled by what is missing.
      const [whole = '', fraction = ''] = text.split('.');
      const missing = BigInt(currency.exponent - Math.min(fraction.length, currency.exponent));
      const digits = BigInt(whole + fraction.slice(0, currency.exponent));
      expect(parsed.minor).toBe(digits * 10n ** missing);
      expect(text).toMatch(new RegExp(CANONICAL_AMOUNT_PATTERN));
    }),
    { numRuns: 2_000 },
  );
});
