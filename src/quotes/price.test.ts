// No minor unit is lost or made, whatever is charged and whoever bears it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_AMOUNT_MINOR } from '../money/index.ts';
import { areFeeTerms, FEE_BEARERS, type FeeTerms, feeOf, NO_FEE, price } from './price.ts';

const terms = (fee: Partial<FeeTerms>): FeeTerms => ({ ...NO_FEE, maxMinor: null, ...fee });
const priced = (amountMinor: bigint, fee: FeeTerms) => {
  const result = price({ currency: 'CNY', amountMinor, fee, feeParticipantId: 'operator' });
  if (!result.ok) return result.code;
  const { debitMinor, creditMinor, feeMinor, feeParticipantId } = result.terms;
  return `${debitMinor} = ${creditMinor} + ${feeMinor} ${feeParticipantId ?? 'nobody'}`;
};

test.each<[string, bigint, Partial<FeeTerms>, string]>([
  ['nothing is charged where nothing is set', 100n, {}, '100 = 100 + 0 nobody'],
  ['a fixed fee on top', 100n, { fixedMinor: 7n }, '107 = 100 + 7 operator'],
  [
    'a fixed fee from the payee',
    100n,
    { fixedMinor: 7n, bearer: 'payee' },
    '100 = 93 + 7 operator',
  ],
  ['basis points', 10_000n, { bps: 38 }, '10038 = 10000 + 38 operator'],
  ['half a unit rounds up', 50n, { bps: 100 }, '51 = 50 + 1 operator'],
  ['less than half a unit is no fee', 49n, { bps: 100 }, '49 = 49 + 0 nobody'],
  ['never below the minimum', 1n, { bps: 10, minMinor: 5n }, '6 = 1 + 5 operator'],
  [
    'never above the maximum',
    10n ** 9n,
    { bps: 60, maxMinor: 500n },
    '1000000500 = 1000000000 + 500 operator',
  ],
  ['both parts together', 1_000n, { fixedMinor: 2n, bps: 50 }, '1007 = 1000 + 7 operator'],
  ['a payee is left something', 5n, { fixedMinor: 5n, bearer: 'payee' }, 'fee_exceeds_amount'],
  ['a payer may pay more fee than amount', 1n, { fixedMinor: 5n }, '6 = 1 + 5 operator'],
  ['nothing cannot be paid', 0n, {}, 'amount_zero'],
  ['less than nothing neither', -1n, {}, 'amount_negative'],
  [
    'the largest amount without fee',
    MAX_AMOUNT_MINOR,
    {},
    `${MAX_AMOUNT_MINOR} = ${MAX_AMOUNT_MINOR} + 0 nobody`,
  ],
  [
    'the largest amount has no room for a fee',
    MAX_AMOUNT_MINOR,
    { fixedMinor: 1n },
    'amount_too_large',
  ],
  ['beyond the largest', MAX_AMOUNT_MINOR + 1n, {}, 'amount_too_large'],
])('%s', (_, amountMinor, fee, expected) => {
  expect(priced(amountMinor, terms(fee))).toBe(expected);
});

const minor = fc.bigInt({ min: 0n, max: 10n ** 6n });
const feeTerms: fc.Arbitrary<FeeTerms> = fc
  .record({
    tiers: fc.constant([]),
    fixedMinor: minor,
    bps: fc.integer({ min: 0, max: 10_000 }),
    minMinor: minor,
    extraMinor: fc.option(minor),
    bearer: fc.constantFrom(...FEE_BEARERS),
  })
  .map(({ extraMinor, ...fee }) => ({
    ...fee,
    maxMinor: extraMinor === null ? null : fee.minMinor + extraMinor,
  }));
const amount = fc.oneof(
  fc.bigInt({ min: 1n, max: 10_000n }),
  fc.bigInt({ min: 1n, max: MAX_AMOUNT_MINOR }),
);

test('debit = credit + fee, each in its bounds, or one of the listed refusals', () => {
  fc.assert(
    fc.property(amount, feeTerms, (amountMinor, fee) => {
      expect(areFeeTerms(fee)).toBe(true);
      const result = price({ currency: 'CNY', amountMinor, fee, feeParticipantId: 'operator' });
      const feeMinor = feeOf(amountMinor, fee);
      if (!result.ok) {
        const why = fee.bearer === 'payee' ? feeMinor >= amountMinor : feeMinor > 0n;
        expect(why).toBe(true);
        return;
      }
      const { terms: t } = result;
      expect(t.debitMinor).toBe(t.creditMinor + t.feeMinor);
      expect(fee.bearer === 'payer' ? t.creditMinor : t.debitMinor).toBe(amountMinor);
      expect(t.feeMinor >= 0n && t.creditMinor > 0n && t.debitMinor <= MAX_AMOUNT_MINOR).toBe(true);
      expect(t.feeMinor >= fee.minMinor).toBe(true);
      expect(fee.maxMinor === null || t.feeMinor <= fee.maxMinor).toBe(true);
      expect(t.feeParticipantId === null).toBe(t.feeMinor === 0n);
    }),
    { numRuns: 2_000 },
  );
});

test('a larger amount never costs a smaller fee', () => {
  fc.assert(
    fc.property(amount, amount, feeTerms, (a, b, fee) => {
      const [less, more] = a < b ? [a, b] : [b, a];
      expect(feeOf(less, fee) <= feeOf(more, fee)).toBe(true);
    }),
  );
});

test.each<[string, Partial<FeeTerms>]>([
  ['less than nothing', { bps: -1 }],
  ['more than everything', { bps: 10_001 }],
  ['half a basis point', { bps: 0.5 }],
  ['a negative fixed part', { fixedMinor: -1n }],
  ['a maximum below the minimum', { minMinor: 2n, maxMinor: 1n }],
  ['an amount beyond the largest', { maxMinor: MAX_AMOUNT_MINOR + 1n }],
])('%s is no fee', (_, fee) => {
  expect(areFeeTerms(terms(fee))).toBe(false);
});
