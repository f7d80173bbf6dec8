// What must hold after every commit, whatever happened before it: DESIGN's invariants of money, as
// one function that throws the first sentence that is broken. Not for what a single payment does.
import {
  type Account,
  balanceMinor,
  headroomMinor,
  type Ledger,
  type Movement,
} from '../../src/ledger/ledger.ts';
import type { PaymentMachine } from '../../src/payments/payment.engine.ts';
import { ORDERS, PAYMENTS } from '../../src/payments/payment.tables.ts';
import { isEnded, type Payment } from '../../src/payments/payment.ts';
import type { Storage } from './payments-storage.ts';

export type EndedStates = Map<string, string>;

export interface Scene {
  readonly machine: PaymentMachine;
  readonly ledger: Ledger;
  readonly storage: Storage;
  /** Filled here: how each payment ended, for it may never change again. */
  readonly ended: EndedStates;
  /** Every movement that was recorded as posted. */
  readonly transfers: readonly Movement[];
  readonly events: readonly { readonly type: string; readonly subjectId: string }[];
}

function must(condition: boolean, sentence: string): void {
  if (!condition) throw new Error(`invariant broken: ${sentence}`);
}

const sum = (amounts: Iterable<bigint>) => {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
};

/** Every payment of the world: the book keeps all of a test's. */
function paymentsOf({ machine, storage }: Scene): Payment[] {
  return storage.rows('payments').map((row) => {
    const payment = machine.book.payment(String(row['id']));
    if (payment === undefined) throw new Error(`invariant broken: ${String(row['id'])} is lost`);
    return payment;
  });
}

function checkBalances(ledger: Ledger): void {
  const currencies = new Set([...ledger.accounts.values()].map((a) => a.currency));
  for (const currency of currencies) {
    const all = [...ledger.accounts.values()].filter((a) => a.currency === currency);
    must(sum(all.map(balanceMinor)) === 0n, `all balances in ${currency} are zero together`);
    const pending = sum(all.map((a) => a.debitsPendingMinor - a.creditsPendingMinor));
    must(pending === 0n, `what is pending in ${currency} has two sides`);
  }
}

/** Account → sums of the payments' own movements, by side and state. */
function checkMovements(ledger: Ledger, payments: readonly Payment[]): void {
  const sums = new Map<string, bigint>();
  const add = (key: string, minor: bigint) => sums.set(key, (sums.get(key) ?? 0n) + minor);
  for (const payment of payments) {
    for (const m of payment.movements) {
      add(`${m.debit} debit ${m.state}`, m.amountMinor);
      add(`${m.credit} credit ${m.state}`, m.amountMinor);
    }
  }
  for (const a of ledger.accounts.values()) {
    const same = (side: string, minor: bigint) =>
      must((sums.get(`${a.number} ${side}`) ?? 0n) === minor, `account ${a.number}: ${side}`);
    same('debit pending', a.debitsPendingMinor);
    same('credit pending', a.creditsPendingMinor);
    same('debit posted', a.debitsPostedMinor);
    same('credit posted', a.creditsPostedMinor);
  }
}

/** Account → what this payment alone has posted to it. */
function postedBy(payment: Payment): Map<number, bigint> {
  const net = new Map<number, bigint>();
  for (const m of payment.movements.filter((movement) => movement.state === 'posted')) {
    net.set(m.debit, (net.get(m.debit) ?? 0n) - m.amountMinor);
    net.set(m.credit, (net.get(m.credit) ?? 0n) + m.amountMinor);
  }
  return net;
}

/** What a payment in its state must have posted: payer, payee, fees, transit. */
function expectedOf(payment: Payment): readonly [bigint, bigint, bigint, bigint] {
  const { debitMinor, creditMinor, feeMinor } = payment;
  if (payment.state === 'completed') return [-debitMinor, creditMinor, feeMinor, 0n];
  const inTransit =
    payment.flow === 'collect' && ['paid_in', 'delivering', 'returning'].includes(payment.state);
  return inTransit ? [-debitMinor, 0n, 0n, debitMinor] : [0n, 0n, 0n, 0n];
}

