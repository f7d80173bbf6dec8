// "Surely new", the common answer: a Bloom filter over every idempotency key there is, so that a
// batch of new payments asks storage nothing. Never says new of a key that exists; says "perhaps
// known" of one new key in about two thousand, which then costs a look-up.
import type { Reader } from './store.ts';

/** 16 bits a key and 4 probes: 0.2 % false positives when full. */
const BITS_PER_KEY = 16;
const PROBES = 4;
const BITS_MIN = 2 ** 23;
/** 256 MB; beyond it more keys are "perhaps known", and nothing else happens. */
const BITS_MAX = 2 ** 31;
const PAGE = 100_000;
const KEY_BYTES = 16;

export interface KeyFilter {
  /** False: surely new. */
  mayHold(hash: string): boolean;
  add(hash: string): void;
}

/** Keys are outputs of a keyed hash, so their own bits are as good as any hash of them. */
function createFilter(keys: number): KeyFilter {
  let bits = BITS_MIN;
  while (bits < keys * BITS_PER_KEY && bits < BITS_MAX) bits *= 2;
  const words = new Uint32Array(bits / 32);
  const mask = bits - 1;
  const probe = (hash: string, n: number) =>
    Number.parseInt(hash.slice(n * 8, n * 8 + 8), 16) & mask;
  return {
    mayHold(hash) {
      for (let n = 0; n < PROBES; n += 1) {
        const bit = probe(hash, n);
        if (((words[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
      }
      return true;
    },
    add(hash) {
      for (let n = 0; n < PROBES; n += 1) {
        const bit = probe(hash, n);
        words[bit >>> 5] = (words[bit >>> 5] ?? 0) | (1 << (bit & 31));
      }
    },
  };
}

/** Reads every key, a page of 100,000 as one value: 10 ms each, in the order of the primary key. */
export async function loadKeyFilter(reader: Reader): Promise<KeyFilter> {
  const pages: Buffer[] = [];
  let last: Uint8Array = Buffer.alloc(0);
  for (;;) {
    const [row] = await reader.rows(
      // rides keys_pkey
      `select string_agg(key, ''::bytea order by key) as keys
       from (select key from keys where key > $1 order by key limit ${PAGE}) page`,
      [last],
    );
    const keys = row?.['keys'];
    if (!Buffer.isBuffer(keys)) break;
    pages.push(keys);
    last = keys.subarray(-KEY_BYTES);
    if (keys.length < PAGE * KEY_BYTES) break;
  }
  const count = pages.reduce((sum, page) => sum + page.length / KEY_BYTES, 0);
  // room to grow: twice as many keys before it begins to fill
  const filter = createFilter(count * 2);
  for (const page of pages) {
    for (let at = 0; at < page.length; at += KEY_BYTES) {
      filter.add(page.toString('hex', at, at + KEY_BYTES));
    }
  }
  return filter;
}
