// How a code names its payee, in the words of the directory: `type:value`. Canonical here, so that
// the same payee has the same alias whichever code it was read from.

/**
 * `scheme` is a payee known to one national scheme only, by that scheme's own numbers:
 * `scheme:promptpay:1234567890123`. All others are the directory's types as they are.
 */
export type CodeAliasType =
  | 'phone'
  | 'email'
  | 'iban'
  | 'vpa'
  | 'merchant'
  | 'pointer'
  | 'chain'
  | 'scheme';

export interface CodeAlias {
  readonly type: CodeAliasType;
  readonly value: string;
  /** `type:value`. */
  readonly text: string;
}

export function codeAlias(type: CodeAliasType, value: string): CodeAlias {
  return { type, value, text: `${type}:${value}` };
}
