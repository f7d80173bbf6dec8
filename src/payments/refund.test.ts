// Refunds: the payee gives back, in full or in part, through the connection the money came from.
// What is under way counts as given back, so that two refunds can never give more than was paid.
import { describe, expect, test } from 'vitest';
import { CAP_MINOR, createWorld, type World } from '../../test/setup/payments.ts';

const asked = { from: 'lotus', to: 'bamboo', amount: 100n } as const;

function paid(world: World, extra: object = {}, flow: 'pay' | 'collect' = 'pay'): string {
  const { id } = world[flow]({ ...asked, ...extra });
  if (flow === 'collect') world.report(id, 'debit', 'completed', { externalId: 'trade-1' });
  world.report(id, 'credit', 'completed');
  return id;
}

const sums = (world: World, id: string) => {
  const { refundedMinor, refundingMinor } = world.payment(id);
  return [refundedMinor, refundingMinor];
};

describe('a refund', () => {
  test.each(['pay', 'collect'] as const)('of a completed %s gives it back in full', (flow) => {
    const world = createWorld();
    const id = paid(world, {}, flow);
    const back = world.refund(id, 100n, 'bamboo');
    expect(back).toMatchObject({ kind: 'refund', causeId: id, state: 'delivering' });
    expect(world.sent.at(-1)).toMatchObject({ kind: 'refund', to: 'lotus-main', leg: 1 });
    expect(world.reserved()).toEqual({ bamboo: 100n });
    expect(sums(world, id)).toEqual([0n, 100n]);
    world.report(back.id, 'credit', 'completed');
    expect(sums(world, id)).toEqual([100n, 0n]);
    expect(world.balances()).toEqual({});
  });

  test('in parts gives back what is left, and no more', () => {
    const world = createWorld();
    const id = paid(world);
    const first = world.refund(id, 60n, 'bamboo');
    const tooMuch = { ok: false, code: 'refund_exceeds_payment' };
    // the first is still under way: it counts
    expect(world.decide(world.commands.refund(id, 41n, 'bamboo'))).toEqual(tooMuch);
    const second = world.refund(id, 40n, 'bamboo');
    world.report(first.id, 'credit', 'completed');
    world.report(second.id, 'credit', 'completed');
    expect(world.decide(world.commands.refund(id, 1n, 'bamboo'))).toEqual(tooMuch);
    expect(world.balances()).toEqual({});
  });

  test('that the platform refuses can be asked for again', () => {
    const world = createWorld();
    const id = paid(world);
    const first = world.refund(id, 100n, 'bamboo');
    world.report(first.id, 'credit', 'rejected');
    expect(world.payment(first.id).state).toBe('rejected');
    expect(sums(world, id)).toEqual([0n, 0n]);
    expect(world.balances()).toEqual({ lotus: -100n, bamboo: 100n });
    expect(world.refund(id, 100n, 'bamboo').state).toBe('delivering');
  });

  test('two for the whole amount in one batch: one is made', () => {
    const world = createWorld();
    const id = paid(world);
    const results = world.decideAll([
      world.commands.refund(id, 100n, 'bamboo'),
      world.commands.refund(id, 100n, 'bamboo'),
    ]);
    expect(results.map((result) => (result.ok ? 'made' : result.code))).toEqual([
      'made',
      'refund_exceeds_payment',
    ]);
  });

  test('that expires is in doubt, and goes on counting', () => {
    const world = createWorld();
    const id = paid(world);
    const back = world.refund(id, 100n, 'bamboo');
    world.later(60_000);
    world.expire(back.id);
    expect(world.payment(back.id).state).toBe('delivering');
    expect(sums(world, id)).toEqual([0n, 100n]);
  });

  test('gives the agreed amount back; the fee stays with whoever earned it', () => {
    const world = createWorld();
    const id = paid(world, { fee: 3n, feeBy: 'payee' });
    const back = world.refund(id, 100n, 'bamboo');
    world.report(back.id, 'credit', 'completed');
    expect(world.balances()).toEqual({ bamboo: -3n, fees: 3n });
  });

  test('needs money or cap like any payment, and remembers that it was refused', () => {
    const world = createWorld();
    const id = paid(world);
    const more = world.pay({ from: 'bamboo', to: 'river', amount: CAP_MINOR + 100n });
    world.report(more.id, 'credit', 'completed');
    const back = world.refund(id, 100n, 'bamboo');
    expect(back).toMatchObject({ state: 'rejected', problem: 'limit_exceeded' });
    expect(sums(world, id)).toEqual([0n, 0n]);
  });

  test('is found by the asker’s own reference, on the connection that asked', () => {
    const world = createWorld();
    const id = paid(world);
    const command = world.commands.refund(id, 10n, 'bamboo');
    if (command.type !== 'refund') throw new Error('not a refund');
    world.decide({ ...command, requesterConnectionId: 'bamboo-back-office' });
    expect(world.storage.rows('external_ids')).toEqual([
      {
        connection_id: 'bamboo-back-office',
        kind: 'reference',
        external_id: 'refund-1',
        payment_id: command.id,
      },
    ]);
  });
});

