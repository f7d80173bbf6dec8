// Payment codes at random, for property tests: everything that our writers must be able to write.
// Not for hostile input: that is made of bytes where it is tested.
import fc from 'fast-check';
import { consumerFields } from '../../src/codes/emv/consumer.ts';
import type {
  AdditionalData,
  ConsumerCode,
  ConsumerData,
  MerchantCode,
  Profile,
  SchemeCode,
  Template,
  Tip,
} from '../../src/codes/index.ts';
import { allFields } from '../../src/codes/profiles/recognise.ts';

/** Text as shops have it: ASCII, Chinese, emoji (two UTF-16 units, four bytes). */
export function shopText(max: number): fc.Arbitrary<string> {
  const unit = fc.constantFrom(...'abcXYZ 0189.-/&', '茶', '店', '京', 'é', 'ñ', '😀', 'ไ', 'ភ');
  return fc.string({ unit, minLength: 1, maxLength: max }).map((text) => text.trim() || 'A');
}

const digits = (min: number, max = min) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max });

const twoDigits = (low: number, high: number) =>
  fc.integer({ min: low, max: high }).map((id) => String(id).padStart(2, '0'));

function template(id: fc.Arbitrary<string>): fc.Arbitrary<Template> {
  const inner = fc.uniqueArray(fc.record({ id: twoDigits(1, 99), value: shopText(12) }), {
    selector: (each) => each.id,
    minLength: 1,
    maxLength: 3,
  });
  const guid = fc.constantFrom('com.example', 'D15600000000', 'a0f3');
  return fc.record({ id, guid, inner }).map((made) => ({
    id: made.id,
    objects: [{ id: '00', value: made.guid }, ...made.inner],
  }));
}

const amount = fc
  .record({
    whole: fc.integer({ min: 0, max: 99_999_999 }),
    cents: fc.integer({ min: 1, max: 99 }),
  })
  .map(({ whole, cents }) => `${whole}.${String(cents).padStart(2, '0')}`);

const tip: fc.Arbitrary<Tip> = fc.oneof(
  fc.constant<Tip>({ kind: 'prompt' }),
  amount.map((value): Tip => ({ kind: 'fixed', amount: value })),
  fc
    .integer({ min: 1, max: 99 })
    .map((percent): Tip => ({ kind: 'percentage', percent: `${percent}.50` })),
);

const additional: fc.Arbitrary<AdditionalData> = fc
  .record(
    {
      billNumber: shopText(10),
      storeLabel: shopText(10),
      referenceLabel: fc.constantFrom('***', 'INV-1'),
      terminalLabel: shopText(8),
      consumerDataRequest: fc.constantFrom('A', 'ME', 'AME'),
      taxId: digits(1, 9),
    },
    { requiredKeys: [] },
  )
  .filter((data) => Object.keys(data).length > 0);

const byId = <Each extends { readonly id: string }>(list: readonly Each[]) =>
  [...list].sort((a, b) => (a.id < b.id ? -1 : 1));

/** Any merchant code that fits into EMVCo's 512 characters, in a currency with two decimals. */
export const merchantCodes: fc.Arbitrary<MerchantCode> = fc.record(
  {
    mode: fc.constantFrom('static', 'dynamic'),
    accounts: fc
      .uniqueArray(
        fc.oneof(
          fc.record({ id: twoDigits(2, 25), value: digits(8, 30) }),
          template(twoDigits(26, 51)),
        ),
        { selector: (each) => each.id, minLength: 1, maxLength: 3 },
      )
      .map(byId),
    categoryCode: digits(4),
    currency: fc.constantFrom('156', '978', '840'),
    amount,
    tip,
    country: fc.constantFrom('CN', 'FR', 'US'),
    name: shopText(25),
    city: shopText(15),
    postalCode: shopText(10),
    additional,
    language: fc.record(
      { preference: fc.constantFrom('ZH', 'th'), name: shopText(25), city: shopText(15) },
      { requiredKeys: ['preference', 'name'] },
    ),
    others: template(twoDigits(80, 99)).map((each) => [each]),
  },
  { requiredKeys: ['accounts', 'categoryCode', 'currency', 'country', 'name', 'city'] },
);

