// A small world of four wallets in which payments happen: the real engine, the real ledger and real
// batches, on tables in memory. Every command is one commit, and after it all invariants are
// checked.
//
//   const world = createWorld();
//   const payment = world.pay({ from: 'lotus', to: 'bamboo', amount: 100n });
//   world.report(payment.id, 'credit', 'completed');
//   world.balances()     // { lotus: -100n, bamboo: 100n }
import type { ProblemCode } from '@hutong/sdk/contract';
import { type Batch, type BatchHead, type NewEvent, openBatch } from '../../src/journal/batch.ts';
import {
  type AccountKind,
  balanceMinor,
  createLedger,
  type Movement,
} from '../../src/ledger/ledger.ts';
import { floorId } from '../../src/payments/book.ts';
import type { EngineDeps, Policy } from '../../src/payments/engine.deps.ts';
import type { PaymentCommand, PaymentResult } from '../../src/payments/payment.commands.ts';
import { createPaymentMachine, type PaymentMachine } from '../../src/payments/payment.engine.ts';
import type { Order, Payment } from '../../src/payments/payment.ts';
import type { Capability } from '../../src/payments/port.ts';
import { type Asked, createCommands, WALLETS, type Wallet } from './payments-commands.ts';
import { checkInvariants, type EndedStates } from './payments-invariants.ts';
import { createStorage } from './payments-storage.ts';

export type { Asked, Wallet } from './payments-commands.ts';
export const CURRENCIES = ['CNY', 'USD'] as const;
/** What every wallet may owe, in each currency. */
export const CAP_MINOR = 1_000n;
const START_MS = Date.UTC(2026, 0, 1);
const EVERY_CAPABILITY: readonly Capability[] = ['push', 'collect', 'refund'];

export type Recorded = NewEvent & { readonly seq: number };
export interface Sent {
  readonly kind: string;
  readonly to: string;
  readonly paymentId: string;
  readonly leg: number;
  readonly text: string;
}

/** What a test may turn while the world runs. */
export interface Levers {
  readonly inactive: Set<string>;
  /** Capabilities that a connection lacks, as `lotus-main:refund`. */
  readonly lacking: Set<string>;
  policy: (payment: Readonly<Payment>) => ReturnType<Policy['judge']>;
  useQuote: (quoteId: string, paymentId: string) => ProblemCode | null;
}

export type World = ReturnType<typeof createWorld>;

function openAccounts(ledger: ReturnType<typeof createLedger>): void {
  const open = (participantId: string | null, currency: string, kind: AccountKind) =>
    ledger.open({
      number: ledger.accounts.size + 1,
      participantId,
      currency,
      kind,
      limitMinor: kind === 'position' ? CAP_MINOR : kind === 'fees' ? 0n : null,
    });
  for (const currency of CURRENCIES) {
    open(null, currency, 'transit');
    open('operator', currency, 'fees');
    for (const wallet of WALLETS) open(wallet, currency, 'position');
  }
}

const paymentOf = (result: PaymentResult): Readonly<Payment> => {
  if (!result.ok) throw new Error(`refused: ${result.code}`);
  if (!('payment' in result)) throw new Error('an order, not a payment');
  return result.payment;
};

const orderOf = (result: PaymentResult): Readonly<Order> => {
  if (!result.ok) throw new Error(`refused: ${result.code}`);
  if (!('order' in result)) throw new Error('a payment, not an order');
  return result.order;
};

/** States of everything open before a batch, to see which ways it went. */
function openStates({ book }: PaymentMachine): Map<string, string> {
  return new Map([...book.openPayments(), ...book.openOrders()].map((x) => [x.id, x.state]));
}

function restingLevers(): Levers {
  return { inactive: new Set(), lacking: new Set(), policy: () => 'allow', useQuote: () => null };
}

const codeOf = (result: PaymentResult): ProblemCode | null => {
  if (!result.ok) return result.code;
  return 'payment' in result ? result.payment.problem : null;
};