function checkPosted(ledger: Ledger, payment: Payment): void {
  const { currency, payerParticipantId, payeeParticipantId, feeParticipantId } = payment;
  const net = postedBy(payment);
  const [payer, payee, fees, transit] = expectedOf(payment);
  const expected = new Map<number, bigint>();
  const expect = (account: Account | undefined, minor: bigint) => {
    if (account === undefined) return must(minor === 0n, `${payment.id}: account is open`);
    expected.set(account.number, (expected.get(account.number) ?? 0n) + minor);
  };
  const { exchange } = payment;
  const isBack = payment.kind === 'refund';
  const other = exchange?.currency ?? currency;
  const swapped = exchange === null || payment.state !== 'completed' ? 0n : exchange.minor;
  // between currencies the FX participant takes the payer's side, and gives the payee's
  const position = (id: string, code: string) => ledger.find(id, code, 'position');
  if (exchange === null) {
    expect(position(payerParticipantId, currency), payer);
    expect(position(payeeParticipantId, currency), payee);
  } else if (isBack) {
    expect(position(payerParticipantId, other), -swapped);
    expect(position(exchange.participantId, other), swapped);
    expect(position(exchange.participantId, currency), -payee);
    expect(position(payeeParticipantId, currency), payee);
  } else {
    expect(position(payerParticipantId, currency), payer);
    expect(position(exchange.participantId, currency), payee);
    expect(position(exchange.participantId, other), -swapped);
    expect(position(payeeParticipantId, other), swapped);
  }
  expect(ledger.find(feeParticipantId, currency, 'fees'), fees);
  expect(ledger.find(null, currency, 'transit'), transit);
  const where = `${payment.kind} ${payment.id} ${payment.state}`;
  for (const [account, minor] of expected) {
    must((net.get(account) ?? 0n) === minor, `${where}: account ${account} has its posting`);
  }
  for (const account of net.keys()) must(expected.has(account), `${where}: no other account`);
}

function checkTransit(ledger: Ledger, payments: readonly Payment[]): void {
  for (const account of ledger.accounts.values()) {
    if (account.kind !== 'transit') continue;
    const held = payments.filter(
      (p) =>
        p.flow === 'collect' &&
        p.currency === account.currency &&
        ['paid_in', 'delivering', 'returning'].includes(p.state),
    );
    const expected = sum(held.map((p) => p.debitMinor));
    must(balanceMinor(account) === expected, `transit in ${account.currency} is what is under way`);
  }
}

function checkEnds(scene: Scene, payment: Payment): void {
  const { id, state } = payment;
  const before = scene.ended.get(id);
  must((before ?? state) === state, `${id} has ended, and is ${state} now`);
  const sentLegs = payment.legs.filter((leg) => leg.state === 'sent').length;
  if (isEnded(state)) {
    scene.ended.set(id, state);
    must(sentLegs === 0, `${id}: nobody is asked any more`);
    must(!payment.movements.some((m) => m.state === 'pending'), `${id}: nothing is pending`);
    must(!payment.legs.some((leg) => leg.inDoubt), `${id}: nothing is in doubt`);
  } else {
    const expected = state === 'held' || state === 'reserved' ? 0 : 1;
    must(sentLegs === expected, `${id} ${state}: exactly one leg is asked`);
  }
}

