// Decimals of one currency added up exactly, for what commands print.
import { currency as currencyOf, formatAmount, parseAmountOrZero } from '../money/index.ts';
import { required } from '../runtime/index.ts';

/**
 * Texts may be negative, as positions are. @throws Defect for what is no amount of the currency.
 */
export function addDecimals(texts: readonly string[], code: string): string {
  const known = required(currencyOf(code), `currency ${code}`);
  return formatAmount(
    texts.reduce((sum, text) => sum + minorOf(text, code), 0n),
    known,
  );
}

/** Minor units of a decimal, which may be negative. @throws Defect */
export function minorOf(text: string, code: string): bigint {
  const known = required(currencyOf(code), `currency ${code}`);
  const isNegative = text.startsWith('-');
  const parsed = parseAmountOrZero(isNegative ? text.slice(1) : text, known);
  const minor = required(parsed.ok ? parsed.minor : null, `amount ${text}`);
  return isNegative ? -minor : minor;
}
