// Every problem the engine can give, each reached by a request that has that one fault; the order
// in which a request with two faults is judged; and what an idempotency key stands for afterwards.
import { readdirSync, readFileSync } from 'node:fs';
import { type ProblemCode, problemCodes } from '@hutong/sdk/contract';
import { describe, expect, test } from 'vitest';
import { type Asked, CAP_MINOR, createWorld, type World } from '../../test/setup/payments.ts';
import type { PaymentCommand, PaymentResult } from './payment.commands.ts';

interface Fault {
  readonly code: ProblemCode;
  readonly flow?: 'collect';
  /** Turns a payment that would succeed into one that has this fault. */
  readonly ask?: (world: World) => Partial<Asked>;
  readonly world?: (world: World) => void;
}

const order = (world: World, change: Partial<Asked> = {}) => ({
  ...change,
  orderId: world.order('bamboo', 100n, 60_000).id,
});

/** What may speak against a payment, in the order in which it is judged. */
const PREPARE: readonly Fault[] = [
  { code: 'participant_not_active', world: (w) => w.levers.inactive.add('lotus') },
  { code: 'currency_not_supported', ask: () => ({ currency: 'JPY' }) },
  { code: 'amount_negative', ask: () => ({ amount: -1n }) },
  { code: 'amount_zero', ask: () => ({ amount: 0n }) },
  { code: 'amount_too_large', ask: () => ({ amount: 10n ** 15n }) },
  { code: 'payee_participant_unavailable', world: (w) => w.levers.inactive.add('bamboo') },
  { code: 'payee_not_payable', world: (w) => w.levers.lacking.add('bamboo-main:push') },
  { code: 'payer_is_payee', ask: () => ({ to: 'lotus', accounts: ['ann', 'ann'] }) },
  ...(['quote_not_found', 'quote_expired', 'quote_mismatch', 'quote_used'] as const).map(
    (code): Fault => ({
      code,
      ask: () => ({ quoteId: 'q' }),
      world: (w) => {
        w.levers.useQuote = () => code;
      },
    }),
  ),
  {
    code: 'rate_unavailable',
    ask: () => ({ exchange: { participantId: 'crane', currency: 'USD', minor: 14n } }),
    world: (w) => w.levers.inactive.add('crane'),
  },
  { code: 'fee_exceeds_amount', ask: () => ({ amount: 3n, fee: 3n, feeBy: 'payee' }) },
  { code: 'order_not_found', ask: (w) => ({ orderId: w.newId() }) },
  {
    code: 'order_already_paid',
    ask: (w) => {
      const asked = order(w);
      const { id } = w.pay({ from: 'river', to: 'bamboo', amount: 100n, ...asked });
      w.report(id, 'credit', 'completed');
      return asked;
    },
  },
  {
    code: 'order_closed',
    ask: (w) => {
      const asked = order(w);
      w.closeOrder(asked.orderId, 'bamboo');
      return asked;
    },
  },
  {
    code: 'order_expired',
    ask: (w) => {
      const asked = order(w);
      w.later(60_000);
      return asked;
    },
  },
  {
    code: 'order_already_claimed',
    ask: (w) => {
      const asked = order(w);
      w.pay({ from: 'river', to: 'bamboo', amount: 100n, ...asked });
      return asked;
    },
  },
  { code: 'order_amount_mismatch', ask: (w) => order(w, { amount: 99n }) },
  { code: 'payment_expired', ask: () => ({ expiresInMs: 0 }) },
  {
    code: 'capability_unsupported',
    flow: 'collect',
    world: (w) => w.levers.lacking.add('lotus-main:collect'),
  },
  {
    code: 'policy_refused',
    world: (w) => {
      w.levers.policy = () => 'policy_refused';
    },
  },
  { code: 'limit_exceeded', ask: () => ({ amount: CAP_MINOR + 1n }) },
];

function outcomeOf(result: PaymentResult): ProblemCode | null {
  if (!result.ok) return result.code;
  return 'payment' in result ? result.payment.problem : null;
}

