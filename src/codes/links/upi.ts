// UPI links, `upi://pay?pa=…` and `upi://mandate?…`: NPCI UPI Linking Specification 1.6.
import { codeAlias } from '../alias.ts';
import { currencyOfCode, readAmount } from '../emv/amount.ts';
import { type CodeProblem, type CodeResult, codeProblem, found } from '../problem.ts';
import { type CodeReading, judged, present, type ReadOptions } from '../reading.ts';
import { encodePercent, parseQuery, type Query } from './query.ts';

export interface UpiLink {
  readonly action: 'pay' | 'mandate';
  /** `pa`: the payee's UPI address. */
  readonly vpa: string;
  readonly name?: string;
  /** Decimal rupees. */
  readonly amount?: string;
  readonly minimumAmount?: string;
  readonly categoryCode?: string;
  readonly transactionId?: string;
  readonly reference?: string;
  readonly note?: string;
  readonly url?: string;
  readonly mode?: string;
  readonly purpose?: string;
  readonly organisation?: string;
  readonly signature?: string;
}

/** Names on the wire and forms, in the order in which they are written. */
const parameters: readonly {
  readonly wire: string;
  readonly name: Exclude<keyof UpiLink, 'action'>;
  readonly form?: RegExp;
}[] = [
  { wire: 'pa', name: 'vpa', form: /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}@[A-Za-z][A-Za-z0-9]{1,63}$/ },
  { wire: 'pn', name: 'name' },
  { wire: 'mc', name: 'categoryCode', form: /^[0-9]{4}$/ },
  { wire: 'tid', name: 'transactionId', form: /^[A-Za-z0-9-]{1,35}$/ },
  { wire: 'tr', name: 'reference' },
  { wire: 'tn', name: 'note' },
  { wire: 'am', name: 'amount' },
  { wire: 'mam', name: 'minimumAmount' },
  { wire: 'url', name: 'url' },
  { wire: 'mode', name: 'mode', form: /^[0-9]{2}$/ },
  { wire: 'purpose', name: 'purpose', form: /^[0-9]{2}$/ },
  { wire: 'orgid', name: 'organisation', form: /^[0-9]{6}$/ },
  { wire: 'sign', name: 'signature' },
];

const SCHEME = 'upi';
const CURRENCY = 'INR';
const LINK = /^upi:\/\/(pay|mandate)\/?\?/i;

export function looksLikeUpiLink(text: string): boolean {
  return /^upi:/i.test(text);
}

export function readUpiLink(text: string, options: ReadOptions = {}): CodeReading {
  const match = LINK.exec(text);
  if (match === null) {
    const problems = [codeProblem('link.malformed', { position: 0, params: { scheme: 'UPI' } })];
    return judged({ scheme: SCHEME, mode: null, fields: {}, problems }, options);
  }
  const query = parseQuery(text, match[0].length);
  const problems = [...query.problems];
  const known = new Set(['cu', ...parameters.map(({ wire }) => wire)]);
  const fields: Record<string, string> = {};
  for (const { wire, name, form } of parameters) {
    const value = query.values.get(wire);
    if (value === undefined || value === '') continue;
    if (form !== undefined && !form.test(value)) {
      const code = name === 'vpa' ? 'link.field_malformed' : 'link.field_unusual';
      problems.push(wrong(code, wire, value, query));
    } else fields[name] = value;
  }
  const vpa = fields['vpa'];
  if (vpa === undefined && (query.values.get('pa') ?? '') === '') {
    problems.push(codeProblem('link.field_missing', { path: 'pa' }));
  }
  const amount = amountOf('am', query, problems);
  const minimumAmount = amountOf('mam', query, problems);
  const others = [...query.values].filter(([name]) => !known.has(name));
  return judged(
    {
      scheme: SCHEME,
      mode: amount === undefined && fields['reference'] === undefined ? 'static' : 'dynamic',
      fields: {
        action: match[1]?.toLowerCase() ?? 'pay',
        ...fields,
        ...present({
          currency: CURRENCY,
          amount,
          minimumAmount,
          others: others.length === 0 ? undefined : Object.fromEntries(others),
        }),
      },
      alias: vpa === undefined ? null : codeAlias('vpa', vpa.toLowerCase()),
      problems: [...problems, ...currencyProblems(query)],
    },
    options,
  );
}

function wrong(
  code: 'link.field_malformed' | 'link.field_unusual',
  path: string,
  value: string,
  query: Query,
): CodeProblem {
  return codeProblem(code, { position: query.positionOf(path), path, params: { found: value } });
}

function amountOf(wire: 'am' | 'mam', query: Query, problems: CodeProblem[]) {
  const text = query.values.get(wire);
  const currency = currencyOfCode(CURRENCY);
  if (text === undefined || text === '' || currency === undefined) return undefined;
  const read = readAmount(text, currency, { position: query.positionOf(wire), path: wire });
  problems.push(...read.problems);
  return read.amount;
}

function currencyProblems(query: Query): CodeProblem[] {
  const currency = query.values.get('cu') ?? '';
  if (currency === '' || currency.toUpperCase() === CURRENCY) return [];
  const params = { scheme: 'UPI', expected: CURRENCY, found: currency };
  const place = { position: query.positionOf('cu'), path: 'cu', params };
  return [codeProblem('link.currency_unexpected', place)];
}

/** The link; amounts must have the plain form, the address its own. */
export function writeUpiLink(link: UpiLink): CodeResult<string> {
  const pairs = parameters.flatMap(({ wire, name }) => {
    const value = link[name];
    // The address keeps its @: programs that look for it do not decode.
    const text = value === undefined ? '' : encodePercent(value).replace(/%40/g, '@');
    return value === undefined ? [] : [`${wire}=${text}`];
  });
  const text = `upi://${link.action}?${[...pairs, `cu=${CURRENCY}`].join('&')}`;
  const { problems } = readUpiLink(text, { strict: true });
  return problems.length > 0 ? { ok: false, problems } : found(text);
}
