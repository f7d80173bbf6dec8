// A small world of four wallets in which payments happen: the real engine, the real ledger and real
// batches, on tables in memory. Every command is one commit, and after it all invariants are checked.
//
//   const world = createWorld();
//   const payment = world.pay({ from: 'lotus', to: 'bamboo', amount: 100n });
//   world.report(payment.id, 'credit', 'completed');
//   world.balances()     // { lotus: -100n, bamboo: 100n }
import { createHash } from 'node:crypto';
import type { ProblemCode } from '@hutong/sdk/contract';
import { type Batch, type BatchHead, type NewEvent, openBatch } from '../../src/journal/batch.ts';
import {
  type AccountKind,
  balanceMinor,
  createLedger,
  type Movement,
} from '../../src/ledger/ledger.ts';
import { floorId } from '../../src/payments/book.ts';
import type { Policy } from '../../src/payments/engine.deps.ts';
import type {
  PaymentCommand,
  PaymentResult,
  SettleCommand,
  Side,
} from '../../src/payments/payment.commands.ts';
import { createPaymentMachine, type PaymentMachine } from '../../src/payments/payment.engine.ts';
import type { LegRole, Order, Payment } from '../../src/payments/payment.ts';
import type { Capability } from '../../src/payments/port.ts';
import { checkInvariants, type EndedStates } from './payments-invariants.ts';
import { createStorage } from './payments-storage.ts';

export const WALLETS = ['lotus', 'bamboo', 'river', 'crane'] as const;
export type Wallet = (typeof WALLETS)[number];
export const CURRENCIES = ['CNY', 'USD'] as const;
/** What every wallet may owe, in each currency. */
export const CAP_MINOR = 1_000n;
const START_MS = Date.UTC(2026, 0, 1);
const EVERY_CAPABILITY: readonly Capability[] = ['push', 'collect', 'refund'];

export interface Asked {
  readonly from: Wallet;
  readonly to: Wallet;
  readonly amount: bigint;
  readonly currency?: string;
  readonly fee?: bigint;
  readonly feeBy?: 'payer' | 'payee';
  readonly orderId?: string | null;
  readonly quoteId?: string | null;
  readonly reference?: string;
  /** From now. */
  readonly expiresInMs?: number;
  readonly id?: string;
  /** Party accounts, where both sides are not the usual two persons. */
  readonly accounts?: readonly [payer: string, payee: string];
}

export interface Said {
  readonly externalId?: string;
  readonly problem?: ProblemCode;
  readonly record?: string | null;
  /** Who says so; the leg's own connection unless told otherwise, null for the switch itself. */
  readonly by?: string | null;
  readonly evidence?: string;
}

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
  policy: Policy;
  useQuote: (quoteId: string, paymentId: string) => ProblemCode | null;
}

export type World = ReturnType<typeof createWorld>;

export const connectionOf = (wallet: string) => `${wallet}-main`;

function side(wallet: Wallet, account: string): Side {
  const subject = createHash('sha256').update(`${wallet}/${account}`).digest('hex').slice(0, 32);
  return {
    participantId: wallet,
    connectionId: connectionOf(wallet),
    party: { bytes: Buffer.from(JSON.stringify({ account, name: null })), subjects: [subject] },
  };
}

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

