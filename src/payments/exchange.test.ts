// Payments between currencies: an FX participant takes the payer's side and gives the payee's, in
// one commit; refunds go back the same way, at the rate of the original.
import { describe, expect, test } from 'vitest';
import { CAP_MINOR, createWorld } from '../../test/setup/payments.ts';

const exchange = { participantId: 'crane', currency: 'USD', minor: 14n };
const asked = { from: 'lotus', to: 'bamboo', amount: 100n, exchange } as const;

describe('a payment between currencies', () => {
  test('reserves both halves at once, and moves both at once', () => {
    const world = createWorld();
    const { id } = world.pay({ ...asked, fee: 2n });
    expect([world.reserved('CNY'), world.reserved('USD')]).toEqual([
      { lotus: 102n },
      { crane: 14n },
    ]);
    world.report(id, 'credit', 'completed');
    expect(world.balances('CNY')).toEqual({ lotus: -102n, crane: 100n, fees: 2n });
    expect(world.balances('USD')).toEqual({ crane: -14n, bamboo: 14n });
  });

  test('is told to all three', () => {
    const world = createWorld();
    world.pay(asked);
    expect(world.events.at(-1)?.audience).toEqual(['lotus', 'bamboo', 'crane']);
  });

  test('leaves nothing behind when the payee refuses', () => {
    const world = createWorld();
    const { id } = world.pay(asked);
    world.report(id, 'credit', 'rejected');
    expect([world.reserved('CNY'), world.reserved('USD')]).toEqual([{}, {}]);
    expect([world.balances('CNY'), world.balances('USD')]).toEqual([{}, {}]);
  });

  test('needs headroom on both sides, or reserves on none', () => {
    const world = createWorld();
    const tooMuch = { ...exchange, minor: CAP_MINOR + 1n };
    const refused = world.pay({ ...asked, exchange: tooMuch });
    expect([refused.state, refused.problem]).toEqual(['rejected', 'limit_exceeded']);
    expect([world.reserved('CNY'), world.reserved('USD')]).toEqual([{}, {}]);
  });

  test('needs its FX participant to be there', () => {
    const world = createWorld();
    world.levers.inactive.add('crane');
    expect(world.pay(asked).problem).toBe('rate_unavailable');
  });

  test('pays no order: an order is paid in its own currency', () => {
    const world = createWorld();
    const order = world.order('bamboo', 100n);
    expect(world.pay({ ...asked, orderId: order.id }).problem).toBe('order_amount_mismatch');
  });

  test('within one wallet needs no transit: the two positions are two accounts', () => {
    const world = createWorld();
    const { id } = world.pay({ ...asked, to: 'lotus' });
    world.report(id, 'credit', 'completed');
    expect(world.balances('CNY')).toEqual({ lotus: -100n, crane: 100n });
    expect(world.balances('USD')).toEqual({ crane: -14n, lotus: 14n });
  });

  test('on a condition, moves both halves with one preimage', () => {
    const world = createWorld();
    const fulfilment = Buffer.alloc(32).toString('base64url');
    const condition = 'Zmh6rfhivXdsj8GLjp-OIAiXFIVu4jOzkCpZHQ1fKSU';
    const lock = { until: 'fulfilment', condition, fulfilment: null } as const;
    const { id } = world.pay({ ...asked, hold: lock });
    expect(world.reserved('USD')).toEqual({ crane: 14n });
    world.fulfil(id, fulfilment, 'crane');
    world.report(id, 'credit', 'completed');
    expect(world.balances('USD')).toEqual({ crane: -14n, bamboo: 14n });
  });

  test('cannot be captured in part', () => {
    const world = createWorld();
    const hold = { until: 'capture', authorisedMinor: 100n } as const;
    expect(world.pay({ ...asked, hold }).problem).toBe('capability_unsupported');
  });
});

describe('its refund', () => {
  test('gives back at the original rate, and in parts exactly the whole', () => {
    const world = createWorld();
    const { id } = world.pay(asked);
    world.report(id, 'credit', 'completed');
    const given: bigint[] = [];
    for (const part of [33n, 33n, 34n]) {
      const refund = world.refund(id, part, 'bamboo');
      given.push(refund.exchange?.minor ?? 0n);
      world.report(refund.id, 'credit', 'completed');
    }
    expect(given).toEqual([4n, 5n, 5n]);
    expect([world.balances('CNY'), world.balances('USD')]).toEqual([{}, {}]);
  });

  test('of so little that nothing would leave the payee is refused', () => {
    const world = createWorld();
    const { id } = world.pay(asked);
    world.report(id, 'credit', 'completed');
    const wish = world.commands.refund(id, 1n, 'bamboo');
    expect(world.decide(wish)).toEqual({ ok: false, code: 'amount_zero' });
  });
});
