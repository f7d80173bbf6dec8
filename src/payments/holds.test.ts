// Money on hold: a deposit is captured in part, a ride in full, a room is given up; and money that
// moves when somebody shows the preimage of a hash, as one leg of several that share it.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createWorld } from '../../test/setup/payments.ts';

const deposit = { from: 'lotus', to: 'bamboo', amount: 100n } as const;
const capture = { until: 'capture', authorisedMinor: 100n } as const;
const fulfilment = Buffer.alloc(32, 1).toString('base64url');
const condition = createHash('sha256').update(Buffer.alloc(32, 1)).digest('base64url');
const lock = { until: 'fulfilment', condition, fulfilment: null } as const;

describe('money on hold', () => {
  test('is reserved, told to both sides, and asked of nobody', () => {
    const world = createWorld();
    const payment = world.pay({ ...deposit, hold: capture });
    expect(payment.state).toBe('reserved');
    expect(world.reserved()).toEqual({ lotus: 100n });
    expect(world.sent).toEqual([]);
    expect(world.events.at(-1)).toMatchObject({
      type: 'payment.reserved',
      audience: ['lotus', 'bamboo'],
    });
  });

  test.each([
    ['all of it', null, { lotus: -103n, bamboo: 100n, fees: 3n }],
    ['a part, with the same part of the fee', 50n, { lotus: -51n, bamboo: 50n, fees: 1n }],
    ['so little that its fee is rounded away', 20n, { lotus: -20n, bamboo: 20n }],
  ] as const)('is captured: %s', (_what, amount, balances) => {
    const world = createWorld();
    const { id } = world.pay({ ...deposit, fee: 3n, hold: capture });
    world.capture(id, amount, 'bamboo');
    expect(world.sent).toMatchObject([{ kind: 'credit', to: 'bamboo-main' }]);
    world.report(id, 'credit', 'completed');
    expect(world.balances()).toEqual(balances);
    expect(world.reserved()).toEqual({});
  });

  test('captured in part where the payee bears the fee', () => {
    const world = createWorld();
    const { id } = world.pay({ ...deposit, fee: 10n, feeBy: 'payee', hold: capture });
    world.capture(id, 55n, 'bamboo');
    world.report(id, 'credit', 'completed');
    expect(world.balances()).toEqual({ lotus: -55n, bamboo: 50n, fees: 5n });
  });

  test('is refunded up to what was captured, not to what was authorised', () => {
    const world = createWorld();
    const { id } = world.pay({ ...deposit, hold: capture });
    world.capture(id, 60n, 'bamboo');
    world.report(id, 'credit', 'completed');
    const wish = world.commands.refund(id, 61n, 'bamboo');
    expect(world.decide(wish)).toEqual({ ok: false, code: 'refund_exceeds_payment' });
    expect(world.refund(id, 60n, 'bamboo').state).toBe('delivering');
  });

  test('can be captured although its payer was suspended, or its cap taken away', () => {
    const world = createWorld();
    const { id } = world.pay({ ...deposit, hold: capture });
    world.levers.inactive.add('lotus');
    const position = world.ledger.find('lotus', 'CNY', 'position');
    world.ledger.setLimit(position?.number ?? 0, 100n);
    world.capture(id, 40n, 'bamboo');
    world.report(id, 'credit', 'completed');
    expect(world.balances()).toEqual({ lotus: -40n, bamboo: 40n });
  });

  test.each([
    ['more than was authorised', 101n, 'bamboo', 'capture_exceeds_hold'],
    ['nothing', 0n, 'bamboo', 'amount_zero'],
    ['less than nothing', -1n, 'bamboo', 'amount_negative'],
    ['by its payer', null, 'lotus', 'not_permitted'],
    ['by a stranger', null, 'river', 'payment_not_found'],
  ] as const)('is not captured: %s', (_what, amount, by, code) => {
    const world = createWorld();
    const { id } = world.pay({ ...deposit, hold: capture });
    expect(world.capture(id, amount, by)).toEqual({ ok: false, code });
    expect(world.payment(id).state).toBe('reserved');
  });

  test('is captured in its own currency alone', () => {
    const world = createWorld();
    const { id } = world.pay({ ...deposit, hold: capture });
    const wish = {
      type: 'capture',
      id: world.newId(),
      paymentId: id,
      requesterParticipantId: 'bamboo',
    } as const;
    const inDollars = { ...wish, currency: 'USD', amountMinor: 1n };
    expect(world.decide(inDollars)).toEqual({ ok: false, code: 'refund_currency_mismatch' });
  });

  test('is captured once', () => {
    const world = createWorld();
    const { id } = world.pay({ ...deposit, hold: capture });
    world.capture(id, 10n, 'bamboo');
    const again = { ok: false, code: 'already_resolved' };
    expect(world.capture(id, 10n, 'bamboo')).toEqual(again);
    expect(world.release(id, 'bamboo')).toEqual(again);
  });

  test('is given up by the payee, and not taken back by the payer', () => {
    const world = createWorld();
    const { id } = world.pay({ ...deposit, hold: capture });
    expect(world.release(id, 'lotus')).toEqual({ ok: false, code: 'not_permitted' });
    world.release(id, 'bamboo');
    expect(world.payment(id)).toMatchObject({ state: 'rejected', problem: 'refused_by_payee' });
    expect(world.reserved()).toEqual({});
  });

  test('that expires gives the payer every cent back, and cannot be captured after', () => {
    const world = createWorld();
    const { id } = world.pay({ ...deposit, hold: capture });
    world.later(60_000);
    // also before anybody has looked at the clock
    expect(world.capture(id, null, 'bamboo')).toEqual({ ok: false, code: 'payment_expired' });
    world.expire(id);
    expect(world.reserved()).toEqual({});
    expect(world.capture(id, null, 'bamboo')).toEqual({ ok: false, code: 'payment_expired' });
  });

  test('for an order claims it, is captured as the order asks, and frees it when given up', () => {
    const world = createWorld();
    const order = world.order('bamboo', 100n);
    const { id } = world.pay({ ...deposit, orderId: order.id, hold: capture });
    expect(world.orderState(order.id)).toBe('claimed');
    const part = { ok: false, code: 'order_amount_mismatch' };
    expect(world.capture(id, 99n, 'bamboo')).toEqual(part);
    world.release(id, 'bamboo');
    expect(world.orderState(order.id)).toBe('open');
    const second = world.pay({ ...deposit, from: 'river', orderId: order.id, hold: capture });
    world.capture(second.id, null, 'bamboo');
    world.report(second.id, 'credit', 'completed');
    expect(world.orderState(order.id)).toBe('paid');
  });

  test('for a week does not make a restart read a week of payments', () => {
    const world = createWorld();
    const { id } = world.pay({ ...deposit, hold: capture, expiresInMs: 7 * 86_400_000 });
    expect(world.machine.book.openFloor()).toBeNull();
    expect(world.storage.rows('lasting_payments')).toEqual([{ payment_id: id, is_open: true }]);
    world.capture(id, null, 'bamboo');
    world.report(id, 'credit', 'completed');
    expect(world.storage.rows('lasting_payments')).toEqual([{ payment_id: id, is_open: false }]);
  });

  test('is nothing that a platform can do that captures first', () => {
    const world = createWorld();
    const asked = world.collect({ ...deposit, hold: capture });
    expect([asked.state, asked.problem]).toEqual(['rejected', 'capability_unsupported']);
  });
});

