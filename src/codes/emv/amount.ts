// Amounts and tips of merchant codes: ids 54 to 57. Sums are not made here; minor units are
// src/money.
import { type Currency, createCurrencies } from '../../money/currency.ts';
import { type CodeProblem, codeProblem } from '../problem.ts';
import { fieldMax, type Tip } from './merchant.ts';

const currencies = createCurrencies();

export function currencyOfNumber(numeric: string): Currency | undefined {
  return currencies.byNumeric(numeric);
}

export function currencyOfCode(code: string): Currency | undefined {
  return currencies.byCode(code);
}

export interface ReadAmount {
  /** Major units with exactly the currency's decimals; undefined where it is refused. */
  readonly amount: string | undefined;
  readonly problems: readonly CodeProblem[];
}

interface Place {
  readonly position: number | null;
  readonly path: string;
}

const FORM = /^([0-9]*)(?:\.([0-9]*))?$/;
const PLAIN = /^(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;
const ZEROS = /^0*$/;

/** An amount above zero as it is written in 54 or 56, EMV QRCPS 4.7. */
export function readAmount(text: string, currency: Currency, place: Place): ReadAmount {
  const params = { found: text, currency: currency.code };
  const no = (code: Parameters<typeof codeProblem>[0]): ReadAmount => ({
    amount: undefined,
    problems: [codeProblem(code, { ...place, params })],
  });
  if (text.length > fieldMax['54']) return no('emv.amount_too_long');
  const match = FORM.exec(text);
  const [, whole = '', fraction = ''] = match ?? [];
  if (match === null || whole + fraction === '') return no('emv.amount_malformed');
  if (ZEROS.test(whole + fraction)) return no('emv.amount_zero');
  const { exponent } = currency;
  const beyond = fraction.slice(exponent);
  if (!ZEROS.test(beyond)) return no('emv.amount_too_precise');
  const units = whole.replace(/^0+(?=.)/, '') || '0';
  const decimals = fraction.slice(0, exponent).padEnd(exponent, '0');
  const isPlain = PLAIN.test(text) && beyond === '';
  return {
    amount: exponent === 0 ? units : `${units}.${decimals}`,
    problems: isPlain ? [] : [codeProblem('emv.amount_unusual', { ...place, params })],
  };
}

/** 00.01 to 99.99, with at most two decimals. */
export function isPercentage(text: string): boolean {
  return /^[0-9]{1,2}(?:\.[0-9]{1,2})?$/.test(text) && /[1-9]/.test(text);
}

export interface TipObjects {
  readonly indicator: string | undefined;
  readonly fixed: string | undefined;
  readonly percentage: string | undefined;
}

export interface ReadTip {
  readonly tip: Tip | undefined;
  readonly problems: readonly CodeProblem[];
}

/** Ids 55, 56 and 57 must agree: which of two fees is meant must never be a guess. */
export function readTip(
  { indicator, fixed, percentage }: TipObjects,
  currency: Currency,
  positionOf: (id: string) => number | null,
): ReadTip {
  const wrong = (code: 'emv.tip_malformed' | 'emv.tip_mismatch', path: string, found = '') => ({
    tip: undefined,
    problems: [codeProblem(code, { position: positionOf(path), path, params: { found } })],
  });
  if (indicator !== undefined && !['01', '02', '03'].includes(indicator)) {
    return wrong('emv.tip_malformed', '55', indicator);
  }
  if (fixed !== undefined && indicator !== '02') return wrong('emv.tip_mismatch', '56');
  if (percentage !== undefined && indicator !== '03') return wrong('emv.tip_mismatch', '57');
  if (indicator === '01') return { tip: { kind: 'prompt' }, problems: [] };
  if (indicator === '02') {
    if (fixed === undefined) return wrong('emv.tip_mismatch', '55');
    const read = readAmount(fixed, currency, { position: positionOf('56'), path: '56' });
    const { amount, problems } = read;
    return { tip: amount === undefined ? undefined : { kind: 'fixed', amount: fixed }, problems };
  }
  if (indicator === '03') {
    if (percentage === undefined) return wrong('emv.tip_mismatch', '55');
    if (!isPercentage(percentage)) return wrong('emv.tip_malformed', '57', percentage);
    return { tip: { kind: 'percentage', percent: percentage }, problems: [] };
  }
  return { tip: undefined, problems: [] };
}
