// Ids are UUIDv7, unique, in order of making, and cheap enough to be no part of a payment's cost.
import { uuidSchema } from '@hutong/sdk/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createManualClock, systemClock } from './clock.ts';
import { Defect } from './defect.ts';
import {
  bytesToUuid,
  compactToUuid,
  createIds,
  createMoments,
  uuidTimeMs,
  uuidToBytes,
  uuidToCompact,
} from './ids.ts';
import { createCryptoRandom, createSeededRandom, type Random } from './random.ts';

const startMs = Date.UTC(2026, 6, 31, 9, 30);

function manualIds(random: Random = createSeededRandom(7)) {
  const clock = createManualClock(startMs);
  return { clock, ids: createIds({ clock, random }) };
}

test('an id is a UUIDv7 that says when it was made', () => {
  const { clock, ids } = manualIds();
  for (let round = 0; round < 100; round += 1) {
    const uuid = ids.uuid();
    expect(uuidSchema.safeParse(uuid).success).toBe(true);
    expect(uuidTimeMs(uuid)).toBe(clock.nowMs());
    clock.advance(977);
  }
});

test('a compact id fits the external id of every protocol: 32 hex digits', () => {
  const { ids } = manualIds();
  for (let round = 0; round < 100; round += 1) {
    const compact = ids.compact();
    expect(compact).toHaveLength(32);
    expect(uuidSchema.safeParse(compactToUuid(compact)).success).toBe(true);
  }
});

describe('ids stay in order', () => {
  test('within a millisecond, beyond the low counter', () => {
    const { ids } = manualIds();
    let last = ids.uuid();
    for (let count = 0; count < 40_000; count += 1) {
      const next = ids.uuid();
      if (next <= last) throw new Error(`${next} came after ${last}`);
      last = next;
    }
    expect(uuidTimeMs(last)).toBe(startMs);
  });

  test('when the clock goes back', () => {
    const { clock, ids } = manualIds();
    const before = ids.uuid();
    clock.setNowMs(startMs - 60_000);
    expect(ids.uuid() > before).toBe(true);
    clock.setNowMs(startMs + 1);
    const after = ids.uuid();
    expect(after > before).toBe(true);
    expect(uuidTimeMs(after)).toBe(startMs + 1);
  });

  test('when a millisecond has used up its counter: the time of the ids runs ahead', () => {
    const highest: Random = { uint32: () => 0xffff_ffff, bytes: (count) => new Uint8Array(count) };
    const clock = createManualClock(startMs);
    const moment = createMoments(clock, highest);
    moment.advance();
    expect(moment).toMatchObject({ ms: startMs, high: 2_047, low: 16_383 });
    for (let count = 0; count < 2_048 * 16_384; count += 1) moment.advance();
    expect(moment).toMatchObject({ ms: startMs, high: 4_095, low: 16_383 });
    moment.advance();
    expect(moment.ms).toBe(startMs + 1);
    clock.advance(1);
    moment.advance();
    expect(moment).toMatchObject({ ms: startMs + 1, high: 2_048, low: 0 });
  });
});

test('two processes that start in the same millisecond share no id', () => {
  const seen = new Set<string>();
  for (let process = 0; process < 50; process += 1) {
    const { ids } = manualIds(createCryptoRandom());
    for (let count = 0; count < 200; count += 1) seen.add(ids.uuid());
  }
  expect(seen.size).toBe(10_000);
});

test('the same seed and clock give the same ids, another seed others', () => {
  const run = (seed: number) => {
    const { ids } = manualIds(createSeededRandom(seed));
    return Array.from({ length: 50 }, () => ids.uuid());
  };
  expect(run(1)).toEqual(run(1));
  expect(run(1)).not.toEqual(run(2));
});

test('ids survive bytes and back, and order the same as bytes', () => {
  const bytes16 = fc.uint8Array({ minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(bytes16, bytes16, (a, b) => {
      const [left, right] = [bytesToUuid(a), bytesToUuid(b)];
      expect(uuidToBytes(left).equals(a)).toBe(true);
      expect(compactToUuid(uuidToCompact(left))).toBe(left);
      expect(Math.sign(Buffer.compare(a, b))).toBe(left < right ? -1 : left > right ? 1 : 0);
    }),
  );
});

test.each(['', 'x', '0197F3F0-0000-7000-8000-000000000000', '0197f3f000007000800000000000000g'])(
  '%j is no id',
  (text) => {
    expect(() => uuidToBytes(text)).toThrow(Defect);
    expect(() => compactToUuid(text)).toThrow(Defect);
  },
);

test('an id costs less than a microsecond, as does its way into bytes', () => {
  const ids = createIds({ clock: systemClock, random: createCryptoRandom() });
  const rounds = 100_000;
  const measure = (work: () => unknown) => {
    for (let warm = 0; warm < 20_000; warm += 1) work();
    const started = performance.now();
    for (let round = 0; round < rounds; round += 1) work();
    return ((performance.now() - started) * 1_000) / rounds;
  };
  const uuid = ids.uuid();
  const costsUs = { uuid: measure(() => ids.uuid()), bytes: measure(() => uuidToBytes(uuid)) };
  // Measured 0.1 µs and 0.2 µs; the bound leaves room for a busy machine.
  expect(costsUs.uuid).toBeLessThan(2);
  expect(costsUs.bytes).toBeLessThan(2);
});
