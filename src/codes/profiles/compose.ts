// A national scheme's code out of names: payee (alias or fields), amount, shop. The result is read
// back strictly before it is given out, so a code that a strict reader refuses is never written.
import { currencyOfCode } from '../emv/amount.ts';
import type {
  AdditionalData,
  InitiationMode,
  LanguageTemplate,
  MerchantCode,
  PlainOrTemplate,
  Tip,
} from '../emv/merchant.ts';
import { writeMerchantCode } from '../emv/merchant-write.ts';
import { objectText } from '../emv/tlv.ts';
import { readMerchant } from '../merchant.ts';
import { type CodeProblem, type CodeResult, codeProblem, found, refused } from '../problem.ts';
import { profileOf } from './list.ts';
import type { PayeeRule, Profile, ProfileField, ProfileTemplate } from './profile.ts';
import { allFields } from './recognise.ts';

export interface SchemeCode {
  /** Id of a profile. */
  readonly scheme: string;
  /** The payee as an alias: `phone:+66812345678`, `scheme:qris:ID1020021181745`. */
  readonly alias?: string;
  /** Fields of the scheme by their names; they win over what the alias gives. */
  readonly payee?: Readonly<Record<string, string>>;
  /** `static` where not given, `dynamic` for payees that are looked up (PIX locations). */
  readonly mode?: InitiationMode;
  /** Decimal in major units. */
  readonly amount?: string;
  /** ISO 4217 code; the scheme's own where not given. */
  readonly currency?: string;
  readonly country?: string;
  readonly name?: string;
  readonly city?: string;
  readonly postalCode?: string;
  readonly categoryCode?: string;
  readonly tip?: Tip;
  readonly additional?: AdditionalData;
  readonly language?: LanguageTemplate;
  /** Accounts of other schemes in the same code, as SGQR and HKQR have them. */
  readonly accounts?: readonly PlainOrTemplate[];
}

/** The payload of a scheme's code. Problems: every reason why it cannot be written. */
export function writeSchemeCode(input: SchemeCode): CodeResult<string> {
  const profile = profileOf(input.scheme);
  if (profile === undefined) {
    return refused('profile.unknown', { params: { found: input.scheme } });
  }
  const payee = payeeFields(profile, input);
  if (!payee.ok) return payee;
  const wrong = fieldFaults(profile, payee.value);
  if (wrong.length > 0) return { ok: false, problems: wrong };
  const code = merchantCode(profile, input, payee.value);
  if (!code.ok) return code;
  const written = writeMerchantCode(code.value, profile);
  if (!written.ok) return written;
  const { ok, problems } = readMerchant(written.value, { strict: true });
  return ok ? written : { ok: false, problems };
}

type Fields = Readonly<Record<string, string>>;

function payeeFields(profile: Profile, { alias, payee = {} }: SchemeCode): CodeResult<Fields> {
  if (alias === undefined) return found(payee);
  for (const rule of profile.payee) {
    const fields = fieldsOfAlias(profile, rule, alias);
    if (fields !== undefined) return found({ ...rule.given, ...fields, ...payee });
  }
  const params = { scheme: profile.title.en, found: alias };
  return refused('profile.payee_malformed', { path: 'alias', params });
}

/**
 * The alias turned back into the fields of a rule; undefined where it is not of the rule's kind.
 */
function fieldsOfAlias(profile: Profile, rule: PayeeRule, alias: string): Fields | undefined {
  if (rule.alias === undefined) return undefined;
  const isScheme = rule.alias.type === 'scheme';
  const prefix = `${rule.alias.type}:${isScheme ? `${profile.id}:` : ''}`;
  if (!alias.startsWith(prefix)) return undefined;
  const [form, replacement] = rule.alias.write ?? [/^[^]*$/, '$&'];
  const values = partsOf(alias.slice(prefix.length), rule.fields.length);
  const first = values[0] ?? '';
  if (values.length !== rule.fields.length || !form.test(first)) return undefined;
  if (rule.alias.read !== undefined && isScheme && !rule.alias.read[0].test(first))
    return undefined;
  const forms = new Map(profileFields(profile).map((field) => [field.name, field.form]));
  const entries = rule.fields.map((name, index) => {
    const value = values[index] ?? '';
    return [name, index === 0 ? value.replace(form, replacement) : value] as const;
  });
  const fits = entries.every(([name, value]) => forms.get(name)?.test(value) !== false);
  return fits ? Object.fromEntries(entries) : undefined;
}

