// Reports that come late, twice, from the wrong side, or say the opposite of what is final: a fact
// from outside is never lost, and never moves the same money twice.
import { describe, expect, test } from 'vitest';
import { CAP_MINOR, createWorld, type World } from '../../test/setup/payments.ts';
import { snapshot } from './book.ts';

const asked = { from: 'lotus', to: 'bamboo', amount: 100n } as const;

function pushed(world: World, outcome: 'completed' | 'rejected' | 'not_sent'): string {
  const { id } = world.pay(asked);
  world.report(id, 'credit', outcome, { externalId: 'b-1' });
  return id;
}

function collected(world: World, outcome: 'completed' | 'rejected' | 'not_sent'): string {
  const { id } = world.collect(asked);
  world.report(id, 'debit', outcome, { externalId: 'trade-1' });
  return id;
}

const contradictions = (world: World) =>
  world.events.filter((event) => event.type === 'payment.contradicted');

describe('a report of a leg', () => {
  test.each([
    ['the payer, of the payee’s leg', 'lotus-main'],
    ['somebody who has no part in it', 'river-main'],
  ])('from %s has no effect and learns nothing', (_who, by) => {
    const world = createWorld();
    const { id } = world.pay(asked);
    expect(world.report(id, 'credit', 'completed', { by })).toEqual({
      ok: false,
      code: 'payment_not_found',
    });
    expect(world.payment(id).state).toBe('delivering');
    expect(world.eventsOf(id)).toEqual(['payment.delivering']);
  });

  test.each([2, 15, -1])('that the payment does not have (%s) is not found', (leg) => {
    const world = createWorld();
    const { id } = world.pay(asked);
    const answer = world.report(id, leg, 'completed');
    expect(answer).toEqual({ ok: false, code: 'payment_not_found' });
  });

  test('by the switch itself, which has asked, counts', () => {
    const world = createWorld();
    const { id } = world.pay(asked);
    world.report(id, 'credit', 'completed', { by: null });
    expect(world.payment(id).state).toBe('completed');
  });

  test('keeps the message that carried it', () => {
    const world = createWorld();
    const { id } = world.pay(asked);
    world.report(id, 'credit', 'completed', { evidence: 'signed by bamboo' });
    const event = world.events.find(({ type }) => type === 'payment.completed');
    expect(event?.evidence?.bytes).toEqual(Buffer.from('signed by bamboo'));
  });
});

describe('the same report again', () => {
  test.each([
    ['push', pushed, 'credit', 'completed', { lotus: -100n, bamboo: 100n }],
    ['push', pushed, 'credit', 'rejected', {}],
    ['push', pushed, 'credit', 'not_sent', {}],
    ['collect', collected, 'debit', 'completed', { lotus: -100n, transit: 100n }],
    ['collect', collected, 'debit', 'rejected', {}],
    ['collect', collected, 'debit', 'not_sent', {}],
  ] as const)('of a %s changes nothing: %#', (_flow, begin, leg, outcome, balances) => {
    const world = createWorld();
    const id = begin(world, outcome);
    const before = snapshot(world.payment(id));
    const [events, sent] = [world.events.length, world.sent.length];
    for (const repeated of [outcome, 'pending'] as const) {
      expect(world.report(id, leg === 'debit' ? 0 : 1, repeated).ok).toBe(true);
    }
    expect(world.payment(id)).toEqual(before);
    expect([world.events.length, world.sent.length]).toEqual([events, sent]);
    expect(world.balances()).toEqual(balances);
  });

  test.each([
    ['rejected', 'not_sent'],
    ['not_sent', 'rejected'],
  ] as const)('%s and %s agree: no money moved', (first, second) => {
    const world = createWorld();
    const id = pushed(world, first);
    expect(world.report(id, 'credit', second).ok).toBe(true);
    expect(contradictions(world)).toEqual([]);
  });

  test('brings the id of the platform where the first did not', () => {
    const world = createWorld();
    const { id } = world.collect(asked);
    world.report(id, 'debit', 'completed');
    world.report(id, 0, 'completed', { externalId: 'trade-1' });
    expect(world.payment(id).legs[0]?.externalId).toBe('trade-1');
  });

  test('under another id of the platform is a second capture, and an operator is told', () => {
    const world = createWorld();
    const id = collected(world, 'completed');
    expect(world.report(id, 0, 'completed', { externalId: 'trade-2' })).toEqual({
      ok: false,
      code: 'outcome_contradicts',
    });
    expect(contradictions(world)).toMatchObject([
      { body: { recordedExternalId: 'trade-1', reportedExternalId: 'trade-2' } },
    ]);
    expect(world.payment(id).legs[0]?.externalId).toBe('trade-1');
  });
});

