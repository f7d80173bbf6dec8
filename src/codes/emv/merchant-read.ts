// Merchant-presented code → values, with every problem and its place. What the payee fields mean is
// not known here: profiles/ reads them out of the accounts.
import { type CodeProblem, codeProblem, isRefusal } from '../problem.ts';
import { currencyOfNumber, readAmount, readTip } from './amount.ts';
import { openEnvelope } from './envelope.ts';
import {
  fieldForms,
  fieldMax,
  isAccountTemplateId,
  isUnreservedId,
  type MerchantCode,
  PAYLOAD_FORMAT,
  type PlainOrTemplate,
  payloadFormatsTolerated,
} from './merchant.ts';
import { createTemplateReader, readAdditional, readLanguage, tooLong } from './template-read.ts';
import type { PlacedObject } from './tlv.ts';

/** What a national scheme does otherwise than EMVCo, and rightly so. */
export interface NationalRules {
  /** Ids that may be missing. */
  readonly mayOmit: readonly string[];
  readonly payloadFormats: readonly string[];
}

export const emvRules: NationalRules = {
  mayOmit: [],
  payloadFormats: [PAYLOAD_FORMAT],
};

export interface MerchantReading {
  /** What could be read; undefined where currency, country or account are not there to be read. */
  readonly code: MerchantCode | undefined;
  /** The amount in the currency's plain decimals. */
  readonly amount: string | undefined;
  readonly problems: readonly CodeProblem[];
  /** Where each outermost object stands, in characters. */
  readonly positions: ReadonlyMap<string, number>;
}

/** Reads a payload; `rulesFor` sees the accounts and says which scheme's rules hold. */
export function readMerchantCode(
  payload: string,
  rulesFor: (accounts: readonly PlainOrTemplate[], country: string) => NationalRules = () =>
    emvRules,
): MerchantReading {
  const { text, objects, problems: outside } = openEnvelope(payload);
  const positions = new Map(objects.map(({ id, at }) => [id, text.position(at)]));
  if (outside.some(isRefusal)) {
    return { code: undefined, amount: undefined, problems: outside, positions };
  }
  const problems = [...outside];
  const read = createFieldReader(objects, positions, problems);
  const nested = createTemplateReader(text, problems);
  const between = (low: string, high: string) =>
    objects.filter(({ id, value }) => id >= low && id <= high && value !== '');
  const accounts = between('02', '51').map((each) =>
    isAccountTemplateId(each.id) ? nested(each) : { id: each.id, value: each.value },
  );
  const rules = rulesFor(accounts, read.plain('58') ?? '');
  const format = read.plain('00');
  formatProblems(format, rules, problems);
  const money = readMoney(read, problems, positions);
  const identity = readIdentity(read, rules, problems);
  const object = (wanted: string) => objects.find(({ id }) => id === wanted);
  const additional = readAdditional(object('62'), text, problems);
  const language = readLanguage(object('64'), text, problems);
  const others = between('65', '99').map((each) =>
    isUnreservedId(each.id) ? nested(each, 'silent') : { id: each.id, value: each.value },
  );
  if (accounts.length === 0) problems.push(codeProblem('emv.account_missing'));
  const { currency } = money;
  const { country } = identity;
  const isWhole = currency !== undefined && country !== undefined && accounts.length > 0;
  const code: MerchantCode | undefined = isWhole
    ? {
        ...(format === PAYLOAD_FORMAT || format === undefined ? {} : { payloadFormat: format }),
        ...readMode(read.plain('01'), positions, problems),
        accounts,
        ...money.fields,
        currency,
        ...identity.fields,
        country,
        ...(additional === undefined ? {} : { additional }),
        ...(language === undefined ? {} : { language }),
        ...(others.length === 0 ? {} : { others }),
      }
    : undefined;
  return { code, amount: money.amount, problems, positions };
}

interface FieldReader {
  /** The value of an outermost id that is there and not empty. */
  plain(id: string): string | undefined;
  /** As `plain`, with warnings where it is longer than allowed. */
  limited(id: keyof typeof fieldMax): string | undefined;
}

