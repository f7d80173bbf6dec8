// Exchange is exact: no floating point, the FX participant never gives more than its rate says, and
// what is asked for is always covered.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bought, costOf, exchangeSchema, exchangeText, isRate, type Rate } from './exchange.ts';

const rate = (text: string, baseExponent = 2, targetExponent = 2): Rate => ({
  participantId: 'bridge',
  base: 'CNY',
  target: 'USD',
  rate: text,
  baseExponent,
  targetExponent,
  setAtMs: 0,
  validToMs: 1,
});

test.each([
  ['0.14', 2, 2, 100_00n, 14_00n],
  ['0.139', 2, 2, 1n, 0n],
  ['20.85', 2, 0, 100_00n, 2_085n], // into yen, which has no minor unit
  ['0.0479', 0, 2, 1_000n, 47_90n],
  ['3.085', 2, 3, 1n, 30n], // into dinars, which have three digits
  ['999999999999.999999999999', 2, 2, 1n, 999_999_999_999n],
] as const)('at %s (digits %i to %i), %s buys %s', (text, from, to, minor, expected) => {
  expect(bought(rate(text, from, to), minor)).toBe(expected);
});

test.each([
  ['0.14', 14_00n, 100_00n],
  ['0.14', 1n, 8n],
  ['3', 1n, 1n],
  ['3', 10n, 4n],
] as const)('at %s, %s costs %s', (text, minor, expected) => {
  expect(costOf(rate(text), minor)).toBe(expected);
});

test('what is bought never costs more than was given, and what is paid for is always received', () => {
  const text = fc
    .tuple(fc.bigInt(0n, 999_999n), fc.bigInt(1n, 999_999n))
    .map(([whole, part]) => `${whole}.${String(part).padStart(6, '0')}`);
  const digits = fc.integer({ min: 0, max: 9 });
  fc.assert(
    fc.property(text, digits, digits, fc.bigInt(1n, 10n ** 15n), (decimal, from, to, minor) => {
      const own = rate(decimal, from, to);
      const received = bought(own, minor);
      if (received > 0n) expect(costOf(own, received)).toBeLessThanOrEqual(minor);
      expect(bought(own, costOf(own, minor))).toBeGreaterThanOrEqual(minor);
      expect(costOf(own, minor) === 0n || bought(own, costOf(own, minor) - 1n) < minor).toBe(true);
    }),
  );
});

test.each(['', '0', '0.0', '01', '1.', '.5', '-1', '1e3', '1,5', '1.1234567890123', ' 1'])(
  '%j is no rate',
  (text) => {
    expect(isRate(text)).toBe(false);
  },
);

test('an exchange comes back from its text as it was', () => {
  const exchange = { participantId: 'bridge', currency: 'USD', minor: 2n ** 60n };
  expect(exchangeSchema.parse(exchangeText(exchange))).toEqual(exchange);
  expect(exchangeText(null)).toBeNull();
});
