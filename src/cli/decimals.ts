// Decimals of one currency added up exactly, for what commands print.
import { currency as currencyOf, formatAmount, parseAmountOrZero } from '../money/index.ts';
import { required } from '../runtime/index.ts';

/**
 * Texts may be negative, as positions are. @throws Defect for what is no amount of the currency.
 */
export function addDecimals(texts: readonly string[], code: string): string {
  const known = required(currencyOf(code), `currency ${code}`);
  let sum = 0n;
  for (const text of texts) {
    const isNegative = text.startsWith('-');
    const parsed = parseAmountOrZero(isNegative ? text.slice(1) : text, known);
    const minor = required(parsed.ok ? parsed.minor : null, `amount ${text}`);
    sum += isNegative ? -minor : minor;
  }
  return formatAmount(sum, known);
}
