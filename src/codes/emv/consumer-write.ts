// Values → consumer-presented code, in the order of the specification's tables.
import { type CodeProblem, type CodeResult, codeProblem, found } from '../problem.ts';
import { berObject, bytesOfHex, concatBytes } from './ber.ts';
import {
  CONSUMER_CHARS_MAX,
  CONSUMER_FORMAT,
  type ConsumerCode,
  type ConsumerData,
  type ConsumerField,
  consumerFields,
  transparentTag,
} from './consumer.ts';

const latin1Bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** The Base64 text, or everything that keeps it from being written. */
export function writeConsumerCode(code: ConsumerCode): CodeResult<string> {
  const problems: CodeProblem[] = [];
  if (code.applications.length === 0) problems.push(codeProblem('cpm.application_missing'));
  const parts = [
    berObject('85', latin1Bytes(CONSUMER_FORMAT)),
    ...code.applications.map((each) => berObject('61', dataBytes(each, '61', problems))),
    ...(code.common === undefined ? [] : [berObject('62', dataBytes(code.common, '62', problems))]),
    ...otherBytes(code.others, '', ['61', '62', '85'], problems),
  ];
  if (problems.length > 0) return { ok: false, problems };
  const payload = btoa(String.fromCharCode(...concatBytes(parts)));
  if (payload.length <= CONSUMER_CHARS_MAX) return found(payload);
  const params = { chars: String(payload.length) };
  return { ok: false, problems: [codeProblem('cpm.too_long', { params })] };
}

function dataBytes(data: ConsumerData, template: '61' | '62', problems: CodeProblem[]): Uint8Array {
  if (template === '61' && data.applicationId === undefined) {
    problems.push(codeProblem('cpm.field_missing', { path: '61.4F' }));
  }
  const own = transparentTag[template];
  const inner = data.transparent;
  return concatBytes([
    ...fieldBytes(data, template, [own], problems),
    ...(inner === undefined
      ? []
      : [berObject(own, concatBytes(fieldBytes(inner, `${template}.${own}`, [], problems)))]),
  ]);
}

function fieldBytes(
  data: ConsumerData,
  outer: string,
  taken: readonly string[],
  problems: CodeProblem[],
): Uint8Array[] {
  const named = consumerFields.flatMap((field) => {
    const text = data[field.name];
    if (text === undefined) return [];
    const bytes = bytesOfField(field, text);
    if (bytes !== undefined) return [berObject(field.tag, bytes)];
    problems.push(codeProblem('cpm.field_malformed', { path: `${outer}.${field.tag}` }));
    return [];
  });
  const names = consumerFields.map(({ tag }) => tag);
  return [...named, ...otherBytes(data.others, `${outer}.`, [...names, ...taken], problems)];
}

function bytesOfField({ form, bytes }: ConsumerField, text: string): Uint8Array | undefined {
  const [min, max] = bytes;
  const value =
    form === 'text'
      ? /^[\x20-\x7e\xa0-\xff]+$/.test(text)
        ? latin1Bytes(text)
        : undefined
      : form === 'hex'
        ? bytesOfHex(text)
        : /^[0-9]+$/.test(text)
          ? bytesOfHex(text.length % 2 === 0 ? text : `${text}F`)
          : undefined;
  return value !== undefined && value.length >= min && value.length <= max ? value : undefined;
}

/** Tags without a name: one byte, or two where the low five bits of the first are all set. */
function otherBytes(
  others: ConsumerData['others'],
  outer: string,
  taken: readonly string[],
  problems: CodeProblem[],
): Uint8Array[] {
  return (others ?? []).flatMap(({ tag, value }) => {
    const isTag = /^(?:[0-9A-F][0-9A-F]|[13579BDF]F[0-7][0-9A-F])$/.test(tag) && tag !== '00';
    const isWhole = tag.length === 4 || !/[13579BDF]F$/.test(tag);
    const bytes = bytesOfHex(value);
    if (isTag && isWhole && !taken.includes(tag) && bytes !== undefined) {
      return [berObject(tag, bytes)];
    }
    problems.push(codeProblem('cpm.tag_malformed', { path: outer + tag }));
    return [];
  });
}