describe('a payment on a condition', () => {
  test('moves when the preimage is shown, and keeps it for all to see', () => {
    const world = createWorld();
    const { id } = world.pay({ ...deposit, hold: lock });
    world.fulfil(id, fulfilment, 'bamboo');
    expect(world.payment(id)).toMatchObject({ state: 'delivering', hold: { fulfilment } });
    world.report(id, 'credit', 'completed');
    expect(world.balances()).toEqual({ lotus: -100n, bamboo: 100n });
  });

  test.each([
    ['another preimage', condition, 'bamboo', 'fulfilment_mismatch'],
    ['the preimage, shown by a stranger', fulfilment, 'river', 'payment_not_found'],
  ] as const)('stays where it is for %s', (_what, shown, by, code) => {
    const world = createWorld();
    const { id } = world.pay({ ...deposit, hold: lock });
    expect(world.fulfil(id, shown, by)).toEqual({ ok: false, code });
    expect(world.reserved()).toEqual({ lotus: 100n });
  });

  test('goes back when nobody shows it in time, and not a moment later', () => {
    const world = createWorld();
    const { id } = world.pay({ ...deposit, hold: lock });
    world.later(59_999);
    world.expire(id);
    expect(world.payment(id).state).toBe('reserved');
    world.later(1);
    const late = { ok: false, code: 'payment_expired' };
    expect(world.fulfil(id, fulfilment, 'bamboo')).toEqual(late);
    world.expire(id);
    expect(world.payment(id).state).toBe('expired');
  });

  test('cannot be captured, and a hold cannot be fulfilled', () => {
    const world = createWorld();
    const locked = world.pay({ ...deposit, hold: lock });
    const held = world.pay({ ...deposit, hold: capture });
    const wrong = { ok: false, code: 'transition_refused' };
    expect(world.capture(locked.id, null, 'bamboo')).toEqual(wrong);
    expect(world.fulfil(held.id, fulfilment, 'bamboo')).toEqual(wrong);
    const plain = world.pay(deposit);
    expect(world.release(plain.id, 'bamboo')).toEqual(wrong);
  });

  test('one preimage releases two payments: a chain of them is all or nothing', () => {
    const world = createWorld();
    const first = world.pay({ ...deposit, hold: lock, expiresInMs: 120_000 });
    const second = world.pay({ from: 'bamboo', to: 'river', amount: 90n, hold: lock });
    world.fulfil(second.id, fulfilment, 'river');
    const { hold } = world.payment(second.id);
    const shown = hold?.until === 'fulfilment' ? (hold.fulfilment ?? '') : '';
    world.fulfil(first.id, shown, 'bamboo');
    for (const { id } of [first, second]) world.report(id, 'credit', 'completed');
    expect(world.balances()).toEqual({ lotus: -100n, bamboo: 10n, river: 90n });
  });
});