const WRITABLE = /^[^\p{Cc}\p{Cs}]+$/u;

function fieldText(form: RegExp | undefined): fc.Arbitrary<string> {
  if (form === undefined) return shopText(12);
  return fc
    .stringMatching(form)
    .filter((text) => WRITABLE.test(text) && [...text].length <= 60 && form.test(text));
}

/** Codes of a national scheme by one of its ways of naming the payee, with the fields it needs. */
export function schemeCodes(profile: Profile, variant: number): fc.Arbitrary<SchemeCode> {
  const rule = profile.payee[variant];
  const known = profile.templates.flatMap(({ fields }) => allFields(fields));
  const owner = profile.templates.find(({ fields }) =>
    allFields(fields).some(({ name }) => name === rule?.fields[0]),
  );
  const named = owner?.guid instanceof RegExp ? owner.fields.filter(({ id }) => id === '00') : [];
  const names = named
    .map(({ name }) => name)
    .filter((name) => rule?.given?.[name] === undefined && rule?.fields.includes(name) !== true);
  const payee = Object.fromEntries(
    [...(rule?.fields ?? []), ...names].map((name, index) => {
      const form = known.find((field) => field.name === name)?.form;
      const read = index === 0 ? rule?.alias?.read?.[0] : undefined;
      const both = fieldText(read ?? form).filter((text) => form?.test(text) !== false);
      return [name, both];
    }),
  );
  const optional = { amount: fc.integer({ min: 1, max: 9_999_999 }).map(String) };
  return fc
    .record(
      {
        payee: fc.record(payee),
        mode: fc.constantFrom('static', 'dynamic'),
        name: shopText(20),
        city: shopText(15),
        ...optional,
      },
      { requiredKeys: ['payee', 'name', 'city'] },
    )
    .map(({ payee: fields, ...made }) => ({
      scheme: profile.id,
      categoryCode: profile.defaults.categoryCode ?? '5812',
      ...(profile.countries.length === 0 ? { currency: 'CNY', country: 'CN' } : {}),
      payee: { ...rule?.given, ...fields },
      ...made,
    }));
}

const hexText = (min: number, max: number) =>
  fc
    .uint8Array({ minLength: min, maxLength: max })
    .map((bytes) => Buffer.from(bytes).toString('hex').toUpperCase());

function consumerValue(index: number): fc.Arbitrary<string> {
  const field = consumerFields[index];
  const [min, max] = field?.bytes ?? [1, 1];
  const most = Math.min(max, min + 6);
  if (field?.form === 'hex') return hexText(min, most);
  if (field?.form === 'digits') return digits(min * 2 - 1, most * 2);
  const unit = fc.constantFrom(...'ABC xyz/09é');
  return fc.string({ unit, minLength: min, maxLength: most });
}

const consumerPart: fc.Arbitrary<Omit<ConsumerData, 'transparent'>> = fc.record(
  Object.fromEntries(consumerFields.map(({ name }, index) => [name, consumerValue(index)])),
  { requiredKeys: [] },
);

const consumerData: fc.Arbitrary<ConsumerData> = fc
  .record({ own: consumerPart, transparent: fc.option(consumerPart, { nil: undefined }) })
  .map(({ own, transparent }) => ({
    ...own,
    ...(transparent === undefined ? {} : { transparent }),
  }));

export const consumerCodes: fc.Arbitrary<ConsumerCode> = fc
  .record({
    applications: fc.array(fc.record({ data: consumerData, id: hexText(5, 16) }), {
      minLength: 1,
      maxLength: 2,
    }),
    common: fc.option(consumerData, { nil: undefined }),
  })
  .map(({ applications, common }) => ({
    applications: applications.map(({ data, id }) => ({ ...data, applicationId: id })),
    ...(common === undefined ? {} : { common }),
  }));
