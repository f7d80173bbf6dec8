// Amounts between the wire's decimal strings and bigint minor units. No float is ever involved.
// Sums and shares are arithmetic.ts.
import { MAX_AMOUNT_MINOR } from '@hutong/sdk/contract';
import type { Currency } from './currency.ts';

export { MAX_AMOUNT_MINOR };

/** Why a text is no amount, in the order in which it is judged; each is a problem code. */
export const amountFaults = [
  'amount_malformed',
  'amount_negative',
  'amount_zero',
  'amount_too_precise',
  'amount_too_large',
] as const;
export type AmountFault = (typeof amountFaults)[number];

export type ParsedAmount =
  | { readonly ok: true; readonly minor: bigint }
  | { readonly ok: false; readonly code: AmountFault };

/** 15 digits of minor units, a point, or as many zeros as anyone may write: longer is nonsense. */
const AMOUNT_TEXT_CHARS_MAX = 64;
/** `0`, `0.05`, `12.5`: no plus, no exponent, no leading zero, no bare or trailing point. */
const CANONICAL = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;
const ONLY_ZEROS = /^0*$/;

const fault = (code: AmountFault): ParsedAmount => ({ ok: false, code });

/**
 * A canonical decimal in major units → minor units, 1 to MAX_AMOUNT_MINOR.
 * `12.5` and `12.50` are the same CNY; `12.500` is too precise: digits a currency does not have are
 * refused, never rounded, even when they are zeros.
 */
export function parseAmount(text: string, currency: Currency): ParsedAmount {
  const parsed = parseAmountOrZero(text, currency);
  return parsed.ok && parsed.minor === 0n ? fault('amount_zero') : parsed;
}

/** As `parseAmount`, where nothing is a valid amount (a fee, a discount, an opening balance). */
export function parseAmountOrZero(text: string, currency: Currency): ParsedAmount {
  if (text.length > AMOUNT_TEXT_CHARS_MAX) return fault('amount_malformed');
  const match = CANONICAL.exec(text);
  if (match === null) return fault('amount_malformed');
  const [, sign = '', whole = '', fraction = ''] = match;
  if (sign !== '') return fault('amount_negative');
  // Nothing is nothing however precisely it is written: `0.000` CNY is zero, not too precise.
  if (whole === '0' && ONLY_ZEROS.test(fraction)) return { ok: true, minor: 0n };
  if (fraction.length > currency.exponent) return fault('amount_too_precise');
  const minor = BigInt(whole + fraction.padEnd(currency.exponent, '0'));
  return minor > MAX_AMOUNT_MINOR ? fault('amount_too_large') : { ok: true, minor };
}

/**
 * Minor units → decimal with exactly the currency's digits: 5n CNY is `0.05`, -150n is `-1.50`
 * (positions may be negative; amounts never are).
 */
export function formatAmount(minor: bigint, currency: Currency): string {
  const { exponent } = currency;
  if (exponent === 0) return minor.toString();
  const negative = minor < 0n;
  const digits = (negative ? -minor : minor).toString().padStart(exponent + 1, '0');
  const point = digits.length - exponent;
  return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}
