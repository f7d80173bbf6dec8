// The budget: people who pay never notice it, people who guess run dry.
import { expect, test } from 'vitest';
import { createManualClock } from '../runtime/clock.ts';
import { type Asker, createLookupBudget, type LookupOutcome } from './lookup-budget.ts';

const terms = {
  participant: { capacity: 1_000, refillPerMinute: 60 },
  endUser: { capacity: 100, refillPerMinute: 2 },
};
const setup = () => {
  const clock = createManualClock();
  const budget = createLookupBudget({ clock, terms });
  const ask = (asker: Asker, outcome: LookupOutcome) => {
    const begun = budget.begin(asker);
    if (begun.ok) begun.end(outcome);
    return begun.ok ? 'asked' : begun.retryAfterMs;
  };
  return { clock, budget, ask };
};
const ann: Asker = { participantId: 'lotus', endUser: 'ann' };
const bob: Asker = { participantId: 'lotus', endUser: 'bob' };

test('after five guesses that found nobody an end user must wait', () => {
  const { ask, clock } = setup();
  const answers = Array.from({ length: 6 }, () => ask(ann, 'miss'));
  expect(answers).toEqual(['asked', 'asked', 'asked', 'asked', 'asked', 30_000]);
  expect(ask(bob, 'hit')).toBe('asked');
  clock.advance(29_999);
  expect(ask(ann, 'hit')).toBe(1);
  clock.advance(1);
  expect(ask(ann, 'hit')).toBe('asked');
});

test('whoever pays whom he looked up can do so forever', () => {
  const { ask, budget } = setup();
  for (let i = 0; i < 5_000; i += 1) {
    expect(ask(ann, 'hit')).toBe('asked');
    budget.paid(ann);
  }
  expect(budget.left(ann)).toEqual({ participant: 1_000, endUser: 100 });
});

test('a participant that spreads its guesses over many people runs dry as well', () => {
  const { ask } = setup();
  const answers = Array.from({ length: 60 }, (_, i) =>
    ask({ participantId: 'lotus', endUser: `user-${i}` }, 'miss'),
  );
  expect(answers.filter((answer) => answer === 'asked').length).toBe(50);
  expect(ask({ participantId: 'maple', endUser: 'user-1' }, 'miss')).toBe('asked');
});

test('a thousand guesses at once are no more than a thousand one after another', () => {
  const { budget } = setup();
  const begun = Array.from({ length: 1_000 }, () => budget.begin(ann));
  expect(begun.filter((each) => each.ok).length).toBe(5);
});

test('what taught nothing costs nothing, and an end counts once', () => {
  const { budget } = setup();
  const begun = budget.begin(ann);
  if (begun.ok) {
    begun.end('nothing');
    begun.end('hit');
    begun.end('miss');
  }
  expect(budget.left(ann)).toEqual({ participant: 1_000, endUser: 100 });
});

test('a bucket never holds more than its capacity', () => {
  const { budget, clock, ask } = setup();
  ask(ann, 'miss');
  for (let i = 0; i < 50; i += 1) budget.paid(ann);
  clock.advance(86_400_000);
  expect(budget.left(ann)).toEqual({ participant: 1_000, endUser: 100 });
});