describe('the opposite of what is final', () => {
  test.each([
    ['completed', 'rejected'],
    ['completed', 'not_sent'],
    ['rejected', 'completed'],
    ['not_sent', 'completed'],
  ] as const)('a credit that was %s and is now %s moves nothing and is recorded', (was, now) => {
    const world = createWorld();
    const id = pushed(world, was);
    const before = snapshot(world.payment(id));
    const balances = world.balances();
    expect(world.report(id, 'credit', now, { evidence: 'signed', externalId: 'b-2' })).toEqual({
      ok: false,
      code: 'outcome_contradicts',
    });
    expect(world.payment(id)).toEqual(before);
    expect(world.balances()).toEqual(balances);
    expect(contradictions(world)).toMatchObject([
      {
        subjectId: id,
        audience: ['bamboo'],
        body: { leg: 1, recorded: was, reported: now, reportedExternalId: 'b-2' },
        evidence: { bytes: Buffer.from('signed') },
      },
    ]);
  });

  test('a capture taken back by words alone stays captured', () => {
    const world = createWorld();
    const id = collected(world, 'completed');
    const answer = world.report(id, 0, 'rejected');
    expect(answer).toEqual({ ok: false, code: 'outcome_contradicts' });
    expect(world.balances()).toEqual({ lotus: -100n, transit: 100n });
  });

  test('a credit that arrives while the money is given back is an operator’s case', () => {
    const world = createWorld();
    const id = collected(world, 'completed');
    world.report(id, 1, 'rejected');
    expect(world.report(id, 1, 'completed')).toEqual({ ok: false, code: 'outcome_contradicts' });
    expect(world.payment(id).state).toBe('returning');
  });
});