export function createWorld() {
  const ledger = createLedger();
  openAccounts(ledger);
  ledger.takeTouched();
  const storage = createStorage();
  const levers: Levers = {
    inactive: new Set(),
    lacking: new Set(),
    policy: () => 'allow',
    useQuote: () => null,
  };
  const createMachine = (): PaymentMachine =>
    createPaymentMachine({
      stored: storage.payments,
      isActive: (id) => !levers.inactive.has(id),
      can: (connection, capability) =>
        EVERY_CAPABILITY.includes(capability) && !levers.lacking.has(`${connection}:${capability}`),
      encode: (payment, leg) =>
        Buffer.from(`${leg.instruction} ${payment.id}/${leg.n} for ${leg.connectionId}`),
      useQuote: (quoteId, payment) => levers.useQuote(quoteId, payment.id),
      loadQuotes: () => Promise.resolve(),
      policy: (payment, nowMs) => levers.policy(payment, nowMs),
    });
  const machine = createMachine();
  const state = { nowMs: START_MS, ids: 0, keys: 0, claims: 0 };
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

  const remember = (result: PaymentResult) => {
    if (!result.ok) seen.codes.add(result.code);
    else if ('payment' in result && result.payment.problem) seen.codes.add(result.payment.problem);
  };

  /** States of everything open before a batch, to see which ways it went. */
  function statesBefore(): Map<string, string> {
    const { book } = machine;
    return new Map([...book.openPayments(), ...book.openOrders()].map((x) => [x.id, x.state]));
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
    const before = statesBefore();
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
    results.forEach(remember);
    noteWays(before, head.seq);
    checkInvariants({ machine, ledger, storage, ended, events, transfers });
    return results;
  }

  function decide(command: PaymentCommand): PaymentResult {
    const [result] = decideAll([command]);
    if (result === undefined) throw new Error('a command without a result');
    return result;
  }

  function prepared(flow: 'push' | 'collect', asked: Asked): PaymentCommand {
    const { fee = 0n, feeBy = 'payer', amount } = asked;
    const [payer, payee] = asked.accounts ?? ['ann', 'bob'];
    return {
      type: 'prepare',
      id: asked.id ?? newId(),
      flow,
      orderId: asked.orderId ?? null,
      quoteId: asked.quoteId ?? null,
      payer: side(asked.from, payer),
      payee: side(asked.to, payee),
      currency: asked.currency ?? 'CNY',
      amountMinor: amount,
      debitMinor: feeBy === 'payer' ? amount + fee : amount,
      creditMinor: feeBy === 'payer' ? amount : amount - fee,
      feeMinor: fee,
      feeParticipantId: fee === 0n ? null : 'operator',
      reference: asked.reference ?? null,
      expiresAtMs: state.nowMs + (asked.expiresInMs ?? 60_000),
      evidence: { bytes: Buffer.from(`signed ${flow}`), subjects: [] },
    };
  }

  function settled(
    paymentId: string,
    which: LegRole | number,
    outcome: SettleCommand['outcome'],
    said: Said = {},
  ): SettleCommand {
    const legs = machine.book.payment(paymentId)?.legs ?? [];
    // a payment that is given back has two credit legs: the latest is meant
    const leg = typeof which === 'number' ? which : legs.findLastIndex((l) => l.role === which);
    const own = legs[leg]?.connectionId ?? null;
    return {
      type: 'settle',
      paymentId,
      leg,
      connectionId: said.by === undefined ? own : said.by,
      outcome,
      externalId: said.externalId ?? null,
      problem: said.problem ?? null,
      record: said.record,
      evidence:
        said.evidence === undefined ? null : { bytes: Buffer.from(said.evidence), subjects: [] },
      returnId: newId(),
    };
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

  const commands = {
    pay: (asked: Asked) => prepared('push', asked),
    collect: (asked: Asked) => prepared('collect', asked),
    report: settled,
    refund: (paymentId: string, amount: bigint, by: Wallet, currency = 'CNY'): PaymentCommand => ({
      type: 'refund',
      id: newId(),
      causeId: paymentId,
      requesterParticipantId: by,
      requesterConnectionId: connectionOf(by),
      currency,
      amountMinor: amount,
      reference: 'refund-1',
      expiresAtMs: state.nowMs + 60_000,
      evidence: null,
    }),
    order: (
      to: Wallet,
      amount: bigint,
      expiresInMs = 600_000,
      currency = 'CNY',
    ): PaymentCommand => ({
      type: 'open_order',
      id: newId(),
      payee: side(to, 'bob'),
      currency,
      amountMinor: amount,
      reference: null,
      expiresAtMs: state.nowMs + expiresInMs,
      evidence: null,
    }),
    closeOrder: (id: string, by: Wallet | null): PaymentCommand => ({
      type: 'close_order',
      id,
      requesterParticipantId: by,
    }),
    expire: (paymentId: string): PaymentCommand => ({ type: 'expire', paymentId }),
    review: (paymentId: string, decision: 'release' | 'decline'): PaymentCommand => ({
      type: 'review',
      paymentId,
      decision,
      reviewer: 'zhang',
    }),
  };

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
    report: (...said: Parameters<typeof settled>) => decide(settled(...said)),
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