/** What the engine asks of other rooms, as the levers stand. */
function answersOf(levers: Levers): Pick<EngineDeps, 'isActive' | 'can' | 'encode'> {
  return {
    isActive: (id) => !levers.inactive.has(id),
    can: (connection, capability) =>
      EVERY_CAPABILITY.includes(capability) && !levers.lacking.has(`${connection}:${capability}`),
    encode: (payment, leg) =>
      Buffer.from(`${leg.instruction ?? ''} ${payment.id}/${leg.n} for ${leg.connectionId}`),
  };
}

/** What was never counted cannot be given back, and nothing is given back twice. */
function policyOf(levers: Levers, using: Set<string>): Policy {
  return {
    judge: (payment) => levers.policy(payment),
    began: (payment) => void using.add(payment.id),
    ended(payment) {
      if (!using.delete(payment.id)) throw new Error(`${payment.id}: it never began`);
    },
  };
}

export function createWorld() {
  const ledger = createLedger();
  openAccounts(ledger);
  ledger.takeTouched();
  const storage = createStorage();
  const levers = restingLevers();
  const state = { nowMs: START_MS, ids: 0, keys: 0, claims: 0, using: new Set<string>() };
  const createMachine = (): PaymentMachine =>
    createPaymentMachine({
      stored: storage.payments,
      ...answersOf(levers),
      useQuote: (quoteId, payment) => levers.useQuote(quoteId, payment.id),
      loadQuotes: () => Promise.resolve(),
      policy: policyOf(levers, state.using),
    });
  const machine = createMachine();
  const events: Recorded[] = [];
  const sent: Sent[] = [];
  const transfers: Movement[] = [];
  const ended: EndedStates = new Map();
  const seen = {
    codes: new Set<ProblemCode>(),
    transitions: new Set<string>(),
    orderTransitions: new Set<string>(),
  };
  let head: BatchHead = { seq: 0, hash: Buffer.alloc(32), term: 1, atMs: 0 };

  function newId(): string {
    state.ids += 1;
    return `${floorId(state.nowMs).slice(0, 24)}${state.ids.toString(16).padStart(12, '0')}`;
  }

  /** The batch, with everything that goes through it written down. */
  function watched(batch: Batch): Batch {
    return {
      ...batch,
      insert(table, row) {
        storage.insert(table, row);
        batch.insert(table, row);
      },
      update(table, row) {
        storage.update(table, row);
        batch.update(table, row);
      },
      event(event) {
        events.push({ ...event, seq: batch.seq });
        return batch.event(event);
      },
      send(message) {
        const text = Buffer.from(message.message.bytes).toString();
        const { kind, destination: to, paymentId, leg } = message;
        sent.push({ kind, to, paymentId, leg, text });
        return batch.send(message);
      },
      posted(paymentId, movement) {
        transfers.push(movement);
        batch.posted(paymentId, movement);
      },
      claimKey(resource, resourceId) {
        state.claims += 1;
        batch.claimKey(resource, resourceId);
      },
    };
  }

  function noteWays(before: ReadonlyMap<string, string>, seq: number): void {
    const note = (
      set: Set<string>,
      row: { id: string; state: string; previousState: string | null },
    ) => {
      const was = before.get(row.id) ?? '';
      if (was === row.state) return;
      set.add(`${row.previousState ?? ''}>${row.state}`);
      if (row.previousState !== null && row.previousState !== was)
        set.add(`${was}>${row.previousState}`);
    };
    for (const row of storage.rows('payments')) {
      if (row['updated_seq'] !== BigInt(seq)) continue;
      const payment = machine.book.payment(String(row['id']));
      if (payment !== undefined) note(seen.transitions, payment);
    }
    for (const row of storage.rows('orders')) {
      const order = machine.book.order(String(row['id']));
      if (order !== undefined && row['updated_seq'] === BigInt(seq))
        note(seen.orderTransitions, order);
    }
  }

  /** Decides all commands in one batch and commits it. */
  function decideAll(commands: readonly PaymentCommand[]): PaymentResult[] {
    const before = openStates(machine);
    const batch = openBatch({
      previous: head,
      term: 1,
      nowMs: state.nowMs,
      ledger,
      randomBytes: (size) => Buffer.alloc(size, 7),
    });
    const context = watched(batch);
    const results = commands.map((command) => {
      const hasKey = !['settle', 'expire', 'review'].includes(command.type);
      state.keys += 1;
      const hash = state.keys.toString(16).padStart(32, '0');
      batch.currentKey = hasKey ? { hash, content: hash } : null;
      return machine.apply(command, context);
    });
    const closed = batch.close(machine.book.openFloor(), (value) => value.bytes);
    storage.commit(machine.book.openFloor());
    head = closed.head;
    for (const result of results) {
      const code = codeOf(result);
      if (code !== null) seen.codes.add(code);
    }
    noteWays(before, head.seq);
    checkInvariants({ machine, ledger, storage, ended, events, transfers });
    return results;
  }

  function decide(command: PaymentCommand): PaymentResult {
    const [result] = decideAll([command]);
    if (result === undefined) throw new Error('a command without a result');
    return result;
  }

  const legsOf = (id: string) => machine.book.payment(id)?.legs ?? [];
  const commands = createCommands({ nowMs: () => state.nowMs, newId, legsOf });

  return {
    ledger,
    storage,
    machine,
    createMachine,
    levers,
    events,
    sent,
    seen,
    commands,
    decide,
    decideAll,
    newId,
    claims: () => state.claims,
    nowMs: () => state.nowMs,
    later(ms: number): void {
      state.nowMs += ms;
    },
    pay: (asked: Asked) => paymentOf(decide(commands.pay(asked))),
    collect: (asked: Asked) => paymentOf(decide(commands.collect(asked))),
    order: (to: Wallet, amount: bigint, expiresInMs?: number) =>
      orderOf(decide(commands.order(to, amount, expiresInMs))),
    refund: (id: string, amount: bigint, by: Wallet) =>
      paymentOf(decide(commands.refund(id, amount, by))),
    report: (...said: Parameters<typeof commands.report>) => decide(commands.report(...said)),
    capture: (id: string, amount: bigint | null, by: Wallet) =>
      decide(commands.capture(id, amount, by)),
    release: (id: string, by: Wallet) => decide(commands.release(id, by)),
    fulfil: (id: string, fulfilment: string, by: Wallet) =>
      decide(commands.fulfil(id, fulfilment, by)),
    expire: (id: string) => decide(commands.expire(id)),
    review: (id: string, decision: 'release' | 'decline') => decide(commands.review(id, decision)),
    closeOrder: (id: string, by: Wallet | null) => decide(commands.closeOrder(id, by)),
    payment(id: string): Payment {
      const payment = machine.book.payment(id);
      if (payment === undefined) throw new Error(`no payment ${id}`);
      return payment;
    },
    orderState: (id: string) => machine.book.order(id)?.state,
    /** Balances that are not zero: positions by their wallet, `fees`, `transit`. */
    balances(currency = 'CNY'): Record<string, bigint> {
      const all = [...ledger.accounts.values()].filter((a) => a.currency === currency);
      const named = all.map((a) => {
        const name = a.kind === 'position' ? (a.participantId ?? '') : a.kind;
        return [name, balanceMinor(a)] as const;
      });
      return Object.fromEntries(named.filter(([, minor]) => minor !== 0n));
    },
    /** What each wallet has reserved and not yet paid. */
    reserved(currency = 'CNY'): Record<string, bigint> {
      const all = [...ledger.accounts.values()].filter((a) => a.currency === currency);
      const named = all.map((a) => [a.participantId ?? a.kind, a.debitsPendingMinor] as const);
      return Object.fromEntries(named.filter(([, minor]) => minor !== 0n));
    },
    eventsOf: (id: string) => events.filter((e) => e.subjectId === id).map((e) => e.type),
  };
}
