// What can be wrong with a payment code: one closed union of codes, each with its weight. The words
// are problem.en.ts and problem.zh.ts. Not the switch's own problems (src/problems): those answer
// requests, these judge a payload.
import { english } from './problem.en.ts';
import { chinese } from './problem.zh.ts';

/**
 * `refusal`: the code must not be paid. `warning`: real codes do this and the meaning is certain, so
 * a lenient reading accepts it; a strict one does not.
 */
export const codeProblemSeverities = {
  'code.empty': 'refusal',
  'code.too_long': 'refusal',
  'code.text_malformed': 'refusal',
  'code.whitespace': 'warning',
  'code.unknown': 'refusal',
  'code.expired': 'refusal',
  'emv.too_long': 'refusal',
  'emv.id_malformed': 'refusal',
  'emv.length_malformed': 'refusal',
  'emv.length_past_end': 'refusal',
  'emv.length_in_bytes': 'warning',
  'emv.length_in_utf16': 'warning',
  'emv.duplicate_id': 'refusal',
  'emv.value_empty': 'warning',
  'emv.crc_missing': 'refusal',
  'emv.crc_malformed': 'refusal',
  'emv.crc_not_last': 'refusal',
  'emv.crc_mismatch': 'refusal',
  'emv.crc_lower_case': 'warning',
  'emv.format_not_first': 'refusal',
  'emv.format_unsupported': 'refusal',
  'emv.format_unusual': 'warning',
  'emv.mode_unknown': 'warning',
  'emv.field_missing': 'refusal',
  'emv.field_omitted': 'warning',
  'emv.field_malformed': 'refusal',
  'emv.field_unusual': 'warning',
  'emv.value_too_long': 'warning',
  'emv.template_not_tlv': 'warning',
  'emv.account_missing': 'refusal',
  'emv.currency_unknown': 'refusal',
  'emv.amount_malformed': 'refusal',
  'emv.amount_zero': 'refusal',
  'emv.amount_too_precise': 'refusal',
  'emv.amount_too_long': 'refusal',
  'emv.amount_unusual': 'warning',
  'emv.tip_malformed': 'refusal',
  'emv.tip_mismatch': 'refusal',
  'emv.language_incomplete': 'warning',
  'profile.unknown': 'refusal',
  'profile.payee_missing': 'refusal',
  'profile.payee_malformed': 'refusal',
  'profile.payee_ambiguous': 'refusal',
  'profile.field_unknown': 'refusal',
  'profile.field_malformed': 'warning',
  'profile.country_unexpected': 'warning',
  'profile.currency_unexpected': 'warning',
  'cpm.base64_malformed': 'refusal',
  'cpm.too_long': 'refusal',
  'cpm.tag_malformed': 'refusal',
  'cpm.length_malformed': 'refusal',
  'cpm.length_past_end': 'refusal',
  'cpm.length_not_shortest': 'warning',
  'cpm.duplicate_tag': 'refusal',
  'cpm.format_not_first': 'refusal',
  'cpm.format_unsupported': 'refusal',
  'cpm.application_missing': 'refusal',
  'cpm.field_missing': 'refusal',
  'cpm.field_malformed': 'refusal',
  'link.malformed': 'refusal',
  'link.percent_malformed': 'warning',
  'link.duplicate_parameter': 'refusal',
  'link.field_missing': 'refusal',
  'link.field_malformed': 'refusal',
  'link.field_unusual': 'warning',
  'link.currency_unexpected': 'refusal',
  'link.required_unsupported': 'refusal',
  'link.key_unknown': 'refusal',
  'link.signature_wrong': 'refusal',
  'link.signature_unchecked': 'warning',
  'image.not_an_image': 'refusal',
  'image.too_large': 'refusal',
  'image.damaged': 'refusal',
  'image.no_code': 'refusal',
  'image.too_much_data': 'refusal',
  'poster.character_unsupported': 'refusal',
  'poster.text_too_long': 'refusal',
  'poster.code_too_dense': 'refusal',
} as const;

export type CodeProblemCode = keyof typeof codeProblemSeverities;
export type CodeProblemSeverity = 'refusal' | 'warning';
export type CodeLanguage = 'en' | 'zh';
export type CodeProblemParams = Readonly<Record<string, string>>;

/** What is said about a problem: `{name}` is filled from the params. */
export type CodeProblemTexts = Readonly<Record<CodeProblemCode, string>>;

export interface CodeProblem {
  readonly code: CodeProblemCode;
  readonly severity: CodeProblemSeverity;
  /** Where in the payload, in characters (Unicode code points; bytes for consumer codes) from 0. */
  readonly position: number | null;
  /** Which data object, outermost first: `62.05`; a name where the format has names. */
  readonly path: string | null;
  readonly params: CodeProblemParams;
  readonly text: Readonly<Record<CodeLanguage, string>>;
}

export interface CodeProblemPlace {
  readonly position?: number | null | undefined;
  readonly path?: string | null | undefined;
  readonly params?: CodeProblemParams | undefined;
}

const NO_PARAMS: CodeProblemParams = Object.freeze({});

function fill(text: string, params: CodeProblemParams): string {
  return text.replace(/\{([a-zA-Z]+)\}/g, (whole, name: string) => params[name] ?? whole);
}

/** One problem with its texts; a param that the place does not give is filled from path. */
export function codeProblem(code: CodeProblemCode, place: CodeProblemPlace = {}): CodeProblem {
  const { position = null, path = null, params = NO_PARAMS } = place;
  const words = path === null ? params : { path, ...params };
  return {
    code,
    severity: codeProblemSeverities[code],
    position,
    path,
    params,
    text: { en: fill(english[code], words), zh: fill(chinese[code], words) },
  };
}

export function isRefusal(problem: CodeProblem): boolean {
  return problem.severity === 'refusal';
}

/** A value, or why there is none; a value may come with warnings. */
export type CodeResult<T> =
  | { readonly ok: true; readonly value: T; readonly problems: readonly CodeProblem[] }
  | { readonly ok: false; readonly problems: readonly CodeProblem[] };

export function found<T>(value: T, problems: readonly CodeProblem[] = []): CodeResult<T> {
  return { ok: true, value, problems };
}

export function refused(
  code: CodeProblemCode,
  place?: CodeProblemPlace,
): { readonly ok: false; readonly problems: readonly CodeProblem[] } {
  return { ok: false, problems: [codeProblem(code, place)] };
}
