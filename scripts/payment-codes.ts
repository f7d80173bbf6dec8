// Writes docs/reference/payment-codes.md from the profiles, rules and problems that the reader
// obeys. A test says when the page is stale: `node scripts/payment-codes.ts` writes it anew.
import { mkdirSync, writeFileSync } from 'node:fs';
import {
  barcodeRules,
  codeProblemSeverities,
  type Profile,
  type ProfileField,
  type ProfileTemplate,
  platformLinks,
  profiles,
  writeSchemeCode,
} from '../src/codes/index.ts';
import { english } from '../src/codes/problem.en.ts';
import { chinese } from '../src/codes/problem.zh.ts';
import { schemeExamples } from '../src/codes/profiles/examples.ts';

const PAGE = new URL('../docs/reference/payment-codes.md', import.meta.url);

const cell = (text: string) => text.replace(/\|/g, '\\|').replace(/\n/g, ' ');
/** Text that holds a backtick or a bar is shown as HTML, where neither means anything. */
const code = (text: string) =>
  /[`|]/.test(text)
    ? `<code>${text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/\|/g, '&#124;')}</code>`
    : `\`${text}\``;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** A form as people read it: without the marks of its beginning and end. */
const form = (of: RegExp | undefined) =>
  of === undefined ? 'text' : code(of.source.replace(/^\^/, '').replace(/\$$/, ''));

function fieldRows(fields: readonly ProfileField[], outer: string): readonly string[][] {
  return fields.flatMap((field) => {
    const path = field.id === '' ? outer : `${outer}.${field.id}`;
    const own = [path, code(field.name), cell(field.title.en), field.title.zh];
    if (field.fields === undefined) return [[...own, form(field.form)]];
    return [[...own, 'objects'], ...fieldRows(field.fields, path)];
  });
}

function place({ id, range, guid }: ProfileTemplate): string {
  const [low, high] = range;
  const where = low === high ? `in ${low}` : `in ${low} to ${high}, written in ${id}`;
  if (guid === undefined) return where;
  return `${where}; 00 is ${guid instanceof RegExp ? form(guid) : code(guid)}`;
}

function payees(profile: Profile): readonly string[][] {
  return profile.payee.map(({ variant, fields, given, alias }) => {
    const others = Object.entries(given ?? {}).map(([name, value]) => `${name} = ${value}`);
    const names = [...fields, ...others].map(code).join(', ');
    const scheme = `scheme:${profile.id}:${fields.map((name) => `<${name}>`).join('/')}`;
    const shown = (of: string) => code(of === 'scheme' ? scheme : `${of}:…`);
    return [variant, names, alias === undefined ? 'known after a look-up' : shown(alias.type)];
  });
}

function examples({ id }: Profile): string {
  const codes = schemeExamples.filter(({ scheme }) => scheme === id).map(writeSchemeCode);
  return codes.map((each) => (each.ok ? each.value : 'none')).join('\n');
}

const listed = (values: readonly string[], otherwise: string) =>
  values.length === 0 ? otherwise : values.join(', ');

function section(profile: Profile): string {
  const { id, title, operator, specification, countries, currencies, mayOmit, notes } = profile;
  const templates = profile.templates.map(
    (each) => `${code(each.name)}: ${place(each)}

${table(['id', 'field', 'what', '内容', 'form'], fieldRows(each.fields, each.id))}`,
  );
  const facts = [
    `operator: ${operator}`,
    `specification: ${specification}`,
    `country (58): ${listed(countries, 'any')}; currency (53): ${listed(currencies, 'any')}`,
    ...(mayOmit.length === 0 ? [] : [`may leave out: ${mayOmit.join(', ')}`]),
    ...(profile.payloadFormats.join() === '01'
      ? []
      : [`payload format (00): ${profile.payloadFormats.join(', ')}`]),
    ...notes.flatMap(({ en, zh }) => [en, zh]),
  ];
  return `## ${title.en} · ${title.zh}: \`${id}\`

${facts.map((fact) => `- ${fact}`).join('\n')}

${templates.join('\n\n')}

${table(['variant', 'names the payee by', 'alias'], payees(profile))}

\`\`\`
${examples(profile)}
\`\`\``;
}

function barcodes(): string {
  const rows = barcodeRules.map(({ platform, title, form: of, source, isUnconfirmed }) => [
    code(platform),
    `${title.en} ${title.zh}`,
    form(of),
    `${cell(source)}${isUnconfirmed === true ? ' (unconfirmed: seen on real codes)' : ''}`,
  ]);
  return table(['scheme', 'platform', 'form', 'source'], rows);
}

function links(): string {
  const rows = platformLinks.map(({ platform, kind, mode, form: of, source }) => [
    code(platform),
    code(kind),
    mode,
    form(of),
    cell(source),
  ]);
  return table(['scheme', 'kind', 'mode', 'form', 'source'], rows);
}

function problems(): string {
  const texts: Readonly<Record<string, string>> = english;
  const textsZh: Readonly<Record<string, string>> = chinese;
  const rows = Object.entries(codeProblemSeverities).map(([name, severity]) => [
    code(name),
    severity,
    cell(texts[name] ?? ''),
    cell(textsZh[name] ?? ''),
  ]);
  return table(['code', 'severity', 'English', '中文'], rows);
}

/** The whole page. */
export function paymentCodesPage(): string {
  const index = profiles.map(({ id, title, countries }) => [
    code(id),
    title.en,
    title.zh,
    listed(countries, '–'),
  ]);
  return `# What payment codes carry

Made from \`src/codes/\` by \`node scripts/payment-codes.ts\`; do not edit. How codes are read and
written, and where other programs differ, is told in its
[README](../../src/codes/README.md).

Read a code with \`hutong qr read\`, write one with \`hutong qr write <scheme> --field name=value\`.
Every merchant code is EMVCo QRCPS Merchant-Presented Mode 1.1; the schemes below say what stands in
its account templates. Payees in the examples are made up.

${table(['scheme', 'name', '名称', 'country'], index)}

${profiles.map(section).join('\n\n')}

## Bar codes that a payer shows · 付款码

${barcodes()}

## Links of platforms · 平台链接

${links()}

UPI links (\`upi://pay\`, \`upi://mandate\`), payment pointers, EIP-681 requests and Hutong's own
signed links are read as well.

## Problems · 问题

A \`refusal\` must not be paid. A \`warning\` is what real codes do and what has one meaning: it is
accepted (\`lenient\` is true), unless the reading is strict.

${problems()}
`;
}

if (import.meta.main) {
  mkdirSync(new URL('.', PAGE), { recursive: true });
  writeFileSync(PAGE, paymentCodesPage());
}
