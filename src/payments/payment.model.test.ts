// Anything may happen, in any order: four wallets, two currencies, orders, late, double and
// opposite reports, expiry, suspensions, restarts. After every commit the world checks all
// invariants of money (test/setup/payments-invariants.ts); here is what is done to it.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CURRENCIES, createWorld, type Wallet, type World } from '../../test/setup/payments.ts';
import { WALLETS } from '../../test/setup/payments-commands.ts';
import { createBook } from './book.ts';
import type { PaymentCommand } from './payment.commands.ts';
import { type Hold, isEnded, type Payment } from './payment.ts';

const OUTCOMES = ['completed', 'rejected', 'pending', 'not_sent'] as const;

/** One event of the world; numbers pick among what there is when it happens. */
type Happening =
  | {
      readonly do: 'pay' | 'collect';
      readonly from: Wallet;
      readonly to: Wallet;
      readonly amount: number;
      readonly fee: number;
      readonly feeBy: 'payer' | 'payee';
      readonly currency: string;
      readonly order: number | null;
      readonly hold: 'capture' | 'fulfilment' | null;
      readonly isExchanged: boolean;
      readonly lastsMs: number;
    }
  | { readonly do: 'capture'; readonly pick: number; readonly amount: number | null }
  | { readonly do: 'release'; readonly pick: number; readonly byPayer: boolean }
  | { readonly do: 'fulfil'; readonly pick: number; readonly isRight: boolean }
  | { readonly do: 'order'; readonly to: Wallet; readonly amount: number }
  | { readonly do: 'close'; readonly order: number; readonly byTime: boolean }
  | {
      readonly do: 'report';
      readonly pick: number;
      readonly leg: number | null;
      readonly outcome: (typeof OUTCOMES)[number];
      readonly externalId: string | null;
      readonly isStranger: boolean;
    }
  | { readonly do: 'refund'; readonly pick: number; readonly amount: number }
  | { readonly do: 'review'; readonly pick: number; readonly decision: 'release' | 'decline' }
  | { readonly do: 'later'; readonly ms: number }
  | { readonly do: 'suspend' | 'admit'; readonly wallet: Wallet }
  | { readonly do: 'policy'; readonly verdict: 'allow' | 'held' | 'policy_refused' }
  | { readonly do: 'again' };