function ask(world: World, faults: readonly Fault[]): PaymentCommand {
  // what a fault needs is made first, while everything is still possible
  const asked = faults.map((fault) => fault.ask?.(world) ?? {});
  for (const fault of faults) fault.world?.(world);
  const flow = faults.some((fault) => fault.flow === 'collect') ? 'collect' : 'pay';
  const usual: Asked = { from: 'lotus', to: 'bamboo', amount: 100n };
  const merged = asked.reduceRight<Asked>((all, change) => ({ ...all, ...change }), usual);
  return world.commands[flow](merged);
}

describe('a payment with one fault', () => {
  test.each(PREPARE)('is refused: $code', (fault) => {
    const world = createWorld();
    const command = ask(world, [fault]);
    const [events, sent, claims] = [world.events.length, world.sent.length, world.claims()];
    const balances = [world.balances(), world.reserved()];
    expect(outcomeOf(world.decide(command))).toBe(fault.code);
    expect([world.balances(), world.reserved()]).toEqual(balances);
    expect(world.sent).toHaveLength(sent);
    // remembered under its key, once, and told to nobody but the asker
    expect(world.claims()).toBe(claims + 1);
    const asker = fault.flow === 'collect' ? 'bamboo' : 'lotus';
    expect(world.events.slice(events).map((event) => event.audience)).toEqual([[asker]]);
  });

  test('stands in the same place here and in the contract', () => {
    const codes = PREPARE.map((fault) => fault.code);
    expect(codes).toEqual(
      [...codes].sort((a, b) => problemCodes.indexOf(a) - problemCodes.indexOf(b)),
    );
  });
});

describe('a payment with two faults', () => {
  const mergeable = PREPARE.filter((fault) => fault.code !== 'order_amount_mismatch');
  const pairs = mergeable.flatMap((first, i) =>
    mergeable
      .slice(i + 1)
      // two answers to one question cannot be given at once
      .filter((second) => !clash(first, second))
      .map((second) => [first, second] as const),
  );

  function clash(first: Fault, second: Fault): boolean {
    const world = createWorld();
    const [a, b] = [first, second].map((fault) => Object.keys(fault.ask?.(world) ?? {}));
    const same = a?.some((key) => b?.includes(key)) === true;
    const quotes = first.code.startsWith('quote_') && second.code.startsWith('quote_');
    // the amount of an order, and a payer who is the payee, leave no room for another
    const fixed = [first, second].some((f) => f.code.startsWith('order_'));
    const amount = [first, second].some((f) => /amount|limit/.test(f.code));
    const oneSide = second.code === 'payer_is_payee' && first.code.startsWith('payee_');
    return same || quotes || oneSide || (fixed && amount);
  }

  test(`is told the first of them (${pairs.length} pairs)`, () => {
    expect(pairs.length).toBeGreaterThan(150);
    for (const [first, second] of pairs) {
      const world = createWorld();
      const result = outcomeOf(world.decide(ask(world, [first, second])));
      expect([first.code, second.code, result]).toEqual([first.code, second.code, first.code]);
    }
  });
});

/** The other ways to a problem: what a report, a review, a refund or an order is answered. */
const OTHERS: readonly (readonly [ProblemCode, string, (world: World) => ProblemCode | null])[] = [
  [
    'refused_by_payee',
    'the payee’s wallet refuses',
    (w) => {
      const { id } = w.pay({ from: 'lotus', to: 'bamboo', amount: 1n });
      return outcomeOf(w.report(id, 'credit', 'rejected'));
    },
  ],
  [
    'refused_by_payer',
    'the payer refuses',
    (w) => {
      const { id } = w.collect({ from: 'lotus', to: 'bamboo', amount: 1n });
      return outcomeOf(w.report(id, 'debit', 'rejected'));
    },
  ],
  [
    'payment_not_found',
    'a report of no payment',
    (w) => outcomeOf(w.report(w.newId(), 0, 'completed')),
  ],
  ['payment_not_found', 'the expiry of no payment', (w) => outcomeOf(w.expire(w.newId()))],
  [
    'transition_refused',
    'an answer to what was never asked',
    (w) => {
      w.levers.policy = () => 'held';
      const { id } = w.collect({ from: 'lotus', to: 'bamboo', amount: 1n });
      return outcomeOf(w.report(id, 'debit', 'rejected'));
    },
  ],
  [
    'outcome_contradicts',
    'the opposite of what is final',
    (w) => {
      const { id } = w.pay({ from: 'lotus', to: 'bamboo', amount: 1n });
      w.report(id, 'credit', 'completed');
      return outcomeOf(w.report(id, 'credit', 'rejected'));
    },
  ],
  [
    'already_resolved',
    'a review of what is not held',
    (w) => {
      const { id } = w.pay({ from: 'lotus', to: 'bamboo', amount: 1n });
      return outcomeOf(w.review(id, 'release'));
    },
  ],
  [
    'payment_not_completed',
    'a refund of what is under way',
    (w) => {
      const { id } = w.pay({ from: 'lotus', to: 'bamboo', amount: 1n });
      return outcomeOf(w.decide(w.commands.refund(id, 1n, 'bamboo')));
    },
  ],
  ...(['refund_currency_mismatch', 'refund_exceeds_payment'] as const).map(
    (code) =>
      [
        code,
        'a refund of another kind or size',
        (w: World) => {
          const { id } = w.pay({ from: 'lotus', to: 'bamboo', amount: 1n });
          w.report(id, 'credit', 'completed');
          const asked =
            code === 'refund_currency_mismatch' ? ([1n, 'USD'] as const) : ([2n] as const);
          return outcomeOf(w.decide(w.commands.refund(id, asked[0], 'bamboo', asked[1])));
        },
      ] as const,
  ),
  [
    'expiry_invalid',
    'an order that is over before it begins',
    (w) => outcomeOf(w.decide(w.commands.order('bamboo', 1n, 0))),
  ],
];

