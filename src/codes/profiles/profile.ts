// What a national scheme is, as data: how its codes are recognised, which fields they carry and how
// they name the payee. Nothing here does anything; recognise.ts and compose.ts read it, and
// docs/reference/payment-codes.md is made from it.
import type { CodeAliasType } from '../alias.ts';

export interface Words {
  readonly en: string;
  readonly zh: string;
}

export interface ProfileField {
  /** Two digits inside its template; empty for a part of a plain value. */
  readonly id: string;
  /** Unique in the profile: names of fields are what programs see. */
  readonly name: string;
  readonly title: Words;
  /** Must match whole; without one any text of 1 to 99 characters. */
  readonly form?: RegExp;
  /** Objects inside this field, as VietQR has them. */
  readonly fields?: readonly ProfileField[];
  /** Length of a part of a plain value; the last part may leave it out. */
  readonly chars?: number;
}

/** A template (26 to 51, 80 to 99) or plain value (02 to 25) that belongs to the scheme. */
export interface ProfileTemplate {
  readonly name: string;
  /** Where it is written. */
  readonly id: string;
  /** Where it is recognised, first and last id. */
  readonly range: readonly [string, string];
  /**
   * What stands in its 00: text (compared without case), or a form. A form's value becomes the
   * field of id 00. Left out for plain values and for templates known by their id alone.
   */
  readonly guid?: string | RegExp;
  /** Plain values are cut into these by length; templates hold these by id. */
  readonly fields: readonly ProfileField[];
  readonly isPlain?: true;
  /** Several acquirers may each have one (QRIS); otherwise a second one is ambiguous. */
  readonly isRepeatable?: true;
  /** Written with its identifier alone where it has no field (PIX: 26 says whose code it is). */
  readonly isAlways?: true;
  /** Its fields name one payee in several ways of which only one may be used. */
  readonly isOnePayee?: true;
}

/** One way in which the scheme names a payee. The first that fits wins. */
export interface PayeeRule {
  /** Which use of the scheme this is: `static`, `bill` … */
  readonly variant: string;
  /** Fields that together are the payee. */
  readonly fields: readonly string[];
  /** Other fields that must have this value; written when the alias is given. */
  readonly given?: Readonly<Record<string, string>>;
  /**
   * Undefined where the payee is known only after a look-up (the location of a dynamic PIX code).
   * `read` and `write` turn the first field into the alias and back: form and replacement. For
   * `scheme`, whose value is the scheme's id and the fields joined by `/`, they may be left out.
   */
  readonly alias?: {
    readonly type: CodeAliasType;
    readonly read?: readonly [RegExp, string];
    readonly write?: readonly [RegExp, string];
    readonly case?: 'lower' | 'upper';
  };
}

/** When a code ends: local time with the country's offset, or milliseconds since 1970. */
export type ExpiryRule =
  | { readonly field: string; readonly form: 'local'; readonly offsetMinutes: number }
  | { readonly field: string; readonly form: 'epoch_ms' };

export interface Profile {
  readonly id: string;
  readonly title: Words;
  readonly operator: string;
  readonly specification: string;
  /** ISO 3166-1, as in id 58; the first is written. Empty where the scheme knows no borders. */
  readonly countries: readonly string[];
  /** ISO 4217 codes; the first is written. Empty where any will do. */
  readonly currencies: readonly string[];
  /** Ids that EMVCo demands and this scheme does not. */
  readonly mayOmit: readonly string[];
  /** Values of id 00; the first is written. */
  readonly payloadFormats: readonly string[];
  readonly templates: readonly ProfileTemplate[];
  readonly payee: readonly PayeeRule[];
  /** What is written where the writer is given none and the scheme has a usual one. */
  readonly defaults: Readonly<
    Partial<Record<'categoryCode' | 'name' | 'city' | 'referenceLabel', string>>
  >;
  readonly expiry?: ExpiryRule;
  /** In a code with several schemes the lowest is the code's own: 0 national, 1 card networks. */
  readonly rank: 0 | 1;
  /**
   * Differences from the published text that are known and accepted, for the reader of the docs.
   */
  readonly notes: readonly Words[];
}
