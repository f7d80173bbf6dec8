// What a currency is, and the list of those a scheme knows: ISO 4217 and the tokens it registers.
// Whether a participant may use one (positions, caps) is not decided here.
import { TOKEN_EXPONENT_MAX } from '@hutong/sdk/contract';
import { iso4217 } from './iso-4217.ts';

export interface Currency {
  /** ISO 4217 alphabetic code, or the code of a token. */
  readonly code: string;
  /** ISO 4217 numeric code, three digits (`'008'`); tokens have none. */
  readonly numeric: string | undefined;
  /** Digits after the decimal point: one minor unit is 10^-exponent. */
  readonly exponent: number;
  /** Minor units in one major unit, 10^exponent. */
  readonly scale: bigint;
  readonly kind: 'iso4217' | 'token';
}

/** A token asset as the scheme registers it. */
export interface TokenAsset {
  readonly code: string;
  readonly exponent: number;
}

export interface Currencies {
  byCode(code: string): Currency | undefined;
  /** By ISO 4217 numeric code, as EMVCo QR (tag 53) and ISO 8583 carry it. */
  byNumeric(numeric: string): Currency | undefined;
  all(): readonly Currency[];
}

const isoCurrencies: readonly Currency[] = iso4217.map(([code, numeric, exponent]) =>
  Object.freeze({ code, numeric, exponent, scale: 10n ** BigInt(exponent), kind: 'iso4217' }),
);

/**
 * The currencies of one scheme.
 * @throws RangeError when a token's code is no code, is already taken, or its exponent is not a
 *   whole number from 0 to 9: such a scheme must not start.
 */
export function createCurrencies(tokens: readonly TokenAsset[] = []): Currencies {
  const byCode = new Map(isoCurrencies.map((each) => [each.code, each]));
  const byNumeric = new Map<string, Currency>();
  for (const each of isoCurrencies) {
    if (each.numeric !== undefined) byNumeric.set(each.numeric, each);
  }
  for (const token of tokens) {
    const { code, exponent } = token;
    if (!/^[A-Z][A-Z0-9]{2,11}$/.test(code))
      throw new RangeError(`token code ${code} is malformed`);
    if (byCode.has(code)) throw new RangeError(`currency code ${code} is already taken`);
    if (!Number.isInteger(exponent) || exponent < 0 || exponent > TOKEN_EXPONENT_MAX) {
      throw new RangeError(`exponent of ${code} must be 0 to ${TOKEN_EXPONENT_MAX}`);
    }
    const scale = 10n ** BigInt(exponent);
    byCode.set(code, Object.freeze({ code, numeric: undefined, exponent, scale, kind: 'token' }));
  }
  const all = Object.freeze([...byCode.values()]);
  return {
    byCode: (code) => byCode.get(code),
    byNumeric: (numeric) => byNumeric.get(numeric),
    all: () => all,
  };
}

const withoutTokens = createCurrencies();

/** The ISO 4217 currency of that code; tokens are known only to the scheme's own `Currencies`. */
export function currency(code: string): Currency | undefined {
  return withoutTokens.byCode(code);
}
