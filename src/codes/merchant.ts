// A merchant-presented code as a reading: the generic fields, those of its national scheme, the
// payee's alias and when it ends.
import { currencyOfNumber } from './emv/amount.ts';
import {
  type AdditionalData,
  isTemplate,
  type MerchantCode,
  type PlainOrTemplate,
  type Tip,
} from './emv/merchant.ts';
import { emvRules, readMerchantCode } from './emv/merchant-read.ts';
import { type CodeProblem, codeProblem } from './problem.ts';
import type { ExpiryRule, Profile } from './profiles/profile.ts';
import { isOfTemplate, type Payee, profileOfAccounts, readPayee } from './profiles/recognise.ts';
import {
  type CodeFields,
  type CodeReading,
  type FieldValue,
  judged,
  present,
  type ReadOptions,
} from './reading.ts';

/** Reads a merchant-presented payload of whatever national scheme. */
export function readMerchant(payload: string, options: ReadOptions): CodeReading {
  let profile: Profile | undefined;
  const { code, amount, problems, positions } = readMerchantCode(payload, (accounts, country) => {
    profile = profileOfAccounts(accounts, country);
    return profile ?? emvRules;
  });
  const scheme = profile?.id ?? 'emv';
  if (code === undefined) return judged({ scheme, mode: null, fields: {}, problems }, options);
  const positionOf = (id: string) => positions.get(id) ?? null;
  const payee = profile && payeeOf(profile, code, positionOf);
  const endsAtMs = profile && payee && expiryOf(profile, payee);
  const all = [
    ...problems,
    ...(payee?.problems ?? []),
    ...(profile === undefined ? [] : abroad(profile, code, positionOf)),
    ...expired(endsAtMs, options.nowMs),
  ];
  const mode = code.mode ?? (code.amount === undefined ? 'static' : null);
  const fields = {
    ...merchantFields(code, amount),
    ...present({
      variant: payee?.variant,
      payee: payee?.fields,
      expiresAt: endsAtMs === undefined ? undefined : new Date(endsAtMs).toISOString(),
      accounts: code.accounts.map((account) => accountField(account, profile, code.country)),
    }),
  };
  return judged({ scheme, mode, fields, alias: payee?.alias, problems: all }, options);
}

function payeeOf(profile: Profile, code: MerchantCode, positionOf: (id: string) => number | null) {
  const objects = [...code.accounts, ...(code.others ?? [])];
  return readPayee(profile, objects, code.country, positionOf);
}

/** A scheme's code that says another country or currency than the scheme's own. */
function abroad(
  profile: Profile,
  code: MerchantCode,
  positionOf: (id: string) => number | null,
): CodeProblem[] {
  const { countries, currencies } = profile;
  const currency = currencyOfNumber(code.currency)?.code ?? code.currency;
  const says = (
    problem: 'profile.country_unexpected' | 'profile.currency_unexpected',
    [path, expected, found]: readonly [string, readonly string[], string],
  ) => {
    if (expected.length === 0 || expected.includes(found)) return [];
    const params = { scheme: profile.title.en, expected: expected.join(', '), found };
    return [codeProblem(problem, { position: positionOf(path), path, params })];
  };
  return [
    ...says('profile.country_unexpected', ['58', countries, code.country]),
    ...says('profile.currency_unexpected', ['53', currencies, currency]),
  ];
}

function expiryOf({ expiry }: Profile, payee: Payee): number | undefined {
  const text = expiry && payee.fields[expiry.field];
  return expiry === undefined || text === undefined ? undefined : instantOf(text, expiry);
}

/** `YYYYMMDD` ends with its day. Undefined where the digits are no time. */
function instantOf(text: string, rule: ExpiryRule): number | undefined {
  if (rule.form === 'epoch_ms') return /^[0-9]{13}$/.test(text) ? Number(text) : undefined;
  const match = /^([0-9]{4})([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{2})([0-9]{2}))?$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '23', minute = '59', second = '59'] = match;
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  const utc = Date.UTC(Number(year), Number(month) - 1, Number(day), h, m, s);
  const isReal = new Date(utc).getUTCDate() === Number(day) && h < 24 && m < 60 && s < 61;
  return isReal ? utc - rule.offsetMinutes * 60_000 : undefined;
}

export function expired(endsAtMs: number | undefined, nowMs: number | undefined): CodeProblem[] {
  if (endsAtMs === undefined || nowMs === undefined || endsAtMs >= nowMs) return [];
  const expiredAt = new Date(endsAtMs).toISOString();
  return [codeProblem('code.expired', { params: { expiredAt } })];
}

function merchantFields(code: MerchantCode, amount: string | undefined) {
  return present({
    payloadFormat: code.payloadFormat,
    name: code.name,
    city: code.city,
    country: code.country,
    postalCode: code.postalCode,
    categoryCode: code.categoryCode,
    currency: currencyOfNumber(code.currency)?.code ?? code.currency,
    amount,
    tip: code.tip && tipField(code.tip),
    additional: code.additional && additionalField(code.additional),
    language: code.language && present({ ...code.language }),
    others: code.others?.map(objectField),
  });
}

const tipField = (tip: Tip): FieldValue => ({ ...tip });

function additionalField({ others, ...named }: AdditionalData): FieldValue {
  return present({ ...named, others: others?.map(objectField) });
}

function objectField(object: PlainOrTemplate): CodeFields {
  return isTemplate(object)
    ? { id: object.id, objects: object.objects.map(({ id, value }) => ({ id, value })) }
    : { id: object.id, value: object.value };
}

/** Card networks by their ids, EMV QRCPS table 3.2. */
const networks: readonly (readonly [string, string, string])[] = [
  ['02', '03', 'visa'],
  ['04', '05', 'mastercard'],
  ['09', '10', 'discover'],
  ['11', '12', 'amex'],
  ['13', '14', 'jcb'],
  ['15', '16', 'unionpay'],
];

function accountField(
  account: PlainOrTemplate,
  profile: Profile | undefined,
  country: string,
): FieldValue {
  const isOwn = profile?.templates.some((each) => isOfTemplate(account, each, profile, country));
  const network = networks.find(([low, high]) => account.id >= low && account.id <= high)?.[2];
  const other = isOwn === true ? undefined : profileOfAccounts([account], country)?.id;
  const scheme = isOwn === true ? profile?.id : (other ?? network);
  return present({ scheme, ...objectField(account) });
}
