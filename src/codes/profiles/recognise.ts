// Accounts of a merchant code → which national scheme it belongs to, its named fields, and the
// alias of its payee. Pure reading of the profiles' data: no scheme is named here.
import { type CodeAlias, codeAlias } from '../alias.ts';
import { isTemplate, type PlainOrTemplate } from '../emv/merchant.ts';
import { inCharacters } from '../emv/text.ts';
import { walkObjects } from '../emv/tlv.ts';
import { type CodeProblem, codeProblem } from '../problem.ts';
import { profiles } from './list.ts';
import type { PayeeRule, Profile, ProfileField, ProfileTemplate } from './profile.ts';

/** A field of a scheme as a code carries it. */
export interface FoundField {
  readonly field: ProfileField;
  readonly value: string;
  /** `26.01`. */
  readonly path: string;
  readonly template: ProfileTemplate;
}

export interface Payee {
  readonly variant: string | undefined;
  readonly fields: Readonly<Record<string, string>>;
  readonly alias: CodeAlias | undefined;
  readonly problems: readonly CodeProblem[];
}

/** Whether an object is this template of the scheme. */
export function isOfTemplate(
  object: PlainOrTemplate,
  template: ProfileTemplate,
  profile: Profile,
  country: string,
): boolean {
  const [low, high] = template.range;
  if (object.id < low || object.id > high) return false;
  // Only a text that nobody else may use speaks for itself; all else counts in its own country.
  const isAtHome = profile.countries.length === 0 || profile.countries.includes(country);
  if (!isTemplate(object)) {
    return template.isPlain === true && isAtHome && partsOf(object.value, template) !== undefined;
  }
  if (template.isPlain === true) return false;
  const own = object.objects.find(({ id }) => id === '00')?.value ?? '';
  if (typeof template.guid === 'string') return own.toUpperCase() === template.guid.toUpperCase();
  return isAtHome && (template.guid === undefined || template.guid.test(own));
}

/** A plain value cut into the template's parts; undefined where it does not fit them. */
function partsOf(value: string, template: ProfileTemplate): readonly string[] | undefined {
  const parts: string[] = [];
  let at = 0;
  for (const { chars = value.length, form } of template.fields) {
    const part = value.slice(at, at + chars);
    if (part === '' || form?.test(part) === false) return undefined;
    parts.push(part);
    at += chars;
  }
  return at >= value.length ? parts : undefined;
}

const isPayeeTemplate = (profile: Profile, template: ProfileTemplate) => {
  const names = new Set(profile.payee.flatMap(({ fields }) => fields));
  return allFields(template.fields).some(({ name }) => names.has(name));
};

export function allFields(fields: readonly ProfileField[]): readonly ProfileField[] {
  return fields.flatMap((field) => [field, ...allFields(field.fields ?? [])]);
}

/** What recognition needs of each profile, worked out once. */
const payeeTemplates = profiles.map((profile) => ({
  profile,
  templates: profile.templates.filter((template) => isPayeeTemplate(profile, template)),
}));

/** The scheme that a code with these accounts belongs to; of several the national one. */
export function profileOfAccounts(
  accounts: readonly PlainOrTemplate[],
  country: string,
): Profile | undefined {
  let best: { readonly profile: Profile; readonly order: number } | undefined;
  for (const { profile, templates } of payeeTemplates) {
    const at = accounts.findIndex((account) =>
      templates.some((template) => isOfTemplate(account, template, profile, country)),
    );
    if (at < 0) continue;
    const isAbroad = profile.countries.length > 0 && !profile.countries.includes(country);
    const order = profile.rank * 1_000 + (isAbroad ? 100 : 0) + at;
    if (best === undefined || order < best.order) best = { profile, order };
  }
  return best?.profile;
}

/** The scheme's fields and payee out of all objects of a code. */
export function readPayee(
  profile: Profile,
  objects: readonly PlainOrTemplate[],
  country: string,
  positionOf: (id: string) => number | null,
): Payee {
  const problems: CodeProblem[] = [];
  const place = (path: string) => ({ position: positionOf(path.slice(0, 2)), path });
  const scheme = profile.title.en;
  const found: FoundField[] = [];
  for (const template of profile.templates) {
    const own = objects.filter((object) => isOfTemplate(object, template, profile, country));
    const second = own[1];
    if (second !== undefined && template.isRepeatable !== true) {
      const params = { scheme };
      problems.push(codeProblem('profile.payee_ambiguous', { ...place(second.id), params }));
    }
    if (own[0] !== undefined) found.push(...fieldsOf(own[0], template));
  }
  const payeeNames = new Set(profile.payee.flatMap(({ fields }) => fields));
  const fits = ({ field, value }: FoundField) => field.form?.test(value) !== false;
  for (const each of found) {
    if (fits(each) || payeeNames.has(each.field.name)) continue;
    const params = { scheme, found: each.value };
    problems.push(codeProblem('profile.field_malformed', { ...place(each.path), params }));
  }
  const { payee, faults } = judgePayee(profile, found, fits, place);
  return {
    ...payee,
    fields: Object.fromEntries(
      found.filter(({ field }) => !field.fields).map(({ field, value }) => [field.name, value]),
    ),
    problems: [...problems, ...faults],
  };
}

