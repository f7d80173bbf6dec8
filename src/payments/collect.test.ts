// Payments that the payee asks for: the payer's platform captures first, the money stands in
// transit until the payee is credited, and from there it can only arrive or be given back.
import { describe, expect, test } from 'vitest';
import { CAP_MINOR, createWorld, type World } from '../../test/setup/payments.ts';

const asked = { from: 'lotus', to: 'bamboo', amount: 100n } as const;

function captured(world: World, extra: object = {}): string {
  const { id } = world.collect({ ...asked, ...extra });
  world.report(id, 'debit', 'completed', { externalId: 'trade-1' });
  return id;
}

describe('a collect', () => {
  test('reserves the payer before its platform is asked', () => {
    const world = createWorld();
    const payment = world.collect(asked);
    expect(payment.state).toBe('awaiting_payer');
    expect(world.reserved()).toEqual({ lotus: 100n });
    expect(world.sent).toMatchObject([{ kind: 'collect', to: 'lotus-main', leg: 0 }]);
    expect(world.collect({ ...asked, amount: CAP_MINOR }).problem).toBe('limit_exceeded');
  });

  test('that was captured stands in transit while the payee is asked', () => {
    const world = createWorld();
    const id = captured(world);
    expect(world.payment(id)).toMatchObject({ state: 'delivering', previousState: 'paid_in' });
    expect(world.balances()).toEqual({ lotus: -100n, transit: 100n });
    expect(world.sent.at(-1)).toMatchObject({ kind: 'credit', to: 'bamboo-main', leg: 1 });
  });

  test('is complete when the payee is credited', () => {
    const world = createWorld();
    const id = captured(world);
    world.report(id, 'credit', 'completed');
    expect(world.payment(id).state).toBe('completed');
    expect(world.balances()).toEqual({ lotus: -100n, bamboo: 100n });
  });

  test.each([
    ['the payer pays on top', 'payer', { lotus: -103n, bamboo: 100n, fees: 3n }],
    ['the payee receives less', 'payee', { lotus: -100n, bamboo: 97n, fees: 3n }],
  ] as const)('with a fee of 3: %s', (_who, feeBy, balances) => {
    const world = createWorld();
    const id = captured(world, { fee: 3n, feeBy });
    world.report(id, 'credit', 'completed');
    expect(world.balances()).toEqual(balances);
  });

  test.each(['rejected', 'not_sent'] as const)('the payer answers with %s ends it', (outcome) => {
    const world = createWorld();
    const { id } = world.collect(asked);
    world.report(id, 'debit', outcome);
    const payment = world.payment(id);
    expect([payment.state, payment.problem]).toEqual(['rejected', 'refused_by_payer']);
    expect(world.reserved()).toEqual({});
  });

  test('the payer has not answered is not in doubt, however often the platform says so', () => {
    const world = createWorld();
    const { id } = world.collect({ ...asked, expiresInMs: 1_000 });
    world.report(id, 'debit', 'pending', { externalId: 'prepay-1' });
    world.later(5_000);
    // past its time, and not yet expired: a doubt here would keep expiry from taking it back
    world.report(id, 'debit', 'pending');
    expect(world.payment(id).legs[0]).toMatchObject({ inDoubt: false, externalId: 'prepay-1' });
    world.expire(id);
    expect(world.payment(id).state).toBe('closing');
  });

  test('within one wallet goes through transit like any other', () => {
    const world = createWorld();
    const id = captured(world, { to: 'lotus', accounts: ['ann', 'bob'] });
    expect(world.balances()).toEqual({ lotus: -100n, transit: 100n });
    world.report(id, 'credit', 'completed');
    expect(world.balances()).toEqual({});
  });
});

