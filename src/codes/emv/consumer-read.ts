// Consumer-presented code (Base64 of BER-TLV) → values, with problems and their byte positions.
import { type CodeProblem, codeProblem, isRefusal } from '../problem.ts';
import { type BerObject, hexOf, walkBer } from './ber.ts';
import {
  CONSUMER_CHARS_MAX,
  CONSUMER_FORMAT,
  type ConsumerCode,
  type ConsumerData,
  type ConsumerField,
  type ConsumerName,
  consumerFields,
  transparentTag,
} from './consumer.ts';

export interface ConsumerReading {
  readonly code: ConsumerCode | undefined;
  readonly problems: readonly CodeProblem[];
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const byTag = new Map(consumerFields.map((field) => [field.tag, field]));

/** Whether a text can only be meant as a consumer code: 85, five bytes, "CPV". */
export function looksLikeConsumerCode(text: string): boolean {
  return text.startsWith('hQVDUF');
}

export function readConsumerCode(payload: string): ConsumerReading {
  const no = (problem: CodeProblem): ConsumerReading => ({ code: undefined, problems: [problem] });
  if (payload.length > CONSUMER_CHARS_MAX) {
    return no(codeProblem('cpm.too_long', { params: { chars: String(payload.length) } }));
  }
  if (!BASE64.test(payload)) return no(codeProblem('cpm.base64_malformed'));
  const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
  const walk = walkBer(bytes);
  const problems = [...walk.problems, ...formatProblems(walk.objects)];
  const applications: ConsumerData[] = [];
  const others: { tag: string; value: string }[] = [];
  let common: ConsumerData | undefined;
  for (const object of walk.objects.slice(1)) {
    if (object.tag === '61') applications.push(readData(object, '61', problems));
    else if (object.tag === '62' && common === undefined) common = readData(object, '62', problems);
    else if (object.tag === '62' || object.tag === '85') {
      const place = { position: object.at, path: object.tag };
      problems.push(codeProblem('cpm.duplicate_tag', place));
    } else others.push({ tag: object.tag, value: hexOf(object.value) });
  }
  if (applications.length === 0) problems.push(codeProblem('cpm.application_missing'));
  if (problems.some(isRefusal)) return { code: undefined, problems };
  const code: ConsumerCode = {
    applications,
    ...(common === undefined ? {} : { common }),
    ...(others.length === 0 ? {} : { others }),
  };
  return { code, problems };
}

function formatProblems([first]: readonly BerObject[]): CodeProblem[] {
  if (first === undefined || first.tag !== '85') {
    return [codeProblem('cpm.format_not_first', { position: 0 })];
  }
  const found = latin1(first.value);
  if (found === CONSUMER_FORMAT) return [];
  return [codeProblem('cpm.format_unsupported', { position: 0, path: '85', params: { found } })];
}

const latin1 = (bytes: Uint8Array) => String.fromCharCode(...bytes);

function readData(
  { value, from, at, tag }: BerObject,
  template: '61' | '62',
  problems: CodeProblem[],
): ConsumerData {
  const walk = walkBer(value, from, tag);
  problems.push(...walk.problems);
  const inner = walk.objects.find((each) => each.tag === transparentTag[template]);
  const plain = walk.objects.filter((each) => each.tag !== transparentTag[template]);
  const data = readFields(plain, tag, problems);
  if (template === '61' && data.applicationId === undefined) {
    problems.push(codeProblem('cpm.field_missing', { position: at, path: '61.4F' }));
  }
  if (inner === undefined) return data;
  const path = `${tag}.${inner.tag}`;
  const own = walkBer(inner.value, inner.from, path);
  problems.push(...own.problems);
  return { ...data, transparent: readFields(own.objects, path, problems) };
}

function readFields(
  objects: readonly BerObject[],
  outer: string,
  problems: CodeProblem[],
): Omit<ConsumerData, 'transparent'> {
  const named: Partial<Record<ConsumerName, string>> = {};
  const others: { tag: string; value: string }[] = [];
  const seen = new Set<string>();
  for (const { tag, value, at } of objects) {
    const place = { position: at, path: `${outer}.${tag}` };
    if (seen.has(tag)) problems.push(codeProblem('cpm.duplicate_tag', place));
    seen.add(tag);
    const field = byTag.get(tag);
    if (field === undefined) others.push({ tag, value: hexOf(value) });
    else {
      const text = fieldText(field, value);
      if (text === undefined) problems.push(codeProblem('cpm.field_malformed', place));
      else named[field.name] = text;
    }
  }
  return { ...named, ...(others.length === 0 ? {} : { others }) };
}

/** Bytes as their form says; undefined where they are not in it. Digits are BCD, padded with F. */
function fieldText({ form, bytes }: ConsumerField, value: Uint8Array): string | undefined {
  const [min, max] = bytes;
  if (value.length < min || value.length > max) return undefined;
  if (form === 'text') {
    const text = latin1(value);
    return /^[\x20-\x7e\xa0-\xff]+$/.test(text) ? text : undefined;
  }
  const hex = hexOf(value);
  if (form === 'hex') return hex;
  const digits = hex.replace(/F$/, '');
  return /^[0-9]+$/.test(digits) ? digits : undefined;
}
