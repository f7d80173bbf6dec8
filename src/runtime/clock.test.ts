// The manual clock behaves as a machine's two clocks do.
import { expect, test } from 'vitest';
import { createAdvancingClock, createManualClock, systemClock } from './clock.ts';
import { Defect } from './defect.ts';

test('time that passes moves both clocks', () => {
  const clock = createManualClock(1_000);
  clock.advance(250);
  expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1_250, 250]);
});

test('a wall clock that is set back takes nothing from a lease', () => {
  const clock = createManualClock(1_000);
  clock.advance(10);
  clock.setNowMs(0);
  expect([clock.nowMs(), clock.monotonicMs()]).toEqual([0, 10]);
});

test.each([-1, Number.NaN])('time cannot pass by %d', (ms) => {
  expect(() => createManualClock().advance(ms)).toThrow(Defect);
});

test('the system clock gives whole milliseconds and never goes back', () => {
  expect(Number.isInteger(systemClock.nowMs())).toBe(true);
  const before = systemClock.monotonicMs();
  expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(before);
});

test('a clock set ahead runs on, and both its times agree', () => {
  const below = createManualClock(1_000);
  const clock = createAdvancingClock(below, 50);
  const before = clock.nowMs() - clock.monotonicMs();
  clock.advance(7_200_000);
  below.advance(10);
  expect(clock.nowMs()).toBe(1_000 + 50 + 7_200_000 + 10);
  expect(clock.nowMs() - clock.monotonicMs()).toBe(before);
  expect(() => clock.advance(-1)).toThrow(Defect);
});
