// The templates of a merchant code: accounts (26 to 51), additional data (62), language (64) and
// those that belong to whoever uses them (80 to 99). The plain fields are merchant-read.ts.
import { type CodeProblem, codeProblem } from '../problem.ts';
import {
  type AdditionalData,
  type AdditionalName,
  additionalFields,
  fieldMax,
  type LanguageTemplate,
  type PlainOrTemplate,
} from './merchant.ts';
import { characterCount, type UnitText } from './text.ts';
import { duplicateIds, type PlacedObject, walkObjects } from './tlv.ts';

interface Place {
  readonly position: number | null;
  readonly path: string;
}

/** A value beyond the length that the specification allows: real shops have long names. */
export function tooLong(value: string, max: number, place: Place, problems: CodeProblem[]): void {
  const chars = characterCount(value);
  if (chars <= max) return;
  const params = { chars: String(chars), max: String(max) };
  problems.push(codeProblem('emv.value_too_long', { ...place, params }));
}

export type TemplateReader = (object: PlacedObject, loud?: 'silent') => PlainOrTemplate;

/**
 * Reads a template, or plain text where it holds no objects: with a warning, but `silent` where the
 * id belongs to whoever uses it (80 to 99; DuitNow keeps a bare hash there).
 */
export function createTemplateReader(
  text: UnitText,
  problems: CodeProblem[],
  outer = '',
): TemplateReader {
  return ({ id, value, at, from, to }, loud) => {
    const path = outer === '' ? id : `${outer}.${id}`;
    const walk = walkObjects(text, { from, to }, path);
    const filled = walk.objects.filter((each) => each.value !== '');
    const repeated = duplicateIds(text, walk.objects, path);
    const isSilent = loud === 'silent';
    const isOdd = filled.length < walk.objects.length || repeated.length > 0;
    if (walk.fault !== undefined || filled.length === 0 || (isSilent && isOdd)) {
      const place = { position: text.position(at), path };
      if (!isSilent) problems.push(codeProblem('emv.template_not_tlv', place));
      return { id, value };
    }
    for (const each of walk.objects) {
      if (each.value !== '') continue;
      const place = { position: text.position(each.at), path: `${path}.${each.id}` };
      problems.push(codeProblem('emv.value_empty', place));
    }
    problems.push(...repeated);
    return { id, objects: filled.map((each) => ({ id: each.id, value: each.value })) };
  };
}

export function readAdditional(
  object: PlacedObject | undefined,
  text: UnitText,
  problems: CodeProblem[],
): AdditionalData | undefined {
  if (object === undefined || object.value === '') return undefined;
  const place = { position: text.position(object.at), path: '62' };
  const walk = walkObjects(text, object, '62');
  if (walk.fault !== undefined) {
    problems.push(codeProblem('emv.template_not_tlv', place));
    return undefined;
  }
  problems.push(...duplicateIds(text, walk.objects, '62'));
  const inner = createTemplateReader(text, problems, '62');
  const named: Partial<Record<AdditionalName, string>> = {};
  const others: PlainOrTemplate[] = [];
  for (const each of walk.objects) {
    const position = text.position(each.at);
    const path = `62.${each.id}`;
    const field = additionalFields.find(({ id }) => id === each.id);
    if (each.value === '') problems.push(codeProblem('emv.value_empty', { position, path }));
    else if (field === undefined) {
      others.push(each.id >= '50' ? inner(each, 'silent') : { id: each.id, value: each.value });
    } else {
      tooLong(each.value, field.max, { path, position }, problems);
      named[field.name] = each.value;
    }
  }
  return { ...named, ...(others.length === 0 ? {} : { others }) };
}

export function readLanguage(
  object: PlacedObject | undefined,
  text: UnitText,
  problems: CodeProblem[],
): LanguageTemplate | undefined {
  if (object === undefined || object.value === '') return undefined;
  const position = text.position(object.at);
  const walk = walkObjects(text, object, '64');
  if (walk.fault !== undefined) {
    problems.push(codeProblem('emv.template_not_tlv', { position, path: '64' }));
    return undefined;
  }
  problems.push(...duplicateIds(text, walk.objects, '64'));
  const value = (id: string) => walk.objects.find((each) => each.id === id)?.value || undefined;
  const [preference, name, city] = [value('00'), value('01'), value('02')];
  if (preference === undefined || name === undefined) {
    const path = preference === undefined ? '64.00' : '64.01';
    problems.push(codeProblem('emv.language_incomplete', { position, path }));
    return undefined;
  }
  tooLong(name, fieldMax['64.01'], { path: '64.01', position }, problems);
  if (city !== undefined) {
    tooLong(city, fieldMax['64.02'], { path: '64.02', position }, problems);
  }
  return { preference, name, ...(city === undefined ? {} : { city }) };
}