describe('other requests', () => {
  test.each(OTHERS)('%s: %s', (code, _sentence, reach) => {
    expect(reach(createWorld())).toBe(code);
  });
});

test('every problem that the engine’s sources name is reached above', () => {
  // the engine: everything beside these tests that decides; services only pass its answers on
  const engine = /^(claims|money-flow|orders|prepare|refund|returns|settle|payment\.engine)\.ts$/;
  const folder = new URL('./', import.meta.url);
  const sources = readdirSync(folder).filter((name) => engine.test(name));
  expect(sources).toHaveLength(8);
  const text = sources.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');
  const named = problemCodes.filter((code) => text.includes(`'${code}'`));
  // a movement between one account or two currencies: plans are made so that none can be
  const impossible: ProblemCode[] = ['internal'];
  const reached = new Set([...PREPARE.map((fault) => fault.code), ...OTHERS.map(([code]) => code)]);
  expect(named.filter((code) => !reached.has(code))).toEqual(impossible);
});

describe('an idempotency key', () => {
  const claimsOf = (decide: (world: World) => void): number => {
    const world = createWorld();
    const { id } = world.pay({ from: 'lotus', to: 'bamboo', amount: 100n });
    world.report(id, 'credit', 'completed');
    const before = world.claims();
    decide(world);
    return world.claims() - before;
  };
  const paidId = (world: World) => world.events[0]?.subjectId ?? '';

  test.each([
    ['a payment', (w: World) => w.pay({ from: 'lotus', to: 'bamboo', amount: 1n })],
    ['a refused payment', (w: World) => w.pay({ from: 'lotus', to: 'bamboo', amount: 5_000n })],
    ['a collect', (w: World) => w.collect({ from: 'lotus', to: 'bamboo', amount: 1n })],
    ['a refund', (w: World) => w.refund(paidId(w), 1n, 'bamboo')],
    ['a refused refund', (w: World) => w.decide(w.commands.refund(paidId(w), 101n, 'bamboo'))],
    ['an order', (w: World) => w.order('bamboo', 1n)],
    ['a refused order', (w: World) => w.decide(w.commands.order('bamboo', 0n))],
  ])('is claimed exactly once by %s', (_what, decide) => {
    expect(claimsOf(decide)).toBe(1);
  });

  test('is claimed once by opening, closing and closing again', () => {
    expect(
      claimsOf((w) => {
        const { id } = w.order('bamboo', 1n);
        w.closeOrder(id, 'bamboo');
        w.closeOrder(id, 'bamboo');
      }),
    ).toBe(3);
  });

  test('stands for the refusal of a close, so that a late retry is refused as well', () => {
    expect(
      claimsOf((w) => {
        const { id } = w.order('bamboo', 1n);
        w.pay({ from: 'lotus', to: 'bamboo', amount: 1n, orderId: id });
        w.closeOrder(id, 'bamboo');
      }),
    ).toBe(3);
  });
});
