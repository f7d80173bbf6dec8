// No minor unit is lost or made by rounding, sharing or converting.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addInt8,
  allocate,
  convert,
  feeOfBps,
  INT8_MAX,
  INT8_MIN,
  mulDivRound,
  parseRate,
  type RoundingMode,
  roundingModes,
  sumInt8,
} from './arithmetic.ts';
import { type Currency, currency } from './currency.ts';

const int8 = fc.bigInt({ min: INT8_MIN, max: INT8_MAX });
const absolute = (value: bigint) => (value < 0n ? -value : value);

describe('sums never wrap', () => {
  test.each([
    [INT8_MAX, 0n, INT8_MAX],
    [INT8_MAX, 1n, undefined],
    [INT8_MIN, -1n, undefined],
    [INT8_MIN, INT8_MAX, -1n],
  ])('%d + %d = %s', (a, b, sum) => {
    expect(addInt8(a, b)).toBe(sum);
    expect(sumInt8([a, b])).toBe(sum);
  });

  test('a sum that leaves int8 and comes back is a sum', () => {
    expect(sumInt8([INT8_MAX, 1n, -1n])).toBe(INT8_MAX);
    expect(sumInt8([])).toBe(0n);
  });
});

describe('rounding follows its mode', () => {
  const rows: [amount: bigint, expected: Record<RoundingMode, bigint>][] = [
    [15n, { half_up: 2n, half_even: 2n, up: 2n, down: 1n }],
    [25n, { half_up: 3n, half_even: 2n, up: 3n, down: 2n }],
    [24n, { half_up: 2n, half_even: 2n, up: 3n, down: 2n }],
    [26n, { half_up: 3n, half_even: 3n, up: 3n, down: 2n }],
    [20n, { half_up: 2n, half_even: 2n, up: 2n, down: 2n }],
    [5n, { half_up: 1n, half_even: 0n, up: 1n, down: 0n }],
    [1n, { half_up: 0n, half_even: 0n, up: 1n, down: 0n }],
    [0n, { half_up: 0n, half_even: 0n, up: 0n, down: 0n }],
    [-25n, { half_up: -3n, half_even: -2n, up: -3n, down: -2n }],
    [-15n, { half_up: -2n, half_even: -2n, up: -2n, down: -1n }],
    [-1n, { half_up: 0n, half_even: 0n, up: -1n, down: 0n }],
  ];
  const cases = rows.flatMap(([amount, expected]) =>
    roundingModes.map((mode) => [amount, mode, expected[mode]] as const),
  );
  test.each(cases)('%d tenths, %s, are %d', (amount, mode, expected) => {
    expect(mulDivRound(amount, 1n, 10n, mode)).toBe(expected);
    expect(mulDivRound(amount, -1n, -10n, mode)).toBe(expected);
  });

  test('the result is the nearest or next whole, of all int8 values', () => {
    const modes = fc.constantFrom(...roundingModes);
    const divisors = int8.filter((value) => value !== 0n);
    fc.assert(
      fc.property(int8, int8, divisors, modes, (amount, numerator, denominator, mode) => {
        const result = mulDivRound(amount, numerator, denominator, mode);
        const error = absolute(result * denominator - amount * numerator);
        const size = absolute(denominator);
        if (mode === 'up' || mode === 'down') expect(error < size).toBe(true);
        else expect(2n * error <= size).toBe(true);
        const exact = absolute(amount * numerator);
        if (mode === 'up') expect(absolute(result) * size >= exact).toBe(true);
        if (mode === 'down') expect(absolute(result) * size <= exact).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a division by zero is a bug', () => {
    expect(() => mulDivRound(1n, 1n, 0n, 'down')).toThrow(RangeError);
  });
});

test.each([
  [10_000n, 60, 'half_up', 60n],
  [1n, 60, 'half_up', 0n],
  [1n, 60, 'up', 1n],
  [84n, 60, 'half_up', 1n],
  [83n, 60, 'half_up', 0n],
  [999_999_999_999_999n, 10_000, 'half_up', 999_999_999_999_999n],
  [12_345n, 0, 'up', 0n],
] as const)('the fee on %d at %d bps, %s, is %d', (amount, bps, mode, fee) => {
  expect(feeOfBps(amount, bps, mode)).toBe(fee);
});

test('half a basis point is a bug, not a fee', () => {
  expect(() => feeOfBps(100n, 0.5, 'half_up')).toThrow(RangeError);
});

describe('shares', () => {
  test.each([
    [10n, [1n, 1n, 1n], [4n, 3n, 3n]],
    [2n, [1n, 1n, 1n], [1n, 1n, 0n]],
    [100n, [70n, 20n, 10n], [70n, 20n, 10n]],
    [1n, [1n, 99n], [0n, 1n]],
    [5n, [0n, 1n, 0n], [0n, 5n, 0n]],
    [0n, [1n, 2n], [0n, 0n]],
  ])('%d by %s are %s', (amount, weights, shares) => {
    expect(allocate(amount, weights)).toEqual(shares);
  });

  test.each([
    ['a negative amount', -1n, [1n]],
    ['a negative weight', 1n, [2n, -1n]],
    ['no weight', 1n, []],
    ['only zeros', 1n, [0n, 0n]],
  ])('of %s are a bug', (_, amount, weights) => {
    expect(() => allocate(amount, weights)).toThrow(RangeError);
  });

  test('add up to the amount, each within one unit of its due', () => {
    const amounts = fc.bigInt({ min: 0n, max: INT8_MAX });
    const lists = fc
      .array(fc.bigInt({ min: 0n, max: 10n ** 12n }), { minLength: 1, maxLength: 12 })
      .filter((weights) => weights.some((weight) => weight > 0n));
    fc.assert(
      fc.property(amounts, lists, (amount, weights) => {
        const shares = allocate(amount, weights);
        const total = sumInt8(weights) ?? 0n;
        expect(sumInt8(shares)).toBe(amount);
        shares.forEach((share, index) => {
          const due = amount * (weights[index] ?? 0n);
          expect(absolute(share * total - due) < total).toBe(true);
          if (weights[index] === 0n) expect(share).toBe(0n);
        });
      }),
    );
  });
});

describe('conversion', () => {
  const known = (code: string): Currency => {
    const found = currency(code);
    if (found === undefined) throw new Error(code);
    return found;
  };
  test.each([
    ['CNY', 'JPY', '20.5', 1_000n, 205n],
    ['JPY', 'CNY', '0.0487', 1_000n, 4_870n],
    ['USD', 'KWD', '0.3067', 10_000n, 30_670n],
    ['KWD', 'JPY', '488.123', 1n, 0n],
    ['USD', 'CNY', '7.1234', 1n, 7n],
    ['CNY', 'CNY', '1', 123n, 123n],
  ])('%s to %s at %s: %d becomes %d', (from, to, text, amount, expected) => {
    const rate = parseRate(text);
    if (rate === undefined) throw new Error('no rate');
    expect(convert(amount, known(from), known(to), rate, 'half_up')).toBe(expected);
  });

  test.each([
    '',
    '0',
    '0.0',
    '-1',
    '1.',
    '.5',
    '01',
    '1e3',
    ' 1',
    '1'.repeat(19),
    `1.${'1'.repeat(19)}`,
  ])('%j is no rate', (text) => {
    expect(parseRate(text)).toBeUndefined();
  });
});
