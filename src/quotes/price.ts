// What a payment costs: pure, exact, the fee rounded once. debit = credit + fee, always.
// Exchange rates are not decided here: both sides are in one currency.
import type { ProblemCode } from '@hutong/sdk/contract';
import { feeOfBps, MAX_AMOUNT_MINOR } from '../money/index.ts';

export const FEE_BEARERS = ['payer', 'payee'] as const;
export type FeeBearer = (typeof FEE_BEARERS)[number];

/** The fee of amounts up to `upToMinor`. */
export interface FeeTier {
  readonly upToMinor: bigint;
  readonly fixedMinor: bigint;
  readonly bps: number;
}

/**
 * What the scheme takes in one currency: fixed + bps of the amount, not below min, not above max.
 */
export interface FeeTerms {
  readonly fixedMinor: bigint;
  /** Basis points, 0 to 10,000; rounded half up. */
  readonly bps: number;
  readonly minMinor: bigint;
  /** `null`: without an upper bound. */
  readonly maxMinor: bigint | null;
  /** For smaller amounts: the first whose `upToMinor` is not exceeded holds. Ascending. */
  readonly tiers: readonly FeeTier[];
  /** payer: pays it on top. payee: receives that much less. */
  readonly bearer: FeeBearer;
}

export const NO_FEE: FeeTerms = {
  fixedMinor: 0n,
  bps: 0,
  minMinor: 0n,
  maxMinor: 0n,
  tiers: [],
  bearer: 'payer',
};

/** Everything a payment needs to know about its money. */
export interface Terms {
  readonly currency: string;
  /** What the two sides agreed on. */
  readonly amountMinor: bigint;
  /** What leaves the payer's position. */
  readonly debitMinor: bigint;
  /** What reaches the payee's position. */
  readonly creditMinor: bigint;
  readonly feeMinor: bigint;
  /** Whose fees account receives the fee; `null` where there is none. */
  readonly feeParticipantId: string | null;
}

/** In the order in which an amount is judged. */
export const PRICE_REFUSALS = [
  'amount_negative',
  'amount_zero',
  'amount_too_large',
  'fee_exceeds_amount',
] as const satisfies readonly ProblemCode[];
export type PriceRefusal = (typeof PRICE_REFUSALS)[number];

export type Priced =
  | { readonly ok: true; readonly terms: Terms }
  | { readonly ok: false; readonly code: PriceRefusal };

/** The fee on an amount above zero, in its minor units. */
export function feeOf(amountMinor: bigint, fee: FeeTerms): bigint {
  const { fixedMinor, bps } = fee.tiers.find((tier) => amountMinor <= tier.upToMinor) ?? fee;
  const rawMinor = fixedMinor + feeOfBps(amountMinor, bps, 'half_up');
  const atLeast = rawMinor < fee.minMinor ? fee.minMinor : rawMinor;
  return fee.maxMinor !== null && atLeast > fee.maxMinor ? fee.maxMinor : atLeast;
}

/** @param asked.feeParticipantId who earns the fee */
export function price(asked: {
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly fee: FeeTerms;
  readonly feeParticipantId: string;
}): Priced {
  const { currency, amountMinor, fee } = asked;
  if (amountMinor < 0n) return { ok: false, code: 'amount_negative' };
  if (amountMinor === 0n) return { ok: false, code: 'amount_zero' };
  const feeMinor = feeOf(amountMinor, fee);
  const byPayer = fee.bearer === 'payer';
  const debitMinor = byPayer ? amountMinor + feeMinor : amountMinor;
  const creditMinor = byPayer ? amountMinor : amountMinor - feeMinor;
  if (debitMinor > MAX_AMOUNT_MINOR) return { ok: false, code: 'amount_too_large' };
  if (creditMinor <= 0n) return { ok: false, code: 'fee_exceeds_amount' };
  const feeParticipantId = feeMinor === 0n ? null : asked.feeParticipantId;
  return {
    ok: true,
    terms: { currency, amountMinor, debitMinor, creditMinor, feeMinor, feeParticipantId },
  };
}

/** Whether fee terms are any: what a schedule may say. */
export function areFeeTerms(fee: FeeTerms): boolean {
  const { fixedMinor, bps, minMinor, maxMinor, tiers } = fee;
  const amounts = [fixedMinor, minMinor, maxMinor ?? 0n];
  for (const tier of tiers) amounts.push(tier.fixedMinor, tier.upToMinor);
  const shares = [bps, ...tiers.map((tier) => tier.bps)];
  const isAscending = tiers.every(
    ({ upToMinor }, i) => upToMinor > (tiers[i - 1]?.upToMinor ?? 0n),
  );
  return (
    shares.every((each) => Number.isInteger(each) && each >= 0 && each <= 10_000) &&
    isAscending &&
    amounts.every((minor) => minor >= 0n && minor <= MAX_AMOUNT_MINOR) &&
    (maxMinor === null || maxMinor >= minMinor)
  );
}
