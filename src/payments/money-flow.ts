// The ledger side of a payment: which movements it plans, and reserving, posting and voiding them.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { JournalContext } from '../journal/batch.ts';
import { type Account, headroomMinor, type LedgerResult, type Movement } from '../ledger/ledger.ts';
import type { Exchange } from '../quotes/index.ts';
import { defect } from '../runtime/defect.ts';
import type { Payment, PlannedMovement } from './payment.ts';

/** What a participant is told when the ledger refuses. */
const REFUSALS: Record<Exclude<LedgerResult, 'ok'>, ProblemCode> = {
  amount_must_be_positive: 'amount_zero',
  debit_account_not_found: 'currency_not_supported',
  credit_account_not_found: 'currency_not_supported',
  accounts_must_differ: 'internal',
  currencies_must_match: 'internal',
  exceeds_headroom: 'limit_exceeded',
  overflows_debits: 'amount_too_large',
  overflows_credits: 'amount_too_large',
};

type Hop = readonly [from: Account, to: Account, amountMinor: bigint];

/** Between currencies: through the FX participant's positions in both. */
function exchangedHops(payment: Payment, accounts: Accounts): Hop[] {
  const { payer, payee, fees, exchanged } = accounts;
  const { exchange, creditMinor, feeMinor } = payment;
  if (exchange === null || exchanged === null) return defect('no exchange');
  const { given, taken } = exchanged;
  const isBack = payment.kind === 'refund';
  const hops: Hop[] = isBack ? [[payer, taken, exchange.minor]] : [[payer, taken, creditMinor]];
  hops.push(isBack ? [given, payee, creditMinor] : [given, payee, exchange.minor]);
  if (feeMinor > 0n && fees !== null) hops.push([payer, fees, feeMinor]);
  return hops;
}

function hopsOf(
  from: Account,
  payee: Account,
  fees: Account | null,
  payment: Payment,
  transit: Account,
): Hop[] {
  const hops: Hop[] = [];
  if (from === payee) {
    // the same participant on both sides: through transit, so that both turnovers are seen
    hops.push([from, transit, payment.creditMinor], [transit, payee, payment.creditMinor]);
  } else hops.push([from, payee, payment.creditMinor]);
  if (payment.feeMinor > 0n && fees !== null) hops.push([from, fees, payment.feeMinor]);
  return hops;
}

/** Which part of a payment's way is planned. */
export type Stretch =
  | 'payer_to_payee'
  | 'payer_to_transit'
  | 'transit_to_payee'
  | 'transit_to_payer';

interface Accounts {
  readonly transit: Account;
  readonly payer: Account;
  readonly payee: Account;
  /** `null` where there is no fee. */
  readonly fees: Account | null;
  /** The FX participant's positions: where it takes, and where it gives. */
  readonly exchanged: { readonly taken: Account; readonly given: Account } | null;
}

/** The accounts a payment moves between; null where one of them was never opened. */
function accountsOf(payment: Payment, { ledger }: JournalContext): Accounts | null {
  const { currency, payerParticipantId, payeeParticipantId, feeParticipantId, exchange } = payment;
  const isBack = payment.kind === 'refund';
  const other = exchange?.currency ?? currency;
  const transit = ledger.find(null, currency, 'transit');
  const payer = ledger.find(payerParticipantId, isBack ? other : currency, 'position');
  const payee = ledger.find(payeeParticipantId, isBack ? currency : other, 'position');
  const exchanged = exchange === null ? null : exchangedOf(payment, exchange, ledger);
  if (exchanged === undefined) return null;
  if (transit === undefined || payer === undefined || payee === undefined) return null;
  if (payment.feeMinor === 0n) return { transit, payer, payee, fees: null, exchanged };
  const fees = ledger.find(feeParticipantId, currency, 'fees');
  return fees === undefined ? null : { transit, payer, payee, fees, exchanged };
}