const wallet = fc.constantFrom(...WALLETS);
const pick = fc.nat(1_000);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('pay' as const, 'collect' as const, 'collect' as const),
      from: wallet,
      to: wallet,
      amount: fc.integer({ min: 0, max: 400 }),
      fee: fc.integer({ min: 0, max: 3 }),
      feeBy: fc.constantFrom('payer' as const, 'payee' as const),
      currency: fc.constantFrom(...CURRENCIES, 'JPY'),
      order: fc.option(pick, { freq: 2 }),
      hold: fc.option(fc.constantFrom('capture' as const, 'fulfilment' as const), { freq: 2 }),
      isExchanged: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
      lastsMs: fc.constantFrom(30_000, 30_000, 3_600_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.oneof(
      fc.record({
        do: fc.constant('capture' as const),
        pick,
        amount: fc.option(fc.integer({ min: 0, max: 400 }), { freq: 2 }),
      }),
      fc.record({
        do: fc.constant('fulfil' as const),
        pick,
        isRight: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
      }),
      fc.record({
        do: fc.constant('release' as const),
        pick,
        byPayer: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('order' as const),
      to: wallet,
      amount: fc.integer({ min: 1, max: 300 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('close' as const), order: pick, byTime: fc.boolean() }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('report' as const),
      pick,
      leg: fc.option(fc.integer({ min: 0, max: 3 }), { freq: 3 }),
      outcome: fc.constantFrom(...OUTCOMES, 'completed' as const),
      externalId: fc.option(fc.constantFrom('x-1', 'x-2')),
      isStranger: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('refund' as const),
      pick,
      amount: fc.integer({ min: 0, max: 400 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('review' as const),
      pick,
      decision: fc.constantFrom('release' as const, 'decline' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('later' as const),
      ms: fc.integer({ min: 1, max: 40_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('suspend' as const, 'admit' as const, 'admit' as const),
      wallet,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('policy' as const),
      verdict: fc.constantFrom(
        'allow' as const,
        'allow' as const,
        'held' as const,
        'policy_refused' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('again' as const) }) },
);

const idsOf = (world: World, table: string) =>
  world.storage.rows(table).map((row) => String(row['id']));

/** Open payments twice, so that what is under way is told of more often than what is over. */
function pickPayment(world: World, n: number): Payment | undefined {
  const all = idsOf(world, 'payments').map((id) => world.payment(id));
  const open = all.filter((payment) => !isEnded(payment.state));
  const list = [...open, ...open, ...all];
  return list[n % Math.max(list.length, 1)];
}

function pickOrder(world: World, n: number) {
  const ids = idsOf(world, 'orders');
  return world.machine.book.order(ids[n % Math.max(ids.length, 1)] ?? '');
}

const FULFILMENT = Buffer.alloc(32, 5).toString('base64url');
const CONDITION = createHash('sha256').update(Buffer.alloc(32, 5)).digest('base64url');

function holdOf(until: Hold['until'], authorisedMinor: bigint): Hold {
  if (until === 'capture') return { until, authorisedMinor };
  return { until, condition: CONDITION, fulfilment: null };
}

function start(world: World, h: Extract<Happening, { do: 'pay' | 'collect' }>): PaymentCommand {
  const order = h.order === null ? undefined : pickOrder(world, h.order);
  const asked = {
    from: h.from,
    to: h.to,
    amount: BigInt(h.amount),
    fee: BigInt(h.fee),
    feeBy: h.feeBy,
    currency: h.currency,
    expiresInMs: h.lastsMs,
    ...(h.hold === null ? {} : { hold: holdOf(h.hold, BigInt(h.amount)) }),
  };
  if (order === undefined) {
    // the exchanger is none of the two, as a quote has seen to it
    const exchanger = WALLETS.find((name) => name !== h.from && name !== h.to) ?? 'crane';
    const currency = h.currency === 'CNY' ? 'USD' : 'CNY';
    const exchange = { participantId: exchanger, currency, minor: BigInt(h.amount) * 3n + 1n };
    return world.commands[h.do]({ ...asked, ...(h.isExchanged ? { exchange } : {}) });
  }
  const to = WALLETS.find((name) => name === order.payeeParticipantId) ?? h.to;
  const { currency, amountMinor: amount } = order;
  return world.commands[h.do]({ ...asked, to, currency, amount, orderId: order.id });
}

function reportOf(world: World, h: Extract<Happening, { do: 'report' }>): PaymentCommand | null {
  const payment = pickPayment(world, h.pick);
  if (payment === undefined) return null;
  const asked = payment.legs.findIndex((leg) => leg.state === 'sent');
  return world.commands.report(payment.id, h.leg ?? Math.max(asked, 0), h.outcome, {
    ...(h.externalId === null ? {} : { externalId: h.externalId }),
    ...(h.isStranger ? { by: 'nobody-main' } : {}),
  });
}

/** The command that stands for it, or null where it turns a lever or finds nothing to happen to. */
function commandOf(world: World, h: Happening): PaymentCommand | null {
  const { levers, commands } = world;
  switch (h.do) {
    case 'pay':
    case 'collect':
      return start(world, h);
    case 'order':
      return commands.order(h.to, BigInt(h.amount), 60_000);
    case 'close': {
      const order = pickOrder(world, h.order);
      if (order === undefined) return null;
      const by = WALLETS.find((name) => name === order.payeeParticipantId) ?? null;
      return commands.closeOrder(order.id, h.byTime ? null : by);
    }
    case 'report':
      return reportOf(world, h);
    case 'refund': {
      const cause = pickPayment(world, h.pick);
      if (cause === undefined) return null;
      const by = WALLETS.find((name) => name === cause.payeeParticipantId) ?? 'lotus';
      return commands.refund(cause.id, BigInt(h.amount), by, cause.currency);
    }
    case 'review': {
      const held = pickPayment(world, h.pick);
      return held === undefined ? null : commands.review(held.id, h.decision);
    }
    case 'capture': {
      const held = pickPayment(world, h.pick);
      if (held === undefined) return null;
      const amount = h.amount === null ? null : BigInt(h.amount);
      return commands.capture(held.id, amount, held.payeeParticipantId);
    }
    case 'release': {
      const held = pickPayment(world, h.pick);
      if (held === undefined) return null;
      const by = h.byPayer ? held.payerParticipantId : held.payeeParticipantId;
      return commands.release(held.id, by);
    }
    case 'fulfil': {
      const held = pickPayment(world, h.pick);
      if (held === undefined) return null;
      const shown = h.isRight ? FULFILMENT : CONDITION;
      return commands.fulfil(held.id, shown, held.payeeParticipantId);
    }
    case 'suspend':
      levers.inactive.add(h.wallet);
      return null;
    case 'admit':
      levers.inactive.delete(h.wallet);
      return null;
    case 'policy':
      levers.policy = () => h.verdict;
      return null;
    case 'later':
    case 'again':
      return null;
  }
}

/** Lets time pass: everything whose time is up is told so, as expiry does. */
function pass(world: World, ms: number): void {
  world.later(ms);
  const { book } = world.machine;
  const over = [...book.openPayments()].filter((p) => p.expiresAtMs <= world.nowMs());
  const orders = [...book.openOrders()].filter((o) => o.expiresAtMs <= world.nowMs());
  for (const { id } of over) world.expire(id);
  for (const { id } of orders) world.closeOrder(id, null);
}

/** Makes it all happen, one commit each; commands that settle are also said twice. */
function live(happenings: readonly Happening[]): World {
  const world = createWorld();
  const said: PaymentCommand[] = [];
  for (const h of happenings) {
    if (h.do === 'later') pass(world, h.ms);
    const last = said.at(-1);
    const command =
      h.do === 'again' ? (last?.type === 'settle' ? last : null) : commandOf(world, h);
    if (command === null) continue;
    world.decide(command);
    said.push(command);
  }
  return world;
}

const lives = fc.array(happening, { minLength: 1, maxLength: 120, size: 'max' });

/** How a life goes on until nothing is open: every payer and payee answers in the end. */
function finish(world: World): void {
  world.levers.inactive.clear();
  world.levers.policy = () => 'allow';
  for (let round = 0; round < 6; round += 1) {
    pass(world, 86_400_000);
    for (const payment of Array.from(world.machine.book.openPayments())) {
      const leg = payment.legs.findIndex((l) => l.state === 'sent');
      if (leg < 0) continue;
      const isAsking = payment.legs[leg]?.role === 'debit';
      world.report(payment.id, leg, isAsking ? 'rejected' : 'completed');
    }
  }
}

describe('whatever happens', () => {
  test('no invariant breaks, no transition is unknown, and nothing is a defect', () => {
    const transitions = new Set<string>();
    fc.assert(
      fc.property(lives, (happenings) => {
        for (const name of live(happenings).seen.transitions) transitions.add(name);
      }),
      { numRuns: 3000 },
    );
    // lives that went nowhere would prove nothing
    expect(transitions.size).toBeGreaterThanOrEqual(18);
  });

  test('every payment ends once its connections answer, and transit is empty then', () => {
    fc.assert(
      fc.property(lives, (happenings) => {
        const world = live(happenings);
        finish(world);
        expect(world.machine.book.counts()).toMatchObject({ open: 0, orders: 0 });
        for (const currency of CURRENCIES) {
          expect(world.balances(currency)['transit']).toBeUndefined();
          expect(world.reserved(currency)).toEqual({});
        }
      }),
      { numRuns: 1500 },
    );
  });

  test('the same commands give the same rows, events and messages', () => {
    fc.assert(
      fc.property(lives, (happenings) => {
        const [one, two] = [live(happenings), live(happenings)];
        expect(two.storage.rows('payments')).toEqual(one.storage.rows('payments'));
        expect(two.storage.rows('orders')).toEqual(one.storage.rows('orders'));
        expect(two.events).toEqual(one.events);
        expect(two.sent).toEqual(one.sent);
        expect([...two.ledger.accounts.values()]).toEqual([...one.ledger.accounts.values()]);
      }),
      { numRuns: 200 },
    );
  });

  test('a restart finds every open payment and order as it was, and the ended ones on demand', async () => {
    await fc.assert(
      fc.asyncProperty(lives, async (happenings) => {
        const world = live(happenings);
        const { book } = world.machine;
        const { payments: stored, reader, unseal } = world.storage;
        const again = createBook();
        await stored.loadOpen(again, reader, unseal);
        const open = [...book.openPayments()];
        expect([...again.openPayments()].map(({ id }) => id).sort()).toEqual(
          open.map(({ id }) => id).sort(),
        );
        expect([...again.openOrders()]).toEqual([...book.openOrders()]);
        expect(again.openFloor()).toBe(book.openFloor());
        const ids = idsOf(world, 'payments');
        const read = await stored.payments(reader, ids);
        expect(new Map(read.map((p) => [p.id, p]))).toEqual(
          new Map(ids.map((id) => [id, world.payment(id)])),
        );
      }),
      { numRuns: 200 },
    );
  });
});
