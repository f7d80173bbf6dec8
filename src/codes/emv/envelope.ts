// The outside of a merchant code: size, checksum, and in which units its lengths are counted. What
// is inside is merchant-read.ts.
import { type CodeProblem, codeProblem } from '../problem.ts';
import { crcText } from './crc.ts';
import { PAYLOAD_CHARS_MAX } from './merchant.ts';
import { characterCount, inBytes, inCharacters, inUtf16Units, type UnitText } from './text.ts';
import { duplicateIds, type PlacedObject, walkObjects } from './tlv.ts';

export interface Envelope {
  readonly text: UnitText;
  /** The outermost objects, 63 included. */
  readonly objects: readonly PlacedObject[];
  readonly problems: readonly CodeProblem[];
}

const CRC_ID = '63';
const CRC_CHARS = 4;
const HEX = /^[0-9A-Fa-f]{4}$/;
const NOT_ASCII = /\P{ASCII}/u;

/** Judges the checksum and cuts the payload into its outermost objects. */
export function openEnvelope(payload: string): Envelope {
  const text = inCharacters(payload);
  const chars = characterCount(payload);
  if (chars > PAYLOAD_CHARS_MAX) {
    const problem = codeProblem('emv.too_long', { params: { chars: String(chars) } });
    return { text, objects: [], problems: [problem] };
  }
  const { walked, problems } = walkInSomeUnits(payload, text);
  const { objects } = walked;
  const first = objects[0];
  const all = [
    ...problems,
    ...duplicateIds(walked.text, objects),
    ...(first === undefined || first.id === '00'
      ? []
      : [codeProblem('emv.format_not_first', { position: 0, path: first.id })]),
    ...checksumProblems(payload, walked.text, objects),
  ];
  return { text: walked.text, objects, problems: all };
}

interface Walked {
  readonly text: UnitText;
  readonly objects: readonly PlacedObject[];
}

const endsWithCrc = (objects: readonly PlacedObject[]) => {
  const last = objects.at(-1);
  return last?.id === CRC_ID && last.value.length === CRC_CHARS;
};

/**
 * Characters first, as the specification says. Only where they do not come out, and the text is not
 * plain ASCII (where all units are the same), the units of careless programs are tried: they are
 * taken when the last object then is the checksum.
 */
function walkInSomeUnits(payload: string, text: UnitText) {
  const whole = walkObjects(text, { from: 0, to: text.length });
  if (whole.fault === undefined && endsWithCrc(whole.objects)) {
    return { walked: { text, objects: whole.objects }, problems: [] };
  }
  if (NOT_ASCII.test(payload)) {
    for (const [units, code] of [
      [inBytes, 'emv.length_in_bytes'],
      [inUtf16Units, 'emv.length_in_utf16'],
    ] as const) {
      const other = units(payload);
      const walk = walkObjects(other, { from: 0, to: other.length });
      if (walk.fault === undefined && endsWithCrc(walk.objects)) {
        const walked: Walked = { text: other, objects: walk.objects };
        return { walked, problems: [codeProblem(code)] };
      }
    }
  }
  const problems = whole.fault === undefined ? [] : [whole.fault];
  return { walked: { text, objects: whole.objects }, problems };
}

/** The checksum is judged on the text as it stands, whether or not its objects can be cut. */
function checksumProblems(
  payload: string,
  text: UnitText,
  objects: readonly PlacedObject[],
): CodeProblem[] {
  const path = CRC_ID;
  const own = objects.find(({ id }) => id === CRC_ID);
  if (own !== undefined && own !== objects.at(-1)) {
    return [codeProblem('emv.crc_not_last', { position: text.position(own.at), path })];
  }
  const head = payload.slice(0, -CRC_CHARS);
  const found = payload.slice(-CRC_CHARS);
  const length = characterCount(payload);
  if (!head.endsWith('6304')) {
    const position = own === undefined ? length : text.position(own.at);
    const code = own === undefined ? 'emv.crc_missing' : 'emv.crc_malformed';
    return [codeProblem(code, { position, path })];
  }
  const position = length - CRC_CHARS;
  if (!HEX.test(found)) return [codeProblem('emv.crc_malformed', { position, path })];
  const expected = crcText(head);
  if (found.toUpperCase() !== expected) {
    return [codeProblem('emv.crc_mismatch', { position, path, params: { found, expected } })];
  }
  if (own === undefined) return [codeProblem('emv.crc_missing', { position: length, path })];
  return found === expected ? [] : [codeProblem('emv.crc_lower_case', { position, path })];
}