describe('captured money that cannot reach the payee', () => {
  test.each(['rejected', 'not_sent'] as const)('is given back: credit %s', (outcome) => {
    const world = createWorld();
    const id = captured(world);
    world.report(id, 1, outcome);
    expect(world.payment(id).state).toBe('returning');
    expect(world.balances()).toEqual({ lotus: -100n, transit: 100n });
    expect(world.sent.at(-1)).toMatchObject({ kind: 'refund', to: 'lotus-main', leg: 2 });
    world.report(id, 2, 'completed');
    expect(world.payment(id).state).toBe('returned');
    expect(world.balances()).toEqual({});
  });

  test('is given back with its fee', () => {
    const world = createWorld();
    const id = captured(world, { fee: 3n });
    world.report(id, 1, 'rejected');
    world.report(id, 2, 'completed');
    expect(world.balances()).toEqual({});
  });

  test.each([
    ['payee_participant_unavailable', 'suspended', 'inactive', 'bamboo'],
    ['payee_not_payable', 'without a connection', 'lacking', 'bamboo-main:push'],
  ] as const)('is given back: %s, the payee is %s meanwhile', (problem, _why, lever, what) => {
    const world = createWorld();
    const { id } = world.collect(asked);
    world.levers[lever].add(what);
    world.report(id, 'debit', 'completed');
    expect(world.payment(id)).toMatchObject({ state: 'returning', problem });
    expect(world.sent.map((message) => message.kind)).toEqual(['collect', 'refund']);
  });

  test('stays in transit while the platform refuses to take it back, and an operator is told', () => {
    const world = createWorld();
    const id = captured(world);
    world.report(id, 1, 'rejected');
    world.report(id, 2, 'rejected', { evidence: 'refund refused' });
    const payment = world.payment(id);
    expect(payment).toMatchObject({ state: 'returning', problem: 'refused_by_payee' });
    expect(payment.legs[2]).toMatchObject({ state: 'sent', inDoubt: true });
    expect(world.balances()).toEqual({ lotus: -100n, transit: 100n });
    const told = world.events.at(-1);
    expect([told?.type, told?.evidence?.bytes]).toEqual([
      'payment.return_refused',
      Buffer.from('refund refused'),
    ]);
    world.report(id, 2, 'completed');
    expect(world.payment(id).state).toBe('returned');
  });
});

describe('an attempt that is taken back', () => {
  const closing = () => {
    const world = createWorld();
    const { id } = world.collect({ ...asked, expiresInMs: 1_000 });
    world.report(id, 'debit', 'pending', { externalId: 'prepay-1', record: 'kept' });
    world.later(1_000);
    world.expire(id);
    return { world, id };
  };

  test('is not ended before the platform has closed it', () => {
    const { world, id } = closing();
    expect(world.payment(id).state).toBe('closing');
    expect(world.reserved()).toEqual({ lotus: 100n });
    expect(world.sent.at(-1)).toMatchObject({ kind: 'close', to: 'lotus-main', leg: 0 });
    // the close goes by what the collect has taught
    expect(world.payment(id).legs[0]).toMatchObject({ externalId: 'prepay-1', record: 'kept' });
  });

  test('ends as expired when the platform confirms', () => {
    const { world, id } = closing();
    world.report(id, 'debit', 'rejected');
    expect(world.payment(id)).toMatchObject({ state: 'expired', problem: 'payment_expired' });
    expect(world.reserved()).toEqual({});
  });

  test('is still open where the close provably never left: the collect before it did', () => {
    const { world, id } = closing();
    world.report(id, 'debit', 'not_sent');
    expect(world.payment(id).state).toBe('closing');
    expect(world.payment(id).legs[0]).toMatchObject({ state: 'sent', inDoubt: true });
    expect(world.reserved()).toEqual({ lotus: 100n });
  });

  test('is paid all the same where the payer was faster than the close', () => {
    const { world, id } = closing();
    world.report(id, 'debit', 'completed', { externalId: 'trade-1' });
    expect(world.payment(id)).toMatchObject({ state: 'delivering', problem: null });
    world.report(id, 'credit', 'completed');
    expect(world.balances()).toEqual({ lotus: -100n, bamboo: 100n });
  });

  test('is in doubt while the close is unanswered', () => {
    const { world, id } = closing();
    world.report(id, 'debit', 'pending');
    world.report(id, 'debit', 'pending');
    expect(world.payment(id).legs[0]).toMatchObject({ inDoubt: true });
    expect(world.eventsOf(id).filter((type) => type === 'payment.in_doubt')).toHaveLength(1);
  });
});