function checkRefunds(payments: readonly Payment[]): void {
  const refunds = payments.filter((p) => p.kind === 'refund');
  for (const payment of payments) {
    const own = refunds.filter((refund) => refund.causeId === payment.id);
    const of = (wanted: (refund: Payment) => boolean) =>
      sum(own.filter(wanted).map((refund) => refund.amountMinor));
    const { id, refundedMinor, refundingMinor, amountMinor } = payment;
    must(refundedMinor === of((r) => r.state === 'completed'), `${id}: refunded is counted`);
    must(refundingMinor === of((r) => !isEnded(r.state)), `${id}: refunding is counted`);
    must(refundedMinor + refundingMinor <= amountMinor, `${id}: no more is refunded than was paid`);
  }
}

function checkOrders({ machine, storage }: Scene, payments: readonly Payment[]): void {
  for (const row of storage.rows('orders')) {
    const order = machine.book.order(String(row['id']));
    if (order === undefined) throw new Error('invariant broken: an order is lost');
    const own = payments.filter((p) => p.orderId === order.id);
    const completed = own.filter((p) => p.state === 'completed');
    must(completed.length === (order.state === 'paid' ? 1 : 0), `order ${order.id}: one winner`);
    const winner = own.find((p) => p.id === order.winnerId);
    const delivering = own.filter((p) => p.state === 'delivering' || p.state === 'reserved');
    must(delivering.length <= 1, `order ${order.id}: one delivery at a time`);
    if (order.state === 'claimed') must(delivering[0] === winner, `order ${order.id}: claimed`);
    else must(delivering.length === 0, `order ${order.id}: delivering only when claimed`);
    if (order.state === 'paid') must(winner?.state === 'completed', `order ${order.id}: paid`);
  }
}

/** Only a forced fact, which raised an alarm, takes a position below its limit. */
function checkLimits({ ledger, events }: Scene): void {
  for (const account of ledger.accounts.values()) {
    const left = headroomMinor(account);
    if (left === null || left >= 0n) continue;
    const isAlarmed = events.some(
      (e) => e.type === 'participant.limit_breached' && e.subjectId === account.participantId,
    );
    must(isAlarmed, `account ${account.number}: below the limit without an alarm`);
  }
}

/** The recorded transfers, alone, give every balance again. */
function checkTransfers({ ledger, transfers }: Scene): void {
  const net = new Map<number, bigint>();
  for (const { debit, credit, amountMinor } of transfers) {
    net.set(debit, (net.get(debit) ?? 0n) - amountMinor);
    net.set(credit, (net.get(credit) ?? 0n) + amountMinor);
  }
  for (const account of ledger.accounts.values()) {
    const minor = net.get(account.number) ?? 0n;
    must(minor === balanceMinor(account), `account ${account.number}: its transfers are recorded`);
  }
}

/** Every change in memory has travelled to the tables. */
function checkStored({ machine, storage }: Scene, payments: readonly Payment[]): void {
  for (const payment of payments) {
    const stale = storage.staleColumn(PAYMENTS, payment);
    must(stale === null, `${payment.id}: ${stale ?? ''} is written`);
  }
  for (const order of machine.book.openOrders()) {
    const stale = storage.staleColumn(ORDERS, order);
    must(stale === null, `order ${order.id}: ${stale ?? ''} is written`);
  }
}

/** The next start loads from the floor on, and what lasts by itself: nothing open is missed. */
function checkFloor({ machine }: Scene): void {
  const floor = machine.book.openFloor();
  for (const { id } of machine.book.openPayments()) {
    const isFound = machine.book.lasting(id) !== undefined || (floor !== null && id >= floor);
    must(isFound, `${id} is found by a restart`);
  }
}

export function checkInvariants(scene: Scene): void {
  const payments = paymentsOf(scene);
  checkBalances(scene.ledger);
  checkMovements(scene.ledger, payments);
  checkTransit(scene.ledger, payments);
  for (const payment of payments) {
    checkPosted(scene.ledger, payment);
    checkEnds(scene, payment);
  }
  checkRefunds(payments);
  checkOrders(scene, payments);
  checkLimits(scene);
  checkTransfers(scene);
  checkStored(scene, payments);
  checkFloor(scene);
}