describe('a capture after the end', () => {
  test.each(['rejected', 'not_sent'] as const)('of an attempt that was %s', (outcome) => {
    const world = createWorld();
    const id = collected(world, outcome);
    const answer = world.report(id, 0, 'completed', { externalId: 'trade-2', evidence: 'paid' });
    // the ended payment stays ended; its leg tells the truth
    expect(world.payment(id)).toMatchObject({ state: 'rejected', problem: 'refused_by_payer' });
    expect(world.payment(id).legs[0]).toMatchObject({ state: 'completed', externalId: 'trade-2' });
    const back = answer.ok && 'payment' in answer ? answer.payment : undefined;
    expect(back).toMatchObject({
      kind: 'return',
      causeId: id,
      state: 'returning',
      flow: 'collect',
    });
    expect(world.balances()).toEqual({ lotus: -100n, transit: 100n });
    expect(world.sent.at(-1)).toMatchObject({
      kind: 'refund',
      to: 'lotus-main',
      paymentId: back?.id,
      leg: 1,
    });
    world.report(back?.id ?? '', 'credit', 'completed');
    expect(world.payment(back?.id ?? '').state).toBe('returned');
    expect(world.balances()).toEqual({});
  });

  test('of an expired attempt is given back as long as it takes', () => {
    const world = createWorld();
    const { id } = world.collect({ ...asked, expiresInMs: 1_000 });
    world.later(1_000);
    world.expire(id);
    world.report(id, 'debit', 'rejected');
    expect(world.payment(id).state).toBe('expired');
    world.later(86_400_000);
    const answer = world.report(id, 'debit', 'completed');
    const back = answer.ok && 'payment' in answer ? answer.payment : undefined;
    expect(back?.expiresAtMs).toBe(world.nowMs() + 1_000);
    world.report(back?.id ?? '', 'credit', 'rejected');
    expect(world.payment(back?.id ?? '').state).toBe('returning');
    world.report(back?.id ?? '', 'credit', 'completed');
    expect(world.balances()).toEqual({});
  });

  test('opens one return, however often it is reported', () => {
    const world = createWorld();
    const id = collected(world, 'rejected');
    for (let times = 0; times < 3; times += 1) world.report(id, 0, 'completed');
    expect(world.events.filter((event) => event.type === 'payment.returning')).toHaveLength(1);
    expect(world.balances()).toEqual({ lotus: -100n, transit: 100n });
  });

  test('is recorded past the cap, and the breach raises an alarm', () => {
    const world = createWorld();
    const id = collected(world, 'rejected');
    world.pay({ ...asked, amount: CAP_MINOR });
    world.report(id, 0, 'completed');
    expect(world.balances()).toEqual({ lotus: -100n, transit: 100n });
    expect(world.events.find(({ type }) => type === 'participant.limit_breached')).toMatchObject({
      subjectId: 'lotus',
      body: { headroomMinor: '-100', currency: 'CNY' },
    });
  });

  test('is recorded although the payer was suspended', () => {
    const world = createWorld();
    const id = collected(world, 'rejected');
    world.levers.inactive.add('lotus');
    expect(world.report(id, 0, 'completed').ok).toBe(true);
  });

  test('can be refunded by nobody: the payment never completed', () => {
    const world = createWorld();
    const id = collected(world, 'rejected');
    const answer = world.report(id, 0, 'completed');
    const backId = answer.ok && 'payment' in answer ? answer.payment.id : '';
    world.report(backId, 'credit', 'completed');
    for (const cause of [id, backId]) {
      const refund = world.decide(world.commands.refund(cause, 1n, 'bamboo'));
      expect(refund).toEqual({ ok: false, code: 'payment_not_completed' });
    }
  });
});

describe('an answer to what was never asked', () => {
  const held = (flow: 'pay' | 'collect') => {
    const world = createWorld();
    world.levers.policy = () => 'held';
    const { id } = world[flow](asked);
    return { world, id };
  };

  test.each(['rejected', 'not_sent', 'pending'] as const)('%s means nothing', (outcome) => {
    const { world, id } = held('collect');
    const answer = world.report(id, 'debit', outcome);
    expect(answer).toEqual({ ok: false, code: 'transition_refused' });
    expect(world.payment(id).state).toBe('held');
  });

  test('a payee that was credited before it was told is an operator’s case', () => {
    const { world, id } = held('pay');
    expect(world.report(id, 'credit', 'completed')).toEqual({
      ok: false,
      code: 'outcome_contradicts',
    });
    expect(world.payment(id).state).toBe('held');
    expect(contradictions(world)).toHaveLength(1);
  });

  test('a capture of what is only held ends the attempt and is given back', () => {
    const { world, id } = held('collect');
    world.report(id, 'debit', 'completed', { externalId: 'trade-1', evidence: 'paid' });
    expect(world.payment(id)).toMatchObject({ state: 'rejected', problem: 'outcome_contradicts' });
    expect(world.balances()).toEqual({ lotus: -100n, transit: 100n });
    expect(world.review(id, 'release')).toEqual({ ok: false, code: 'already_resolved' });
  });

  test('a capture of what was refused from the start is given back', () => {
    const world = createWorld();
    world.levers.inactive.add('bamboo');
    const { id } = world.collect(asked);
    world.report(id, 'debit', 'completed', { externalId: 'trade-1' });
    expect(world.payment(id).state).toBe('rejected');
    expect(world.balances()).toEqual({ lotus: -100n, transit: 100n });
  });

  test('a capture in a currency that nobody has opened cannot be booked, and is recorded', () => {
    const world = createWorld();
    const { id } = world.collect({ ...asked, currency: 'JPY' });
    const answer = world.report(id, 'debit', 'completed');
    expect(answer).toEqual({ ok: false, code: 'outcome_contradicts' });
    expect(contradictions(world)).toHaveLength(1);
  });
});
