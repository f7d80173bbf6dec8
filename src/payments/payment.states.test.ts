// Every way a payment and an order may go, reached by what really happens, and the same lists in
// SQL and in the page for readers. Tables: one story for each way.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { statesPage } from '../../scripts/payment-states.ts';
import { createWorld, type World } from '../../test/setup/payments.ts';
import { wordsOfConstraint } from '../../test/setup/payments-storage.ts';
import {
  mayBegin,
  mayMoveOrder,
  move,
  ORDER_TRANSITIONS,
  PAYMENT_TRANSITIONS,
} from './payment.states.ts';
import { END_STATES, type Payment } from './payment.ts';

const way = (t: { readonly from: string | null; readonly to: string }) => `${t.from ?? ''}>${t.to}`;

type Tell = (world: World) => void;
const asked = { from: 'lotus', to: 'bamboo', amount: 100n } as const;
const hold = { until: 'capture', authorisedMinor: 100n } as const;
const held =
  (flow: 'pay' | 'collect', then: (w: World, id: string) => void): Tell =>
  (w) => {
    w.levers.policy = () => 'held';
    then(w, w[flow](asked).id);
  };
const collect =
  (then: (w: World, id: string) => void): Tell =>
  (w) => {
    then(w, w.collect({ ...asked, expiresInMs: 1_000 }).id);
  };
const closing = (then: (w: World, id: string) => void): Tell =>
  collect((w, id) => {
    w.later(1_000);
    w.expire(id);
    then(w, id);
  });
const captured = (then: (w: World, id: string) => void): Tell =>
  collect((w, id) => {
    w.report(id, 'debit', 'completed');
    then(w, id);
  });

const STORIES: Readonly<Record<string, Tell>> = {
  '>held': held('pay', () => {}),
  '>rejected': (w) => w.pay({ ...asked, amount: 5_000n }),
  '>delivering': (w) => w.pay(asked),
  '>reserved': (w) => w.pay({ ...asked, hold }),
  'held>reserved': (w) => {
    w.levers.policy = () => 'held';
    w.review(w.pay({ ...asked, hold }).id, 'release');
  },
  'reserved>delivering': (w) => w.capture(w.pay({ ...asked, hold }).id, null, 'bamboo'),
  'reserved>rejected': (w) => w.release(w.pay({ ...asked, hold }).id, 'bamboo'),
  'reserved>expired': (w) => {
    const { id } = w.pay({ ...asked, hold });
    w.later(60_000);
    w.expire(id);
  },
  'held>delivering': held('pay', (w, id) => w.review(id, 'release')),
  'held>rejected': held('pay', (w, id) => w.review(id, 'decline')),
  'held>expired': held('pay', (w, id) => {
    w.later(86_400_000);
    w.expire(id);
  }),
  'delivering>completed': (w) => w.report(w.pay(asked).id, 'credit', 'completed'),
  'delivering>rejected': (w) => w.report(w.pay(asked).id, 'credit', 'rejected'),
  '>awaiting_payer': collect(() => {}),
  'held>awaiting_payer': held('collect', (w, id) => w.review(id, 'release')),
  'awaiting_payer>closing': closing(() => {}),
  'awaiting_payer>rejected': collect((w, id) => w.report(id, 'debit', 'rejected')),
  'closing>rejected': (w) => {
    const order = w.order('bamboo', 100n);
    const { id } = w.collect({ ...asked, orderId: order.id });
    w.closeOrder(order.id, 'bamboo');
    w.report(id, 'debit', 'rejected');
  },
  'closing>expired': closing((w, id) => w.report(id, 'debit', 'rejected')),
  'awaiting_payer>paid_in': captured(() => {}),
  'closing>paid_in': closing((w, id) => w.report(id, 'debit', 'completed')),
  'paid_in>delivering': captured(() => {}),
  'paid_in>returning': collect((w, id) => {
    w.levers.inactive.add('bamboo');
    w.report(id, 'debit', 'completed');
  }),
  'delivering>returning': captured((w, id) => w.report(id, 1, 'rejected')),
  '>returning': collect((w, id) => {
    w.report(id, 'debit', 'rejected');
    w.report(id, 'debit', 'completed');
  }),
  'returning>returned': captured((w, id) => {
    w.report(id, 1, 'rejected');
    w.report(id, 2, 'completed');
  }),
};