function fieldsOf(object: PlainOrTemplate, template: ProfileTemplate): FoundField[] {
  if (!isTemplate(object)) {
    const parts = partsOf(object.value, template) ?? [];
    return template.fields.map((field, index) => {
      return { field, value: parts[index] ?? '', path: object.id, template };
    });
  }
  const values = new Map(object.objects.map(({ id, value }) => [id, value]));
  return fieldsIn(values, template.fields, object.id, template);
}

function fieldsIn(
  values: ReadonlyMap<string, string>,
  fields: readonly ProfileField[],
  outer: string,
  template: ProfileTemplate,
): FoundField[] {
  return fields.flatMap((field) => {
    const value = values.get(field.id);
    if (value === undefined) return [];
    const path = `${outer}.${field.id}`;
    const own: FoundField = { field, value, path, template };
    if (field.fields === undefined) return [own];
    const text = inCharacters(value);
    const walk = walkObjects(text, { from: 0, to: text.length });
    if (walk.fault !== undefined) return [own];
    const inner = new Map(walk.objects.map((each) => [each.id, each.value]));
    return [own, ...fieldsIn(inner, field.fields, path, template)];
  });
}

type Place = (path: string) => { readonly position: number | null; readonly path: string };

/** The first rule that fits says who is paid; none that fits is a refusal. */
function judgePayee(
  profile: Profile,
  found: readonly FoundField[],
  fits: (field: FoundField) => boolean,
  place: Place,
) {
  const byName = new Map(found.map((each) => [each.field.name, each]));
  const scheme = profile.title.en;
  const matches = profile.payee.flatMap((rule) => {
    const own = rule.fields.map((name) => byName.get(name));
    const whole = own.filter((each) => each !== undefined && fits(each));
    if (whole.length < rule.fields.length) return [];
    const given = Object.entries(rule.given ?? {});
    if (!given.every(([name, value]) => byName.get(name)?.value === value)) return [];
    const values = whole.map((each) => each?.value ?? '');
    const alias = aliasOf(profile, rule, values);
    return alias === 'malformed' ? [] : [{ rule, alias, field: whole[0] }];
  });
  const [first] = matches;
  if (first === undefined) {
    const names = new Set(profile.payee.flatMap((rule) => rule.fields));
    const bad = found.find(({ field }) => names.has(field.name));
    const params = { scheme, found: bad?.value ?? '' };
    const fault =
      bad === undefined
        ? codeProblem('profile.payee_missing', { params })
        : codeProblem('profile.payee_malformed', { ...place(bad.path), params });
    return { payee: { variant: undefined, alias: undefined }, faults: [fault] };
  }
  const rival = matches.find(
    ({ field }) =>
      field !== undefined &&
      field.template.isOnePayee === true &&
      field.template === first.field?.template &&
      field.path !== first.field.path,
  );
  const faults =
    rival?.field === undefined
      ? []
      : [
          codeProblem('profile.payee_ambiguous', {
            ...place(rival.field.path),
            params: { scheme },
          }),
        ];
  // An authorisation that comes with a first payment is what the code is about.
  const variant = (matches.find(({ rule }) => rule.variant === 'automatic') ?? first).rule.variant;
  return { payee: { variant, alias: first.alias }, faults };
}

function aliasOf(profile: Profile, rule: PayeeRule, values: readonly string[]) {
  const { alias } = rule;
  if (alias === undefined) return undefined;
  const [first = '', ...rest] = values;
  const [form, replacement] = alias.read ?? [/^[^]*$/, '$&'];
  if (!form.test(first)) return 'malformed';
  const text = [first.replace(form, replacement), ...rest].join('/');
  const cased =
    alias.case === 'lower'
      ? text.toLowerCase()
      : alias.case === 'upper'
        ? text.toUpperCase()
        : text;
  return codeAlias(alias.type, alias.type === 'scheme' ? `${profile.id}:${cased}` : cased);
}
