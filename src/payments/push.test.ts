// Payments that the payer's wallet instructs: money is reserved first, and moves when the payee's
// wallet says so. Balances are what the scheme owes each wallet; negative: the wallet owes.
import { describe, expect, test } from 'vitest';
import { CAP_MINOR, createWorld } from '../../test/setup/payments.ts';

describe('a push', () => {
  test('reserves the amount and asks the payee in the same commit', () => {
    const world = createWorld();
    const payment = world.pay({ from: 'lotus', to: 'bamboo', amount: 100n });
    expect(payment.state).toBe('delivering');
    expect(world.reserved()).toEqual({ lotus: 100n });
    expect(world.balances()).toEqual({});
    expect(world.sent).toMatchObject([{ kind: 'credit', to: 'bamboo-main', leg: 1 }]);
    expect(world.eventsOf(payment.id)).toEqual(['payment.delivering']);
  });

  test.each([
    ['completed', 'completed', { lotus: -100n, bamboo: 100n }, null],
    ['rejected', 'rejected', {}, 'refused_by_payee'],
    ['not_sent', 'rejected', {}, 'payee_participant_unavailable'],
  ] as const)('that the payee answers with %s is %s', (outcome, state, balances, problem) => {
    const world = createWorld();
    const { id } = world.pay({ from: 'lotus', to: 'bamboo', amount: 100n });
    world.report(id, 'credit', outcome, { externalId: 'b-1' });
    expect(world.payment(id)).toMatchObject({ state, problem, endedAtMs: world.nowMs() });
    expect(world.payment(id).legs[1]).toMatchObject({ state: outcome, externalId: 'b-1' });
    expect(world.balances()).toEqual(balances);
    expect(world.reserved()).toEqual({});
  });

  test('keeps the reason the payee gives', () => {
    const world = createWorld();
    const { id } = world.pay({ from: 'lotus', to: 'bamboo', amount: 100n });
    world.report(id, 'credit', 'rejected', { problem: 'payee_not_payable' });
    expect(world.payment(id).problem).toBe('payee_not_payable');
  });

  test('whose answer is unknown stays reserved, in doubt, and is told so once', () => {
    const world = createWorld();
    const { id } = world.pay({ from: 'lotus', to: 'bamboo', amount: 100n });
    world.report(id, 'credit', 'pending');
    world.report(id, 'credit', 'pending');
    expect(world.payment(id)).toMatchObject({ state: 'delivering' });
    expect(world.payment(id).legs[1]).toMatchObject({ state: 'sent', inDoubt: true });
    expect(world.reserved()).toEqual({ lotus: 100n });
    expect(world.eventsOf(id)).toEqual(['payment.delivering', 'payment.in_doubt']);
    world.report(id, 'credit', 'completed');
    expect(world.payment(id).legs[1]).toMatchObject({ inDoubt: false });
    expect(world.balances()).toEqual({ lotus: -100n, bamboo: 100n });
  });

  test('keeps what the dialect must remember, also while its outcome is unknown', () => {
    const world = createWorld();
    const { id } = world.pay({ from: 'lotus', to: 'bamboo', amount: 100n });
    world.report(id, 'credit', 'pending');
    // the leg is in doubt already: what is learnt now is written all the same
    world.report(id, 'credit', 'pending', { externalId: 'b-9', record: 'packet' });
    expect(world.payment(id).legs[1]).toMatchObject({ externalId: 'b-9', record: 'packet' });
  });

  test.each([
    ['the payer pays on top', 'payer', { lotus: -103n, bamboo: 100n, fees: 3n }],
    ['the payee receives less', 'payee', { lotus: -100n, bamboo: 97n, fees: 3n }],
  ] as const)('with a fee of 3: %s', (_who, feeBy, balances) => {
    const world = createWorld();
    const { id } = world.pay({ from: 'lotus', to: 'bamboo', amount: 100n, fee: 3n, feeBy });
    world.report(id, 'credit', 'completed');
    expect(world.balances()).toEqual(balances);
  });

  test('may use the whole cap with its fee, and not one fen more', () => {
    const world = createWorld();
    const most = { from: 'lotus', to: 'bamboo', amount: CAP_MINOR - 3n, fee: 3n } as const;
    const tooMuch = world.pay({ ...most, amount: CAP_MINOR - 2n });
    expect(tooMuch).toMatchObject({ state: 'rejected', problem: 'limit_exceeded', movements: [] });
    expect(world.pay(most).state).toBe('delivering');
    expect(world.pay({ from: 'lotus', to: 'river', amount: 1n }).problem).toBe('limit_exceeded');
  });

  test('cannot be paid out of money that is still on its way', () => {
    const world = createWorld();
    const first = world.pay({ from: 'lotus', to: 'bamboo', amount: 500n });
    const more = { from: 'bamboo', to: 'river', amount: CAP_MINOR + 1n } as const;
    expect(world.pay(more).problem).toBe('limit_exceeded');
    world.report(first.id, 'credit', 'completed');
    expect(world.pay(more).state).toBe('delivering');
  });

  test('between two customers of one wallet goes through transit, and nets to nothing', () => {
    const world = createWorld();
    const { id } = world.pay({ from: 'lotus', to: 'lotus', amount: 100n, fee: 1n });
    expect(world.reserved()).toEqual({ lotus: 101n, transit: 100n });
    world.report(id, 'credit', 'completed');
    expect(world.balances()).toEqual({ lotus: -1n, fees: 1n });
    const lotus = world.ledger.find('lotus', 'CNY', 'position');
    // both turnovers are seen
    expect([lotus?.debitsPostedMinor, lotus?.creditsPostedMinor]).toEqual([101n, 100n]);
  });

  test('of one currency leaves the other alone', () => {
    const world = createWorld();
    const { id } = world.pay({ from: 'lotus', to: 'bamboo', amount: 7n, currency: 'USD' });
    world.report(id, 'credit', 'completed');
    expect(world.balances('USD')).toEqual({ lotus: -7n, bamboo: 7n });
    expect(world.balances('CNY')).toEqual({});
  });

  test('ends although both sides were suspended meanwhile', () => {
    const world = createWorld();
    const { id } = world.pay({ from: 'lotus', to: 'bamboo', amount: 100n });
    world.levers.inactive.add('lotus').add('bamboo');
    world.report(id, 'credit', 'completed');
    expect(world.balances()).toEqual({ lotus: -100n, bamboo: 100n });
  });

  test('ends although the cap was taken away meanwhile', () => {
    const world = createWorld();
    const { id } = world.pay({ from: 'lotus', to: 'bamboo', amount: 100n });
    const position = world.ledger.find('lotus', 'CNY', 'position');
    world.ledger.setLimit(position?.number ?? 0, 100n);
    world.report(id, 'credit', 'completed');
    expect(world.balances()).toEqual({ lotus: -100n, bamboo: 100n });
  });
});

