// Values → merchant-presented code, strictly as EMV QRCPS 1.1 says (or as a national scheme's rules
// say): what this writes, a strict reading takes without a warning. Not for mending codes.
import { type CodeProblem, type CodeResult, codeProblem, found } from '../problem.ts';
import { currencyOfNumber, readAmount, readTip, type TipObjects } from './amount.ts';
import { crcText } from './crc.ts';
import {
  type AdditionalData,
  additionalFields,
  fieldForms,
  fieldMax,
  isAccountTemplateId,
  isTemplate,
  type MerchantCode,
  PAYLOAD_CHARS_MAX,
  PAYLOAD_FORMAT,
  type PlainOrTemplate,
  type Tip,
} from './merchant.ts';
import { emvRules, type NationalRules } from './merchant-read.ts';
import { characterCount } from './text.ts';
import { LENGTH_MAX, objectText } from './tlv.ts';

/** Text that a QR reader gives back as it was: no control characters, no half surrogates. */
const WRITABLE = /^[^\p{Cc}\p{Cs}]*$/u;

interface Writer {
  /** `id` + length + value; nothing for undefined. Faults are collected. */
  put(path: string, value: string | undefined, max?: number): string;
  fault(problem: CodeProblem): void;
}

function createWriter(problems: CodeProblem[]): Writer {
  const fault = (problem: CodeProblem) => void problems.push(problem);
  return {
    fault,
    put(path, value, max = LENGTH_MAX) {
      if (value === undefined) return '';
      const id = path.slice(-2);
      const chars = characterCount(value);
      const params = { found: value, chars: String(chars), max: String(max) };
      if (value === '') fault(codeProblem('emv.value_empty', { path }));
      else if (!WRITABLE.test(value)) fault(codeProblem('code.text_malformed', { path }));
      else if (chars > max) fault(codeProblem('emv.value_too_long', { path, params }));
      else return objectText(id, value) ?? '';
      return '';
    },
  };
}

/** The payload, or everything that keeps it from being written. */
export function writeMerchantCode(
  code: MerchantCode,
  rules: NationalRules = emvRules,
): CodeResult<string> {
  const problems: CodeProblem[] = [];
  const writer = createWriter(problems);
  const { put } = writer;
  const parts = [
    put('00', formatOf(code, rules, writer), 2),
    put('01', code.mode === undefined ? undefined : code.mode === 'static' ? '11' : '12'),
    writeAccounts(code.accounts, writer),
    formed('52', needed('52', code.categoryCode, rules, writer), writer),
    writeMoney(code, writer),
    formed('58', code.country, writer),
    put('59', needed('59', code.name, rules, writer), fieldMax['59']),
    put('60', needed('60', code.city, rules, writer), fieldMax['60']),
    put('61', code.postalCode, fieldMax['61']),
    put('62', writeAdditional(code.additional, writer)),
    put('64', writeLanguage(code, writer)),
    writeObjects(code.others ?? [], '65', '99', writer),
  ];
  const head = `${parts.join('')}6304`;
  const payload = head + crcText(head);
  const chars = characterCount(payload);
  if (chars > PAYLOAD_CHARS_MAX) {
    writer.fault(codeProblem('emv.too_long', { params: { chars: String(chars) } }));
  }
  return problems.length > 0 ? { ok: false, problems } : found(payload);
}

function formatOf({ payloadFormat }: MerchantCode, rules: NationalRules, writer: Writer): string {
  const format = payloadFormat ?? PAYLOAD_FORMAT;
  if (!rules.payloadFormats.includes(format)) {
    writer.fault(codeProblem('emv.format_unsupported', { path: '00', params: { found: format } }));
  }
  return format;
}

function needed(id: string, value: string | undefined, rules: NationalRules, writer: Writer) {
  if (value === undefined && !rules.mayOmit.includes(id)) {
    writer.fault(codeProblem('emv.field_omitted', { path: id }));
  }
  return value;
}

function formed(id: '52' | '58', value: string | undefined, writer: Writer): string {
  if (value !== undefined && !fieldForms[id].test(value)) {
    writer.fault(codeProblem('emv.field_malformed', { path: id, params: { found: value } }));
    return '';
  }
  return writer.put(id, value);
}

function writeAccounts(accounts: readonly PlainOrTemplate[], writer: Writer): string {
  if (accounts.length === 0) writer.fault(codeProblem('emv.account_missing'));
  for (const account of accounts) {
    if (isTemplate(account) === isAccountTemplateId(account.id)) continue;
    writer.fault(codeProblem('emv.template_not_tlv', { path: account.id }));
  }
  return writeObjects(accounts, '02', '51', writer);
}

/** Objects in the order given; ids in range, and each once. */
function writeObjects(
  objects: readonly PlainOrTemplate[],
  low: string,
  high: string,
  writer: Writer,
  outer = '',
): string {
  const seen = new Set<string>();
  return objects
    .map((object) => {
      const path = outer + object.id;
      const isId = /^[0-9]{2}$/.test(object.id) && object.id >= low && object.id <= high;
      if (!isId)
        writer.fault(codeProblem('emv.id_malformed', { path, params: { found: object.id } }));
      if (seen.has(object.id)) writer.fault(codeProblem('emv.duplicate_id', { path }));
      seen.add(object.id);
      if (!isTemplate(object)) return writer.put(path, object.value);
      return writer.put(path, writeObjects(object.objects, '00', '99', writer, `${path}.`));
    })
    .join('');
}

const tipObjects = (tip: Tip | undefined): TipObjects => ({
  indicator: tip && { prompt: '01', fixed: '02', percentage: '03' }[tip.kind],
  fixed: tip?.kind === 'fixed' ? tip.amount : undefined,
  percentage: tip?.kind === 'percentage' ? tip.percent : undefined,
});

function writeMoney(code: MerchantCode, writer: Writer): string {
  const currency = currencyOfNumber(code.currency);
  if (currency === undefined) {
    const place = { path: '53', params: { found: code.currency } };
    writer.fault(codeProblem('emv.currency_unknown', place));
    return '';
  }
  const tip = tipObjects(code.tip);
  const faults = [
    ...(code.amount === undefined
      ? []
      : readAmount(code.amount, currency, { position: null, path: '54' }).problems),
    ...readTip(tip, currency, () => null).problems,
  ];
  for (const each of faults) writer.fault(each);
  return [
    writer.put('53', code.currency),
    writer.put('54', code.amount),
    writer.put('55', tip.indicator),
    writer.put('56', tip.fixed),
    writer.put('57', tip.percentage),
  ].join('');
}

function writeAdditional(data: AdditionalData | undefined, writer: Writer): string | undefined {
  if (data === undefined) return undefined;
  const others = (low: string, high: string) =>
    (data.others ?? []).filter(({ id }) => id >= low && id <= high);
  const text = [
    writeObjects(others('00', '00'), '00', '00', writer, '62.'),
    ...additionalFields.map(({ id, name, max }) => writer.put(`62.${id}`, data[name], max)),
    writeObjects(others('01', '99'), '12', '99', writer, '62.'),
  ].join('');
  return text === '' ? undefined : text;
}

function writeLanguage({ language }: MerchantCode, writer: Writer): string | undefined {
  if (language === undefined) return undefined;
  if (!fieldForms['64.00'].test(language.preference)) {
    const params = { found: language.preference };
    writer.fault(codeProblem('emv.field_malformed', { path: '64.00', params }));
  }
  return [
    writer.put('64.00', language.preference),
    writer.put('64.01', language.name, fieldMax['64.01']),
    writer.put('64.02', language.city, fieldMax['64.02']),
  ].join('');
}