describe('a refund that cannot be', () => {
  const refused = (
    prepare: (world: World, id: string) => [cause: string, amount: bigint, by: 'bamboo' | 'lotus'],
    currency?: string,
  ) => {
    const world = createWorld();
    const id = paid(world);
    const [cause, amount, by] = prepare(world, id);
    const payments = world.storage.rows('payments').length;
    const result = world.decide(world.commands.refund(cause, amount, by, currency));
    // nothing is left but the refusal, remembered under its key
    expect(world.storage.rows('payments')).toHaveLength(payments);
    return result.ok ? null : result.code;
  };

  test('of a payment that does not exist', () => {
    expect(refused((world) => [world.newId(), 1n, 'bamboo'])).toBe('payment_not_found');
  });

  test('of another’s payment: the payer cannot take back, and learns nothing', () => {
    expect(refused((_world, id) => [id, 1n, 'lotus'])).toBe('payment_not_found');
  });

  test.each([
    [0n, 'amount_zero'],
    [-1n, 'amount_negative'],
    [10n ** 15n, 'amount_too_large'],
    [101n, 'refund_exceeds_payment'],
  ])('of %s out of 100', (amount, code) => {
    expect(refused((_world, id) => [id, amount, 'bamboo'])).toBe(code);
  });

  test('in another currency', () => {
    expect(refused((_world, id) => [id, 1n, 'bamboo'], 'USD')).toBe('refund_currency_mismatch');
  });

  test('of a refund: what was given back stays given', () => {
    const code = refused((world, id) => {
      const back = world.refund(id, 100n, 'bamboo');
      world.report(back.id, 'credit', 'completed');
      return [back.id, 1n, 'lotus'];
    });
    expect(code).toBe('payment_not_completed');
  });

  test.each([
    ['under way', 'pending'],
    ['refused', 'rejected'],
  ] as const)('of a payment that is %s', (_sentence, outcome) => {
    const code = refused((world) => {
      const other = world.pay(asked);
      world.report(other.id, 'credit', outcome);
      return [other.id, 1n, 'bamboo'];
    });
    expect(code).toBe('payment_not_completed');
  });

  test('of a payment that was returned', () => {
    const code = refused((world) => {
      const other = world.collect(asked);
      world.report(other.id, 'debit', 'completed');
      world.report(other.id, 1, 'rejected');
      world.report(other.id, 2, 'completed');
      return [other.id, 1n, 'bamboo'];
    });
    expect(code).toBe('payment_not_completed');
  });

  test('by a suspended participant', () => {
    const code = refused((world, id) => {
      world.levers.inactive.add('bamboo');
      return [id, 1n, 'bamboo'];
    });
    expect(code).toBe('participant_not_active');
  });

  test('to a suspended participant', () => {
    const code = refused((world, id) => {
      world.levers.inactive.add('lotus');
      return [id, 1n, 'bamboo'];
    });
    expect(code).toBe('payee_participant_unavailable');
  });

  test('through a connection that cannot give back', () => {
    const code = refused((world, id) => {
      world.levers.lacking.add('lotus-main:refund');
      return [id, 1n, 'bamboo'];
    });
    expect(code).toBe('capability_unsupported');
  });
});