function createFieldReader(
  objects: readonly PlacedObject[],
  positions: ReadonlyMap<string, number>,
  problems: CodeProblem[],
): FieldReader {
  const values = new Map<string, string>();
  for (const { id, value } of objects) {
    if (value === '') {
      problems.push(
        codeProblem('emv.value_empty', { position: positions.get(id) ?? null, path: id }),
      );
    } else values.set(id, value);
  }
  const plain = (id: string) => values.get(id);
  return {
    plain,
    limited: (id) => {
      const value = plain(id);
      if (value !== undefined)
        tooLong(value, fieldMax[id], { path: id, position: positions.get(id) ?? null }, problems);
      return value;
    },
  };
}

function formatProblems(format: string | undefined, rules: NationalRules, problems: CodeProblem[]) {
  if (format !== undefined && rules.payloadFormats.includes(format)) return;
  const isTolerated = format !== undefined && payloadFormatsTolerated.includes(format);
  const code = isTolerated ? 'emv.format_unusual' : 'emv.format_unsupported';
  problems.push(codeProblem(code, { position: 0, path: '00', params: { found: format ?? '' } }));
}

function readMode(
  value: string | undefined,
  positions: ReadonlyMap<string, number>,
  problems: CodeProblem[],
): Pick<MerchantCode, 'mode'> {
  if (value === undefined) return {};
  if (value === '11') return { mode: 'static' };
  if (value === '12') return { mode: 'dynamic' };
  const place = { position: positions.get('01') ?? null, path: '01', params: { found: value } };
  problems.push(codeProblem('emv.mode_unknown', place));
  return {};
}

function readMoney(
  read: FieldReader,
  problems: CodeProblem[],
  positions: ReadonlyMap<string, number>,
) {
  const position = (id: string) => positions.get(id) ?? null;
  const numeric = read.plain('53');
  const none = { currency: undefined, amount: undefined, fields: {} };
  if (numeric === undefined) {
    problems.push(codeProblem('emv.field_missing', { path: '53' }));
    return none;
  }
  const currency = currencyOfNumber(numeric);
  if (currency === undefined) {
    const place = { position: position('53'), path: '53', params: { found: numeric } };
    problems.push(codeProblem('emv.currency_unknown', place));
    return none;
  }
  const { tip, problems: tipProblems } = readTip(
    { indicator: read.plain('55'), fixed: read.plain('56'), percentage: read.plain('57') },
    currency,
    position,
  );
  problems.push(...tipProblems);
  const written = read.plain('54');
  const withTip = tip === undefined ? {} : { tip };
  if (written === undefined) {
    return { currency: numeric, amount: undefined, fields: withTip };
  }
  const result = readAmount(written, currency, { position: position('54'), path: '54' });
  problems.push(...result.problems);
  return {
    currency: numeric,
    amount: result.amount,
    fields: { ...(result.amount === undefined ? {} : { amount: written }), ...withTip },
  };
}

function readIdentity(read: FieldReader, rules: NationalRules, problems: CodeProblem[]) {
  const needed = (id: keyof typeof fieldMax) => {
    const value = read.limited(id);
    if (value === undefined && !rules.mayOmit.includes(id)) {
      problems.push(codeProblem('emv.field_omitted', { path: id }));
    }
    return value;
  };
  const formed = (
    id: keyof typeof fieldForms,
    value: string | undefined,
    code: 'emv.field_malformed' | 'emv.field_unusual',
  ) => {
    if (value === undefined || fieldForms[id].test(value)) return value;
    problems.push(codeProblem(code, { path: id, params: { found: value } }));
    return undefined;
  };
  const written = read.plain('58');
  if (written === undefined) problems.push(codeProblem('emv.field_missing', { path: '58' }));
  const country = formed('58', written, 'emv.field_malformed');
  const categoryCode = formed('52', needed('52'), 'emv.field_unusual');
  const [name, city, postalCode] = [needed('59'), needed('60'), read.limited('61')];
  return {
    country,
    fields: {
      ...(categoryCode === undefined ? {} : { categoryCode }),
      ...(name === undefined ? {} : { name }),
      ...(city === undefined ? {} : { city }),
      ...(postalCode === undefined ? {} : { postalCode }),
    },
  };
}