/** Parts between slashes; the last one keeps the slashes that it has of its own. */
function partsOf(text: string, count: number): readonly string[] {
  const parts = text.split('/');
  return [...parts.slice(0, count - 1), ...[parts.slice(count - 1).join('/')].filter(Boolean)];
}

function profileFields(profile: Profile): readonly ProfileField[] {
  return profile.templates.flatMap(({ fields }) => allFields(fields));
}

function fieldFaults(profile: Profile, values: Fields): CodeProblem[] {
  const known = new Map(profileFields(profile).map((field) => [field.name, field]));
  const scheme = profile.title.en;
  // A template that is known by a form in its 00 is none without it.
  const unnamed = profile.templates.flatMap(({ guid, fields }) => {
    const own = fields.find(({ id }) => id === '00')?.name;
    const isUsed = allFields(fields).some(({ name }) => name in values);
    if (!(guid instanceof RegExp) || own === undefined || own in values || !isUsed) return [];
    return [codeProblem('profile.field_missing', { path: own, params: { scheme } })];
  });
  const wrong = Object.entries(values).flatMap(([path, value]) => {
    const field = known.get(path);
    if (field === undefined) {
      return [codeProblem('profile.field_unknown', { path, params: { scheme } })];
    }
    if (value !== '' && field.form?.test(value) !== false) return [];
    return [codeProblem('profile.field_malformed', { path, params: { scheme, found: value } })];
  });
  return [...unnamed, ...wrong];
}

function merchantCode(
  profile: Profile,
  input: SchemeCode,
  payee: Fields,
): CodeResult<MerchantCode> {
  const currency = input.currency ?? profile.currencies[0] ?? '';
  const numeric = currencyOfCode(currency)?.numeric;
  if (numeric === undefined) {
    return refused('emv.currency_unknown', { path: '53', params: { found: currency } });
  }
  const own = profile.templates.flatMap((template) => templateObject(template, payee));
  const objects = [...own, ...(input.accounts ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1));
  const others = objects.filter(({ id }) => id >= '80');
  const { defaults } = profile;
  const isLookedUp = profile.payee.some(
    (rule) => rule.alias === undefined && rule.fields.every((name) => name in payee),
  );
  const label = input.additional?.referenceLabel ?? defaults.referenceLabel;
  const additional = {
    ...input.additional,
    ...(label === undefined ? {} : { referenceLabel: label }),
  };
  const [format = '01'] = profile.payloadFormats;
  return found({
    ...(format === '01' ? {} : { payloadFormat: format }),
    mode: input.mode ?? (isLookedUp ? 'dynamic' : 'static'),
    accounts: objects.filter(({ id }) => id < '80'),
    currency: numeric,
    country: input.country ?? profile.countries[0] ?? '',
    ...given('categoryCode', input.categoryCode ?? defaults.categoryCode),
    ...given('name', input.name ?? defaults.name),
    ...given('city', input.city ?? defaults.city),
    ...given('postalCode', input.postalCode),
    ...given('amount', input.amount),
    ...(input.tip === undefined ? {} : { tip: input.tip }),
    ...(Object.keys(additional).length === 0 ? {} : { additional }),
    ...(input.language === undefined ? {} : { language: input.language }),
    ...(others.length === 0 ? {} : { others }),
  });
}

function given<Name extends string>(name: Name, value: string | undefined) {
  return value === undefined ? {} : { [name]: value };
}

/** The template with the fields that are given; none where none is. */
function templateObject(template: ProfileTemplate, values: Fields): PlainOrTemplate[] {
  const { id, guid, fields } = template;
  if (template.isPlain === true) {
    const parts = fields.map(({ name }) => values[name] ?? '');
    return parts.includes('') ? [] : [{ id, value: parts.join('') }];
  }
  const objects = fields.flatMap((field) => {
    const value = fieldValue(field, values);
    return value === '' ? [] : [{ id: field.id, value }];
  });
  if (objects.length === 0 && template.isAlways !== true) return [];
  const own = typeof guid === 'string' ? [{ id: '00', value: guid }] : [];
  return [{ id, objects: [...own, ...objects] }];
}

function fieldValue(field: ProfileField, values: Fields): string {
  if (field.fields === undefined) return values[field.name] ?? '';
  return field.fields
    .map((inner) => objectText(inner.id, fieldValue(inner, values)) ?? '')
    .join('');
}