function exchangedOf(
  { kind, currency }: Payment,
  { participantId, currency: other }: Exchange,
  ledger: JournalContext['ledger'],
): Accounts['exchanged'] | undefined {
  const own = ledger.find(participantId, currency, 'position');
  const foreign = ledger.find(participantId, other, 'position');
  if (own === undefined || foreign === undefined) return undefined;
  return kind === 'refund' ? { taken: foreign, given: own } : { taken: own, given: foreign };
}

/** Whether both sides, and whoever earns the fee, have accounts in the payment's currency. */
export function isCurrencyOpen(payment: Payment, context: JournalContext): boolean {
  return accountsOf(payment, context) !== null;
}

function plan(
  payment: Payment,
  stretch: Stretch,
  context: JournalContext,
): Movement[] | ProblemCode {
  const accounts = accountsOf(payment, context);
  if (accounts === null) return 'currency_not_supported';
  const { transit, payer, payee, fees } = accounts;
  let hops: Hop[];
  switch (stretch) {
    case 'payer_to_payee':
      hops =
        payment.exchange === null
          ? hopsOf(payer, payee, fees, payment, transit)
          : exchangedHops(payment, accounts);
      break;
    case 'payer_to_transit':
      hops = [[payer, transit, payment.debitMinor]];
      break;
    case 'transit_to_payee':
      hops = hopsOf(transit, payee, fees, payment, transit);
      break;
    case 'transit_to_payer':
      hops = [[transit, payer, payment.debitMinor]];
      break;
  }
  return hops.map(([debit, credit, amountMinor]) => ({
    debit: debit.number,
    credit: credit.number,
    amountMinor,
  }));
}

/** Reserves a stretch. `force` records a confirmed fact past every limit. */
export function reserve(
  payment: Payment,
  stretch: Stretch,
  context: JournalContext,
  force = false,
): ProblemCode | null {
  const movements = plan(payment, stretch, context);
  if (typeof movements === 'string') return movements;
  const result = context.ledger.reserve(movements, force);
  if (result !== 'ok') return REFUSALS[result];
  payment.movements.push(...movements.map<PlannedMovement>((m) => ({ ...m, state: 'pending' })));
  return null;
}

/** Posts everything the payment has pending. */
export function post(payment: Payment, context: JournalContext): void {
  for (const movement of payment.movements) {
    if (movement.state !== 'pending') continue;
    context.ledger.post(movement);
    movement.state = 'posted';
    context.posted(payment.id, movement);
  }
}

/** Frees everything the payment has pending. */
export function voidAll(payment: Payment, context: JournalContext): void {
  for (const movement of payment.movements) {
    if (movement.state !== 'pending') continue;
    context.ledger.void(movement);
    movement.state = 'voided';
  }
}

/** A part is taken: what was reserved for the whole is freed, and the part reserved out of it. */
export function recut(payment: Payment, context: JournalContext): void {
  voidAll(payment, context);
  // past the limit: it was reserved before, whatever was done to the limit since
  const problem = reserve(payment, 'payer_to_payee', context, true);
  if (problem !== null) defect(`payment ${payment.id}: its own part was refused with ${problem}`);
}

/**
 * A confirmed external fact moves money past any limit, and cannot fail for want of an account. A
 * position that stands below its limit after it raises an alarm.
 */
export function reserveFact(payment: Payment, stretch: Stretch, context: JournalContext): void {
  const problem = reserve(payment, stretch, context, true);
  if (problem !== null) defect(`payment ${payment.id}: ${stretch} refused with ${problem}`);
  if (stretch === 'payer_to_transit') alarmBreach(payment, context);
}

function alarmBreach(payment: Payment, context: JournalContext): void {
  const { payerParticipantId, currency } = payment;
  const payer = context.ledger.find(payerParticipantId, currency, 'position');
  const leftMinor = payer === undefined ? null : headroomMinor(payer);
  if (leftMinor === null || leftMinor >= 0n) return;
  context.event({
    type: 'participant.limit_breached',
    subjectId: payerParticipantId,
    audience: [payerParticipantId],
    body: { currency, headroomMinor: String(leftMinor), paymentId: payment.id },
  });
}
