// A company pays many people: every row is looked up and its name compared, quoted and added up
// before anything is sent; then each is paid under a key of its own, so that the same file, however
// often it is run, pays each person at most once.
import { createHash } from 'node:crypto';
import { HutongProblem, type LookupJson, type QuoteJson } from '@hutong/sdk';
import { maskName } from '../directory/index.ts';
import { addDecimals } from './decimals.ts';
import { reasonOf } from './paid.ts';
import type { PayoutResult, PayoutRow } from './payouts.csv.ts';
import type { Person } from './wallets.ts';

const AT_ONCE = 24;
const QUOTE_MARGIN_MS = 10_000;

interface Payable {
  readonly row: PayoutRow;
  readonly quote: QuoteJson;
}

export interface PayoutPlan {
  readonly payable: readonly Payable[];
  readonly refused: readonly PayoutResult[];
  /** By currency: what would leave the account, of which fees. */
  readonly totals: readonly { currency: string; debit: string; fee: string; rows: number }[];
}

const nothing = { paymentId: '', fee: '', before: false } as const;

function notPaid(row: PayoutRow, reason: string): PayoutResult {
  return { ...row, ...nothing, status: 'not_paid', reason };
}

function wordsOf(error: unknown): string {
  if (error instanceof HutongProblem) {
    const { title, detail } = error.problem;
    return detail === undefined
      ? title.replace(/\.$/, '')
      : `${title.replace(/\.$/, '')}: ${detail}`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** At most so many at once, in order of the list; the results in that order too. */
async function eachOf<T, R>(list: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Map<number, R>();
  const entries = list.entries();
  const worker = async () => {
    for (const [index, item] of entries) results.set(index, await work(item));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return [...results].toSorted(([a], [b]) => a - b).map(([, result]) => result);
}

/** The same row of the same payer is the same payment, in every run and on every machine. */
export function keyOf({ wallet, account }: Person, reference: string): string {
  const text = JSON.stringify([wallet.participant, account, reference]);
  return `payout-${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;
}

function whyNotNamed(row: PayoutRow, { payee }: LookupJson): string | null {
  const name = row.name.trim();
  if (name === '' || payee.name === undefined) return null;
  if (name === payee.name || maskName(name) === payee.name) return null;
  return `the account belongs to ${payee.name}, which is not "${name}"`;
}

async function judge({ wallet }: Person, row: PayoutRow): Promise<Payable | PayoutResult> {
  const { alias, amount, currency } = row;
  try {
    const found = await wallet.control.lookup(alias);
    const wrong = whyNotNamed(row, found);
    if (wrong !== null) return notPaid(row, wrong);
    const quote = await wallet.control.quote({ payee: { alias }, amount: { amount, currency } });
    return { row, quote };
  } catch (error) {
    return notPaid(row, wordsOf(error));
  }
}

/** Looks every row up and asks for its quote. Nothing is sent, no money is held. */
export async function planPayouts(payer: Person, rows: readonly PayoutRow[]): Promise<PayoutPlan> {
  const lineOf = new Map<string, number>();
  const judged = await eachOf(rows, async (row): Promise<Payable | PayoutResult> => {
    const first = lineOf.get(row.reference);
    if (row.reference === '') return notPaid(row, 'the row has no reference');
    if (first !== undefined) {
      return notPaid(row, `line ${first} has the same reference, so this may be the same payment`);
    }
    lineOf.set(row.reference, row.line);
    return judge(payer, row);
  });
  const payable = judged.filter((each) => 'quote' in each);
  const refused = judged.filter((each) => 'status' in each);
  const currencies = [...new Set(payable.map(({ quote }) => quote.debit.currency))].toSorted();
  const totals = currencies.map((currency) => {
    const of = payable.filter(({ quote }) => quote.debit.currency === currency);
    const debit = addDecimals(
      of.map(({ quote }) => quote.debit.amount),
      currency,
    );
    const fee = addDecimals(
      of.map(({ quote }) => quote.fee.amount),
      currency,
    );
    return { currency, debit, fee, rows: of.length };
  });
  return { payable, refused, totals };
}

async function payOne(payer: Person, { row, quote }: Payable): Promise<PayoutResult> {
  const { alias, amount, currency, reference } = row;
  const isFresh = Date.parse(quote.expiresAt) - Date.now() > QUOTE_MARGIN_MS;
  try {
    const paid = await payer.wallet.control.pay({
      account: payer.account,
      payee: { alias },
      amount: { amount, currency },
      key: keyOf(payer, reference),
      ...(isFresh ? { quoteId: quote.id } : {}),
    });
    const paymentId = paid.payment?.id ?? '';
    const before = paid.replayed;
    const shared = { ...row, paymentId, before };
    if (paid.state === 'taken') {
      const fee = paid.payment?.fee.amount ?? '';
      return { ...shared, fee, status: 'completed', reason: '' };
    }
    const status = paid.state === 'open' ? 'unknown' : 'not_paid';
    return { ...shared, fee: '', status, reason: reasonOf(paid) };
  } catch (error) {
    // the wallet's own refusal: nothing was held. Anything else leaves the outcome open.
    if (error instanceof HutongProblem && error.code !== 'outcome_unknown') {
      return notPaid(row, wordsOf(error));
    }
    return { ...row, ...nothing, status: 'unknown', reason: wordsOf(error) };
  }
}

/** Pays what the plan found payable. One result for every row of the file, in its order. */
export async function sendPayouts(
  payer: Person,
  plan: PayoutPlan,
  onPaid: (done: number) => void = () => undefined,
): Promise<PayoutResult[]> {
  let done = 0;
  const paid = await eachOf(plan.payable, async (each) => {
    const result = await payOne(payer, each);
    done += 1;
    onPaid(done);
    return result;
  });
  return [...paid, ...plan.refused].toSorted((a, b) => a.line - b.line);
}
