// BER-TLV as consumer codes use it (ISO/IEC 8825-1, EMV Book 3 annex B): tags of one or two bytes,
// lengths of one to three. Only cuts; which tags hold further objects is consumer-read.ts.
import { type CodeProblem, codeProblem } from '../problem.ts';

export interface BerObject {
  /** Capital hexadecimal digits: `4F`, `9F26`. */
  readonly tag: string;
  readonly value: Uint8Array;
  /** Offsets in bytes of the whole code: of the tag, and of the value. */
  readonly at: number;
  readonly from: number;
}

export interface BerWalk {
  readonly objects: readonly BerObject[];
  readonly problems: readonly CodeProblem[];
}

const hexByte = (byte: number) => byte.toString(16).toUpperCase().padStart(2, '0');

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, hexByte).join('');
}

export function bytesOfHex(hex: string): Uint8Array | undefined {
  if (hex.length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(hex)) return undefined;
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  );
}

/** Cuts bytes into objects, up to the first fault. `base` is where they begin in the whole code. */
export function walkBer(bytes: Uint8Array, base = 0, outer = ''): BerWalk {
  const objects: BerObject[] = [];
  const problems: CodeProblem[] = [];
  const byte = (at: number) => bytes[at] ?? -1;
  let at = 0;
  while (at < bytes.length) {
    const position = base + at;
    const isLong = (byte(at) & 0x1f) === 0x1f;
    const tagEnd = at + (isLong ? 2 : 1);
    const isTag = byte(at) !== 0 && tagEnd <= bytes.length && (!isLong || byte(at + 1) < 0x80);
    if (!isTag) {
      const place = { position, path: outer === '' ? null : outer };
      problems.push(codeProblem('cpm.tag_malformed', place));
      break;
    }
    const tag = hexOf(bytes.subarray(at, tagEnd));
    const path = outer === '' ? tag : `${outer}.${tag}`;
    const length = berLength(bytes, tagEnd);
    if (length === undefined) {
      problems.push(codeProblem('cpm.length_malformed', { position, path }));
      break;
    }
    if (!length.isShortest) {
      problems.push(codeProblem('cpm.length_not_shortest', { position, path }));
    }
    const to = length.from + length.value;
    if (to > bytes.length) {
      const left = String(bytes.length - length.from);
      const params = { length: String(length.value), left };
      problems.push(codeProblem('cpm.length_past_end', { position, path, params }));
      break;
    }
    const value = bytes.subarray(length.from, to);
    objects.push({ tag, value, at: position, from: base + length.from });
    at = to;
  }
  return { objects, problems };
}

function berLength(bytes: Uint8Array, at: number) {
  const first = bytes[at] ?? -1;
  if (first < 0) return undefined;
  if (first < 0x80) return { value: first, from: at + 1, isShortest: true };
  const [one, two] = [bytes[at + 1] ?? -1, bytes[at + 2] ?? -1];
  if (first === 0x81 && one >= 0) return { value: one, from: at + 2, isShortest: one >= 0x80 };
  if (first === 0x82 && one >= 0 && two >= 0) {
    return { value: one * 256 + two, from: at + 3, isShortest: one > 0 };
  }
  return undefined;
}

/** One object; values over 65,535 bytes do not occur (a code has 384 at most). */
export function berObject(tag: string, value: Uint8Array): Uint8Array {
  const { length } = value;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return concatBytes([bytesOfHex(tag) ?? new Uint8Array(), Uint8Array.from(size), value]);
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
