// Randomness, injected: from the kernel in production, from a seed in simulation, where the same
// seed gives the same run. The seeded one is no source of secrets.
import { randomFillSync } from 'node:crypto';

export interface Random {
  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number;
  /** Fresh bytes. */
  bytes(count: number): Uint8Array<ArrayBuffer>;
}

/** One system call per 8 KiB: a single `randomBytes(4)` costs ten times an id. */
const POOL_WORDS = 2_048;

export function createCryptoRandom(): Random {
  const pool = new Uint32Array(POOL_WORDS);
  let used = POOL_WORDS;
  return {
    uint32() {
      if (used === POOL_WORDS) {
        randomFillSync(pool);
        used = 0;
      }
      const word = pool[used] ?? 0;
      // What was handed out does not stay in memory.
      pool[used] = 0;
      used += 1;
      return word;
    },
    bytes: (count) => randomFillSync(new Uint8Array(count)),
  };
}

/** xoshiro128** (Blackman and Vigna, 2018), its state filled from the seed by splitmix32. */
export function createSeededRandom(seed: number): Random {
  let [a, b, c, d] = splitmix32(seed);
  const uint32 = () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
  return {
    uint32,
    bytes: (count) => Uint8Array.from({ length: count }, () => uint32() >>> 24),
  };
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function splitmix32(seed: number): [number, number, number, number] {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    let word = state ^ (state >>> 16);
    word = Math.imul(word, 0x21f0aaad);
    word ^= word >>> 15;
    word = Math.imul(word, 0x735a2d97);
    return word ^ (word >>> 15);
  };
  return [next(), next(), next(), next()];
}

/** A whole number from 0 to bound - 1, without bias (rejection); bound from 1 to 2^32. */
export function randomBelow(random: Random, bound: number): number {
  const limit = 0x1_0000_0000 - (0x1_0000_0000 % bound);
  let word = random.uint32();
  while (word >= limit) word = random.uint32();
  return word % bound;
}

/** From 0 (included) to 1 (excluded), in steps of 2^-32: for jitter, not for money. */
export function randomFraction(random: Random): number {
  return random.uint32() / 0x1_0000_0000;
}
