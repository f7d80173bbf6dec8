// Money on the wire: a decimal string beside a currency code, never a JSON number.
// Whether an amount fits its currency is judged by src/money, so that `-5` is answered with
// `amount_negative` and not with a schema error; the shapes here only bound what is read.
import { z } from 'zod';

/** The canonical decimal: no sign, no exponent, no leading zero except `0.x`, no trailing dot. */
export const CANONICAL_AMOUNT_PATTERN = '^(0|[1-9][0-9]*)(\\.[0-9]+)?$';

/**
 * 10^15 - 1: as minor units it fits int8 9,000 times over, and a double exactly, should one read
 * it.
 */
export const MAX_AMOUNT_MINOR = 999_999_999_999_999n;

/**
 * Tokens are kept with at most this many digits: MAX_AMOUNT_MINOR is then still a million units.
 */
export const TOKEN_EXPONENT_MAX = 9;

export const amountSchema = z
  .string()
  .min(1)
  .max(64)
  .meta({
    id: 'Amount',
    description: `Decimal in major units, ${CANONICAL_AMOUNT_PATTERN}, with at most the fraction digits of its currency`,
    examples: ['12.50', '500'],
  });

/** ISO 4217 (three letters) or a token the scheme has registered (three to twelve). */
export const currencyCodeSchema = z
  .string()
  .regex(/^[A-Z][A-Z0-9]{2,11}$/)
  .meta({
    id: 'CurrencyCode',
    description: 'ISO 4217 alphabetic code, or the code of a token registered by the scheme',
    examples: ['CNY', 'EUR', 'USDC'],
  });

export const moneySchema = z
  .strictObject({ amount: amountSchema, currency: currencyCodeSchema })
  .meta({ id: 'Money' });
export type Money = z.infer<typeof moneySchema>;

/** Basis points: 1/100 of a percent, 0 to 10,000. A ratio, not money, so a number. */
export const feeBpsSchema = z.int().min(0).max(10_000).meta({ id: 'FeeBps' });
