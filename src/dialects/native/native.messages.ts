// Reads native messages: JSON value → the contract's shape, or a problem that points to the fault.
// The shapes themselves are the contract's (sdk/src/contract/native); money is judged here, by its
// currency, so that `-5` is `amount_negative` and not a schema error.
import type { Money } from '@hutong/sdk/contract';
import { type Currencies, type Currency, formatAmount, parseAmount } from '../../money/index.ts';
import type { Amount } from '../../payments/port.ts';
import { ok, type Result, refuse } from '../../problems/index.ts';
import { required } from '../../runtime/defect.ts';

/** `pointer` is where the money stands in the message: `/amount`. */
export function readMoney(
  currencies: Currencies,
  money: Money,
  pointer = '/amount',
): Result<Amount> {
  const currency = currencies.byCode(money.currency);
  if (currency === undefined) {
    const params = { currency: money.currency };
    return refuse('currency_unknown', { params, pointer: `${pointer}/currency` });
  }
  const parsed = parseAmount(money.amount, currency);
  if (parsed.ok) return ok({ currency: currency.code, minor: parsed.minor });
  const params = { currency: currency.code, exponent: String(currency.exponent) };
  return refuse(parsed.code, { params, pointer: `${pointer}/amount` });
}

export function currencyOf(currencies: Currencies, code: string): Currency {
  return required(currencies.byCode(code), `currency ${code}`);
}

export function writeMoney(currencies: Currencies, amount: Amount): Money {
  const { currency, minor } = amount;
  return { amount: formatAmount(minor, currencyOf(currencies, currency)), currency };
}

export function instant(ms: number): string {
  return new Date(ms).toISOString();
}
