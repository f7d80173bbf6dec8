// A payload seen in the units in which its lengths are counted. EMVCo counts characters; some
// programs count UTF-8 bytes or UTF-16 units, and their codes are read too, with a warning.

/** Positions and lengths in one kind of unit. Reading outside gives -1 and empty text. */
export interface UnitText {
  readonly length: number;
  /** 0–9 where the unit is an ASCII digit, otherwise -1. */
  digitAt(at: number): number;
  /** The text of some units; undefined where they are no whole characters. */
  slice(from: number, to: number): string | undefined;
  /** The same place in characters (code points), as problems tell it. */
  position(at: number): number;
}

const ZERO = 48;
const SURROGATE = /[\ud800-\udfff]/;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

const digit = (code: number): number => (code >= ZERO && code <= ZERO + 9 ? code - ZERO : -1);

/** Characters are code points. Text without surrogates needs no array: the usual, quick case. */
export function inCharacters(text: string): UnitText {
  if (!SURROGATE.test(text)) {
    return {
      length: text.length,
      digitAt: (at) => digit(text.charCodeAt(at)),
      slice: (from, to) => text.slice(from, to),
      position: (at) => at,
    };
  }
  const points = Array.from(text);
  return {
    length: points.length,
    digitAt: (at) => digit(points[at]?.charCodeAt(0) ?? -1),
    slice: (from, to) => points.slice(from, to).join(''),
    position: (at) => at,
  };
}

export function inUtf16Units(text: string): UnitText {
  return {
    length: text.length,
    digitAt: (at) => digit(text.charCodeAt(at)),
    slice: (from, to) => {
      const part = text.slice(from, to);
      return part.isWellFormed() ? part : undefined;
    },
    position: (at) => characterCount(text.slice(0, at)),
  };
}

export function inBytes(text: string): UnitText {
  const bytes = encoder.encode(text);
  return {
    length: bytes.length,
    digitAt: (at) => digit(bytes[at] ?? -1),
    slice: (from, to) => decodeWhole(bytes.subarray(from, to)),
    position: (at) => bytes.subarray(0, at).filter((byte) => (byte & 0xc0) !== 0x80).length,
  };
}

function decodeWhole(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    // Not a defect: the cut goes through a character, so these units are not what was meant.
    return undefined;
  }
}

export function characterCount(text: string): number {
  if (!SURROGATE.test(text)) return text.length;
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