describe('a payment goes', () => {
  test.each(Object.entries(STORIES))('%s', (name, tell) => {
    const world = createWorld();
    tell(world);
    expect([...world.seen.transitions]).toContain(name);
  });

  test('no other way: a story is told for each way of the list', () => {
    const told = Object.keys(STORIES).sort();
    expect(told).toEqual(PAYMENT_TRANSITIONS.map(way).sort());
  });

  test('nowhere from an end', () => {
    const ends = new Set<string>(END_STATES);
    expect(PAYMENT_TRANSITIONS.filter((t) => t.from !== null && ends.has(t.from))).toEqual([]);
    const world = createWorld();
    const payment: Payment = world.payment(world.pay({ ...asked, amount: 5_000n }).id);
    for (const state of ['held', 'delivering', 'completed', 'returning'] as const) {
      expect(() => move(payment, state, 0, 0)).toThrow(`no way from rejected to ${state}`);
    }
    expect([payment.state, mayBegin('completed'), mayBegin('held')]).toEqual([
      'rejected',
      false,
      true,
    ]);
  });

  test('each way is listed once, and every state can be reached and left', () => {
    const ways = PAYMENT_TRANSITIONS.map(way);
    expect(new Set(ways).size).toBe(ways.length);
    const into = new Set<string>(PAYMENT_TRANSITIONS.map((t) => t.to));
    const outOf = new Set<string | null>(PAYMENT_TRANSITIONS.map((t) => t.from));
    const ends = new Set<string>(END_STATES);
    expect([...into].filter((state) => !outOf.has(state) && !ends.has(state))).toEqual([]);
    expect([...outOf].filter((state) => state !== null && !into.has(state))).toEqual([]);
  });
});

describe('an order goes', () => {
  const orders: Readonly<Record<string, (w: World, orderId: string) => void>> = {
    '>open': () => {},
    'open>claimed': (w, orderId) => w.pay({ ...asked, orderId }),
    'claimed>open': (w, orderId) => w.report(w.pay({ ...asked, orderId }).id, 'credit', 'rejected'),
    'claimed>paid': (w, orderId) =>
      w.report(w.pay({ ...asked, orderId }).id, 'credit', 'completed'),
    'claimed>closed': (w, orderId) => {
      const { id } = w.pay({ ...asked, orderId });
      w.later(600_000);
      w.report(id, 'credit', 'rejected');
    },
    'open>closed': (w, orderId) => w.closeOrder(orderId, 'bamboo'),
  };

  test.each(Object.entries(orders))('%s', (name, tell) => {
    const world = createWorld();
    tell(world, world.order('bamboo', 100n).id);
    expect([...world.seen.orderTransitions]).toContain(name);
  });

  test('no other way', () => {
    expect(Object.keys(orders).sort()).toEqual(ORDER_TRANSITIONS.map(way).sort());
    expect(mayMoveOrder('paid', 'open')).toBe(false);
  });
});

describe('the same list', () => {
  test.each([
    ['payments_transition', PAYMENT_TRANSITIONS],
    ['orders_transition', ORDER_TRANSITIONS],
  ] as const)('is checked again by PostgreSQL: %s', (constraint, list) => {
    expect(wordsOfConstraint(constraint).sort()).toEqual(list.map(way).sort());
  });

  test('ends where the SQL says a payment has ended', () => {
    expect(wordsOfConstraint('payments_end').sort()).toEqual([...END_STATES].sort());
  });

  test('is drawn in docs/concepts/payment-states.md (node scripts/payment-states.ts)', () => {
    const page = new URL('../../docs/concepts/payment-states.md', import.meta.url);
    expect(readFileSync(page, 'utf8')).toBe(statesPage());
  });
});