describe('a payment under review', () => {
  const held = () => {
    const world = createWorld();
    world.levers.policy = () => 'held';
    const payment = world.pay({ from: 'lotus', to: 'bamboo', amount: 100n, quoteId: 'q-1' });
    return { world, payment };
  };

  test('reserves nothing and tells the payee nothing', () => {
    const { world, payment } = held();
    expect(payment.state).toBe('held');
    expect(world.reserved()).toEqual({});
    expect(world.sent).toEqual([]);
    expect(world.events.map((event) => event.audience)).toEqual([['lotus']]);
  });

  test('is paid when it is released, at the price of the quote it used up', () => {
    const { world, payment } = held();
    world.levers.useQuote = () => 'quote_used';
    world.review(payment.id, 'release');
    expect(world.payment(payment.id)).toMatchObject({ state: 'delivering', problem: null });
    expect(world.events.find((event) => event.type === 'payment.reviewed')).toMatchObject({
      audience: [],
      body: { decision: 'release', by: 'zhang' },
    });
    world.report(payment.id, 'credit', 'completed');
    expect(world.balances()).toEqual({ lotus: -100n, bamboo: 100n });
  });

  test('ends when it is declined', () => {
    const { world, payment } = held();
    world.review(payment.id, 'decline');
    expect(world.payment(payment.id)).toMatchObject({
      state: 'rejected',
      problem: 'policy_refused',
    });
    expect(world.sent).toEqual([]);
  });

  test('is judged anew on release: what has become impossible is rejected', () => {
    const { world, payment } = held();
    world.levers.inactive.add('bamboo');
    world.review(payment.id, 'release');
    const after = world.payment(payment.id);
    expect([after.state, after.problem]).toEqual(['rejected', 'payee_participant_unavailable']);
  });

  test('is decided once', () => {
    const { world, payment } = held();
    world.review(payment.id, 'decline');
    expect(world.review(payment.id, 'release')).toEqual({ ok: false, code: 'already_resolved' });
  });

  test('expires when nobody looks at it', () => {
    const { world, payment } = held();
    world.later(86_400_000);
    world.expire(payment.id);
    expect(world.payment(payment.id)).toMatchObject({
      state: 'expired',
      problem: 'payment_expired',
    });
  });
});
