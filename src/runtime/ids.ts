// Makes ids: UUIDv7 (RFC 9562 section 5.7), ordered by the time they were made, also within a
// millisecond, so that they append to an index instead of scattering over it (v4 halves the write
// path). Their form on the wire is in the contract. Measured: see ids.bench in ids.test.ts.
import type { Clock } from './clock.ts';
import { Defect } from './defect.ts';
import type { Random } from './random.ts';

export interface Ids {
  /** A new UUIDv7, 36 characters, greater than all before from this generator. */
  uuid(): string;
  /** The same as 32 hex digits: a leg's id fits the external id of every protocol. */
  legId(): string;
}

/** rand_a (12 bits) and the upper part of rand_b count within a millisecond: method 1 of 6.2. */
const COUNTER_BITS_LOW = 14;
const COUNTER_LOW_LIMIT = 1 << COUNTER_BITS_LOW;
const COUNTER_HIGH_LIMIT = 1 << 12;

const hex4: readonly string[] = Array.from({ length: 0x1_0000 }, (_, word) =>
  word.toString(16).padStart(4, '0'),
);

/** The six parts of an id; strings of them are joined with or without hyphens. */
interface Parts {
  next(): void;
  timeHigh: string;
  timeLow: string;
  a: string;
  b: string;
  c: string;
}

/**
 * Layout: 48 bits of time, version, 12 + 14 bits of counter, 48 bits of chance.
 * A new millisecond starts the counter at random in its lower half, so 33 million ids per millisecond
 * are ordered; were they ever used up, the id's own time runs ahead by one. The clock going back
 * leaves the time where it is.
 */
export function createIds(deps: { readonly clock: Clock; readonly random: Random }): Ids {
  const parts = createParts(deps.clock, deps.random);
  return {
    uuid() {
      parts.next();
      return `${parts.timeHigh}-${parts.timeLow}-${parts.a}-${parts.b}-${parts.c}`;
    },
    legId() {
      parts.next();
      return parts.timeHigh + parts.timeLow + parts.a + parts.b + parts.c;
    },
  };
}

function createParts(clock: Clock, random: Random): Parts {
  let lastMs = -1;
  let high = 0;
  let low = 0;
  const hex = (word: number) => hex4[word & 0xffff] ?? '';
  const startMillisecond = (ms: number) => {
    lastMs = ms;
    parts.timeHigh = hex(Math.floor(ms / 0x1_0000_0000)) + hex(ms / 0x1_0000);
    parts.timeLow = hex(ms % 0x1_0000);
    const start = random.uint32();
    high = start & (COUNTER_HIGH_LIMIT / 2 - 1);
    low = (start >>> 12) & (COUNTER_LOW_LIMIT - 1);
  };
  const parts: Parts = {
    timeHigh: '',
    timeLow: '',
    a: '',
    b: '',
    c: '',
    next() {
      const nowMs = Math.floor(clock.nowMs());
      if (nowMs > lastMs) {
        startMillisecond(nowMs);
      } else {
        low += 1;
        if (low === COUNTER_LOW_LIMIT) {
          low = 0;
          high += 1;
        }
        if (high === COUNTER_HIGH_LIMIT) startMillisecond(lastMs + 1);
      }
      const word = random.uint32();
      parts.a = hex(0x7000 | high);
      parts.b = hex(0x8000 | low);
      parts.c = hex(word) + hex(word >>> 16) + hex(random.uint32());
    },
  };
  return parts;
}

const UUID_TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const LEG_ID_TEXT = /^[0-9a-f]{32}$/;

/** 36 characters → 16 bytes. @throws Defect when it is no lower-case UUID: check at the edge. */
export function uuidToBytes(uuid: string): Buffer<ArrayBuffer> {
  if (!UUID_TEXT.test(uuid)) throw new Defect('not a lower-case UUID');
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

/** 16 bytes → 36 characters. @throws Defect when they are not 16. */
export function bytesToUuid(bytes: Uint8Array): string {
  if (bytes.length !== 16) throw new Defect(`a UUID has 16 bytes, not ${bytes.length}`);
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString('hex');
  return legIdToUuid(hex);
}

/** 32 hex digits → the same id with hyphens. */
export function legIdToUuid(legId: string): string {
  if (!LEG_ID_TEXT.test(legId)) throw new Defect('not 32 lower-case hex digits');
  return `${legId.slice(0, 8)}-${legId.slice(8, 12)}-${legId.slice(12, 16)}-${legId.slice(16, 20)}-${legId.slice(20)}`;
}

/** An id → the same as 32 hex digits, for protocols that take no more (WeChat Pay, ISO 20022). */
export function uuidToLegId(uuid: string): string {
  if (!UUID_TEXT.test(uuid)) throw new Defect('not a lower-case UUID');
  return uuid.replaceAll('-', '');
}

/** When an id was made, in milliseconds since 1970, to the millisecond. */
export function uuidTimeMs(uuid: string): number {
  return Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
}
