// Exact arithmetic on minor units: checked int8 sums, rounding, fees, shares, conversion.
// What to charge and whom is src/quotes; this only never loses or makes a minor unit.
import type { Currency } from './currency.ts';

/** The limits of PostgreSQL int8, in which balances live. */
export const INT8_MIN = -(2n ** 63n);
export const INT8_MAX = 2n ** 63n - 1n;

export function fitsInt8(value: bigint): boolean {
  return value >= INT8_MIN && value <= INT8_MAX;
}

/**
 * The sum, or undefined where it would not fit int8: the caller has a problem, not a wrapped sum.
 */
export function addInt8(a: bigint, b: bigint): bigint | undefined {
  const sum = a + b;
  return fitsInt8(sum) ? sum : undefined;
}

/** The sum of all, or undefined where it would not fit int8 (what is between may). */
export function sumInt8(values: Iterable<bigint>): bigint | undefined {
  let sum = 0n;
  for (const value of values) sum += value;
  return fitsInt8(sum) ? sum : undefined;
}

/**
 * - `half_up`: to the nearest, ties away from zero (what receipts and tax offices do)
 * - `half_even`: to the nearest, ties to the even neighbour (no drift over many)
 * - `up`: away from zero; `down`: toward zero
 */
export const roundingModes = ['half_up', 'half_even', 'up', 'down'] as const;
export type RoundingMode = (typeof roundingModes)[number];

/**
 * amount × numerator ÷ denominator, rounded once.
 * @throws RangeError when the denominator is zero.
 */
export function mulDivRound(
  amount: bigint,
  numerator: bigint,
  denominator: bigint,
  mode: RoundingMode,
): bigint {
  const product = denominator < 0n ? -amount * numerator : amount * numerator;
  const divisor = denominator < 0n ? -denominator : denominator;
  const quotient = product / divisor;
  const remainder = product % divisor;
  if (remainder === 0n) return quotient;
  const away = product < 0n ? quotient - 1n : quotient + 1n;
  const twice = 2n * (remainder < 0n ? -remainder : remainder);
  switch (mode) {
    case 'up':
      return away;
    case 'down':
      return quotient;
    case 'half_up':
      return twice >= divisor ? away : quotient;
    case 'half_even':
      if (twice === divisor) return quotient % 2n === 0n ? quotient : away;
      return twice > divisor ? away : quotient;
  }
}

/**
 * The fee of so many basis points (1/100 of a percent) on an amount, in its minor units.
 * @throws RangeError when feeBps is not a whole number (from BigInt).
 */
export function feeOfBps(amountMinor: bigint, feeBps: number, mode: RoundingMode): bigint {
  return mulDivRound(amountMinor, BigInt(feeBps), 10_000n, mode);
}

/**
 * Shares of an amount in proportion to weights; their sum is the amount, to the minor unit.
 * Largest remainder: who lost most to rounding down gets a unit first, ties to the earlier share.
 * A weight of zero gets nothing.
 * @throws RangeError when the amount or a weight is negative, or no weight is above zero.
 */
export function allocate(amountMinor: bigint, weights: readonly bigint[]): bigint[] {
  if (amountMinor < 0n) throw new RangeError('cannot allocate a negative amount');
  if (weights.some((weight) => weight < 0n)) throw new RangeError('a weight is negative');
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (total === 0n) throw new RangeError('no weight is above zero');
  const shares = weights.map((weight) => (amountMinor * weight) / total);
  const left = amountMinor - shares.reduce((sum, share) => sum + share, 0n);
  const byLoss = weights
    .map((weight, index) => ({ index, remainder: (amountMinor * weight) % total }))
    .sort((a, b) => compare(b.remainder, a.remainder) || a.index - b.index);
  // At most weights.length - 1 units are left, so this number is an index, never money.
  for (const { index } of byLoss.slice(0, Number(left))) shares[index] = (shares[index] ?? 0n) + 1n;
  return shares;
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** An exchange rate as a fraction: so many major units of the target for one of the source. */
export interface Rate {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const RATE_TEXT = /^(0|[1-9][0-9]{0,17})(?:\.([0-9]{1,18}))?$/;

/** A decimal rate of at most 18 + 18 digits, above zero; undefined otherwise. */
export function parseRate(text: string): Rate | undefined {
  const match = RATE_TEXT.exec(text);
  if (match === null) return undefined;
  const [, whole = '', fraction = ''] = match;
  const numerator = BigInt(whole + fraction);
  if (numerator === 0n) return undefined;
  return { numerator, denominator: 10n ** BigInt(fraction.length) };
}

/**
 * Minor units of one currency → minor units of another, their exponents considered, rounded once.
 */
export function convert(
  amountMinor: bigint,
  from: Currency,
  to: Currency,
  rate: Rate,
  mode: RoundingMode,
): bigint {
  return mulDivRound(amountMinor, rate.numerator * to.scale, rate.denominator * from.scale, mode);
}
