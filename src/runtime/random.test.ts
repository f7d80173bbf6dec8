// The seeded generator is the published one, repeats itself, and does not lean to a side.
import { expect, test } from 'vitest';
import {
  createCryptoRandom,
  createSeededRandom,
  type Random,
  randomBelow,
  randomFraction,
} from './random.ts';

/** xoshiro128** of the authors' C reference (prng.di.unimi.it), transcribed with bigints. */
function* reference(state: [bigint, bigint, bigint, bigint]): Generator<number> {
  const mask = 0xffff_ffffn;
  const rotate = (word: bigint, bits: bigint) => ((word << bits) | (word >> (32n - bits))) & mask;
  const s = [...state].map((word) => word & mask) as [bigint, bigint, bigint, bigint];
  for (;;) {
    yield Number((rotate((s[1] * 5n) & mask, 7n) * 9n) & mask);
    const t = (s[1] << 9n) & mask;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11n);
  }
}

function splitmix32(seed: bigint): [bigint, bigint, bigint, bigint] {
  const mask = 0xffff_ffffn;
  const words = [1n, 2n, 3n, 4n].map((count) => {
    let word = (seed + count * 0x9e3779b9n) & mask;
    word = ((word ^ (word >> 16n)) * 0x21f0aaadn) & mask;
    word = ((word ^ (word >> 15n)) * 0x735a2d97n) & mask;
    return word ^ (word >> 15n);
  });
  const [a = 0n, b = 0n, c = 0n, d = 0n] = words;
  return [a, b, c, d];
}

test.each([0, 1, 42, 0xffff_ffff, -7])('seed %d gives the words of xoshiro128**', (seed) => {
  const random = createSeededRandom(seed);
  const expected = reference(splitmix32(BigInt(seed)));
  for (let count = 0; count < 1_000; count += 1) {
    expect(random.uint32()).toBe(expected.next().value);
  }
});

const sources: [string, Random][] = [
  ['seeded', createSeededRandom(3)],
  ['cryptographic', createCryptoRandom()],
];

test.each(sources)('the %s one fills its range evenly', (_, random) => {
  const counts = Array.from({ length: 10 }, () => 0);
  for (let draw = 0; draw < 50_000; draw += 1) {
    const value = randomBelow(random, 10);
    counts[value] = (counts[value] ?? 0) + 1;
  }
  // Five standard deviations (67) of a binomial around 5,000: fails once in a million runs.
  for (const count of counts) expect(Math.abs(count - 5_000)).toBeLessThan(340);
});

test.each(sources)('the %s one gives fresh bytes of the length asked for', (_, random) => {
  expect(random.bytes(32)).toHaveLength(32);
  expect(random.bytes(32)).not.toEqual(random.bytes(32));
  const fraction = randomFraction(random);
  expect(fraction).toBeGreaterThanOrEqual(0);
  expect(fraction).toBeLessThan(1);
});

test('the cryptographic one repeats no word across its pool', () => {
  const random = createCryptoRandom();
  const words = Array.from({ length: 5_000 }, () => random.uint32());
  // Chance gives 0.003 collisions among 5,000 of 2^32.
  expect(new Set(words).size).toBeGreaterThan(4_997);
});
