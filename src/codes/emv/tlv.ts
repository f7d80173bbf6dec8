// The data objects of EMVCo merchant codes: id (two digits), length (two digits), value. One level
// at a time; which ids hold further objects is known to merchant-read.ts and the profiles.
import { type CodeProblem, codeProblem } from '../problem.ts';
import { characterCount, type UnitText } from './text.ts';

export interface DataObject {
  readonly id: string;
  readonly value: string;
}

/** A data object and where it stands: unit offsets of its id, and of its value. */
export interface PlacedObject extends DataObject {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

export interface Walk {
  readonly objects: readonly PlacedObject[];
  /** Why the walk stopped before the end, if it did. */
  readonly fault: CodeProblem | undefined;
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

export const LENGTH_MAX = 99;

const joined = (outer: string, id: string) => (outer === '' ? id : `${outer}.${id}`);

/** Reads the objects of a range, up to the first fault. `outer` is the path of their template. */
export function walkObjects(text: UnitText, range: Range, outer = ''): Walk {
  const objects: PlacedObject[] = [];
  let at = range.from;
  const seen = (from: number) => text.slice(from, Math.min(from + 2, range.to)) ?? '?';
  while (at < range.to) {
    const position = text.position(at);
    const [high, low] = [text.digitAt(at), text.digitAt(at + 1)];
    if (high < 0 || low < 0 || at + 2 > range.to) {
      const place = { position, path: outer === '' ? null : outer, params: { found: seen(at) } };
      return { objects, fault: codeProblem('emv.id_malformed', place) };
    }
    const id = `${high}${low}`;
    const path = joined(outer, id);
    const [tens, ones] = [text.digitAt(at + 2), text.digitAt(at + 3)];
    if (tens < 0 || ones < 0 || at + 4 > range.to) {
      const place = { position: text.position(at + 2), path, params: { found: seen(at + 2) } };
      return { objects, fault: codeProblem('emv.length_malformed', place) };
    }
    const length = tens * 10 + ones;
    const from = at + 4;
    const to = from + length;
    const value = to > range.to ? undefined : text.slice(from, to);
    if (value === undefined) {
      const params = { length: String(length), left: String(range.to - from) };
      return { objects, fault: codeProblem('emv.length_past_end', { position, path, params }) };
    }
    objects.push({ id, value, at, from, to });
    at = to;
  }
  return { objects, fault: undefined };
}

/** Each object that repeats an id of its level. */
export function duplicateIds(text: UnitText, objects: readonly PlacedObject[], outer = '') {
  const seen = new Set<string>();
  const problems: CodeProblem[] = [];
  for (const { id, at } of objects) {
    if (seen.has(id)) {
      const place = { position: text.position(at), path: joined(outer, id) };
      problems.push(codeProblem('emv.duplicate_id', place));
    }
    seen.add(id);
  }
  return problems;
}

/** `id` + length + value, or undefined where the value is empty or has over 99 characters. */
export function objectText(id: string, value: string): string | undefined {
  const length = characterCount(value);
  if (length === 0 || length > LENGTH_MAX) return undefined;
  return `${id}${String(length).padStart(2, '0')}${value}`;
}
