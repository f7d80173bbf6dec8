// Orders: many wallets may try to pay one, exactly one succeeds, and the others get their money
// back by themselves. A refused attempt never harms the order.
import { describe, expect, test } from 'vitest';
import { createWorld, type Wallet, type World } from '../../test/setup/payments.ts';

const withOrder = (expiresInMs?: number) => {
  const world = createWorld();
  const order = world.order('bamboo', 100n, expiresInMs);
  const attempt = (from: Wallet, flow: 'pay' | 'collect' = 'collect') =>
    world[flow]({ from, to: 'bamboo', amount: 100n, orderId: order.id });
  return { world, order, attempt };
};

const statesOf = (world: World, ...ids: string[]) => ids.map((id) => world.payment(id).state);

describe('an order', () => {
  test('is claimed when a payer’s money is captured, and paid when the payee is credited', () => {
    const { world, order, attempt } = withOrder();
    const { id } = attempt('lotus');
    expect(world.orderState(order.id)).toBe('open');
    world.report(id, 'debit', 'completed');
    expect(world.machine.book.order(order.id)).toMatchObject({ state: 'claimed', winnerId: id });
    world.report(id, 'credit', 'completed');
    expect(world.machine.book.order(order.id)).toMatchObject({ state: 'paid', winnerId: id });
    expect(world.eventsOf(order.id)).toEqual(['order.open', 'order.claimed', 'order.paid']);
    expect(attempt('river').problem).toBe('order_already_paid');
  });

  test('is claimed by a push as soon as it is reserved', () => {
    const { world, order, attempt } = withOrder();
    const first = attempt('lotus', 'pay');
    expect(world.machine.book.order(order.id)?.winnerId).toBe(first.id);
    expect(attempt('river', 'pay').problem).toBe('order_already_claimed');
    world.report(first.id, 'credit', 'completed');
    expect(world.orderState(order.id)).toBe('paid');
  });

  test('is not claimed by an attempt that cannot be reserved', () => {
    const { world, order, attempt } = withOrder();
    world.pay({ from: 'lotus', to: 'river', amount: 950n });
    expect(attempt('lotus', 'pay').problem).toBe('limit_exceeded');
    expect(world.orderState(order.id)).toBe('open');
  });

  test.each(['pay', 'collect'] as const)('opens again after a refused %s', (flow) => {
    const { world, order, attempt } = withOrder();
    const first = attempt('lotus', flow);
    if (flow === 'collect') world.report(first.id, 'debit', 'completed');
    world.report(first.id, 1, 'rejected');
    expect(world.machine.book.order(order.id)).toMatchObject({ state: 'open', winnerId: null });
    const second = attempt('river', 'pay');
    world.report(second.id, 'credit', 'completed');
    expect(world.orderState(order.id)).toBe('paid');
  });

  test('closes after a refused attempt where its time is over', () => {
    const { world, order, attempt } = withOrder(10_000);
    const first = attempt('lotus', 'pay');
    world.later(10_000);
    expect(world.closeOrder(order.id, null)).toEqual({ ok: false, code: 'order_already_claimed' });
    world.report(first.id, 'credit', 'rejected');
    expect(world.machine.book.order(order.id)).toMatchObject({ state: 'closed', winnerId: null });
  });

  test('is paid by a payee’s late answer although its time is over', () => {
    const { world, order, attempt } = withOrder(10_000);
    const first = attempt('lotus', 'pay');
    world.later(20_000);
    world.report(first.id, 'credit', 'completed');
    expect(world.orderState(order.id)).toBe('paid');
  });
});

describe('two wallets at one order', () => {
  test('the first capture wins; the other is asked no more', () => {
    const { world, order, attempt } = withOrder();
    const [first, second] = [attempt('lotus'), attempt('river')];
    world.report(first.id, 'debit', 'completed');
    expect(statesOf(world, first.id, second.id)).toEqual(['delivering', 'closing']);
    expect(world.sent.map((message) => `${message.kind} ${message.to}`)).toEqual([
      'collect lotus-main',
      'collect river-main',
      'close river-main',
      'credit bamboo-main',
    ]);
    world.report(second.id, 'debit', 'rejected');
    world.report(first.id, 'credit', 'completed');
    expect(statesOf(world, first.id, second.id)).toEqual(['completed', 'rejected']);
    expect(world.payment(second.id).problem).toBe('order_already_claimed');
    expect(world.orderState(order.id)).toBe('paid');
    expect(world.balances()).toEqual({ lotus: -100n, bamboo: 100n });
  });

  test.each([
    ['while the first is delivered', false, 'order_already_claimed'],
    ['after the first was paid', true, 'order_already_paid'],
  ])('a second capture %s is returned by itself', (_when, isPaid, problem) => {
    const { world, attempt } = withOrder();
    const [first, second] = [attempt('lotus'), attempt('river')];
    world.report(first.id, 'debit', 'completed');
    if (isPaid) world.report(first.id, 'credit', 'completed');
    world.report(second.id, 'debit', 'completed');
    expect(world.payment(second.id)).toMatchObject({ state: 'returning', problem });
    expect(world.sent.at(-1)).toMatchObject({ kind: 'refund', to: 'river-main' });
    world.report(second.id, 'credit', 'completed');
    if (!isPaid) world.report(first.id, 'credit', 'completed');
    expect(statesOf(world, first.id, second.id)).toEqual(['completed', 'returned']);
    expect(world.balances()).toEqual({ lotus: -100n, bamboo: 100n });
  });

  test('a push that claims takes the waiting collects back', () => {
    const { world, attempt } = withOrder();
    const waiting = attempt('lotus');
    attempt('river', 'pay');
    expect(statesOf(world, waiting.id)).toEqual(['closing']);
  });

  test('a collect that was being closed wins where the winner was refused meanwhile', () => {
    const { world, order, attempt } = withOrder();
    const [first, second] = [attempt('lotus'), attempt('river')];
    world.report(first.id, 'debit', 'completed');
    world.report(first.id, 1, 'rejected');
    world.report(second.id, 'debit', 'completed');
    expect(world.machine.book.order(order.id)?.winnerId).toBe(second.id);
    world.report(second.id, 'credit', 'completed');
    world.report(first.id, 2, 'completed');
    expect(statesOf(world, first.id, second.id)).toEqual(['returned', 'completed']);
    expect(world.balances()).toEqual({ river: -100n, bamboo: 100n });
  });

  test('a held attempt is judged anew, and finds the order taken', () => {
    const { world, attempt } = withOrder();
    world.levers.policy = () => 'held';
    const held = attempt('river', 'pay');
    world.levers.policy = () => 'allow';
    attempt('lotus', 'pay');
    world.review(held.id, 'release');
    expect(world.payment(held.id)).toMatchObject({
      state: 'rejected',
      problem: 'order_already_claimed',
    });
  });

  test('a captured attempt whose payee is suspended leaves the order to the others', () => {
    const { world, order, attempt } = withOrder();
    const [first, second] = [attempt('lotus'), attempt('river')];
    world.levers.inactive.add('bamboo');
    world.report(first.id, 'debit', 'completed');
    expect(statesOf(world, first.id, second.id)).toEqual(['returning', 'awaiting_payer']);
    expect(world.orderState(order.id)).toBe('open');
  });
});

describe('closing an order', () => {
  test('takes every waiting attempt back', () => {
    const { world, order, attempt } = withOrder();
    const [first, second] = [attempt('lotus'), attempt('river')];
    expect(world.closeOrder(order.id, 'bamboo')).toMatchObject({ order: { state: 'closed' } });
    expect(statesOf(world, first.id, second.id)).toEqual(['closing', 'closing']);
    world.report(first.id, 'debit', 'rejected');
    expect(world.payment(first.id)).toMatchObject({ state: 'rejected', problem: 'order_closed' });
    world.report(second.id, 'debit', 'completed');
    expect(world.payment(second.id)).toMatchObject({ state: 'returning', problem: 'order_closed' });
    world.report(second.id, 'credit', 'completed');
    expect(world.balances()).toEqual({});
  });

  test('by time ends its attempts as expired', () => {
    const { world, order, attempt } = withOrder(10_000);
    const { id } = attempt('lotus');
    expect(world.closeOrder(order.id, null)).toMatchObject({ order: { state: 'open' } });
    world.later(10_000);
    world.closeOrder(order.id, null);
    world.report(id, 'debit', 'rejected');
    expect(world.payment(id)).toMatchObject({ state: 'expired', problem: 'payment_expired' });
  });

  test('twice is closing once', () => {
    const { world, order } = withOrder();
    world.closeOrder(order.id, 'bamboo');
    expect(world.closeOrder(order.id, 'bamboo')).toMatchObject({ ok: true });
    expect(world.eventsOf(order.id)).toEqual(['order.open', 'order.closed']);
  });

  test.each([
    ['by another wallet', 'order_not_found', 'lotus', 'pending'],
    ['while an attempt delivers', 'order_already_claimed', 'bamboo', 'pending'],
    ['that was paid', 'order_already_paid', 'bamboo', 'completed'],
  ] as const)('%s is refused: %s', (_sentence, code, by, outcome) => {
    const { world, order, attempt } = withOrder();
    const { id } = attempt('lotus', 'pay');
    world.report(id, 'credit', outcome);
    expect(world.closeOrder(order.id, by)).toEqual({ ok: false, code });
  });

  test('that does not exist is refused', () => {
    const { world } = withOrder();
    const refused = { ok: false, code: 'order_not_found' };
    expect(world.closeOrder(world.newId(), 'bamboo')).toEqual(refused);
    expect(world.closeOrder('no id at all', 'bamboo')).toEqual(refused);
  });
});

describe('an order that cannot be opened', () => {
  test.each([
    ['amount_zero', { amountMinor: 0n }],
    ['amount_negative', { amountMinor: -1n }],
    ['amount_too_large', { amountMinor: 10n ** 15n }],
    ['currency_not_supported', { currency: 'JPY' }],
    ['expiry_invalid', { expiresAtMs: 0 }],
  ])('%s', (code, change) => {
    const world = createWorld();
    const command = world.commands.order('bamboo', 100n);
    if (command.type !== 'open_order') throw new Error('not an order');
    expect(world.decide({ ...command, ...change })).toEqual({ ok: false, code });
    expect(world.storage.rows('orders')).toEqual([]);
  });

  test('participant_not_active', () => {
    const world = createWorld();
    world.levers.inactive.add('bamboo');
    const answer = world.decide(world.commands.order('bamboo', 100n));
    expect(answer).toEqual({ ok: false, code: 'participant_not_active' });
  });
});
