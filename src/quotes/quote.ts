// The nouns of this room: a quote, binding until it expires, and the fee schedule of a currency.
import type { ProblemCode } from '@hutong/sdk/contract';
import { type Exchange, exchangeText } from './exchange.ts';
import type { FeeTerms, Terms } from './price.ts';

/** What the scheme charges in one currency, since `setAtMs`. Older versions stay on record. */
export interface FeeSchedule {
  readonly currency: string;
  /** Counts from 1. */
  readonly version: number;
  readonly fee: FeeTerms;
  readonly setAtMs: number;
  readonly by: string;
}

/** The payee as a quote names them. Personal data: never logged. */
export interface QuotedPayee {
  readonly participantId: string;
  readonly connectionId: string;
  readonly account: string;
  readonly name: string | null;
  readonly subject: string;
}

export interface Quote {
  readonly id: string;
  readonly payerParticipantId: string;
  readonly payerConnectionId: string;
  /** `null` once the payee's subject was shredded. */
  readonly payee: QuotedPayee | null;
  readonly payeeParticipantId: string;
  readonly payeeConnectionId: string;
  readonly terms: Terms;
  /** Between currencies: who exchanges, what reaches the payee, and at which rate. */
  readonly exchange: Exchange | null;
  readonly rate: string | null;
  /** Version of the fee schedule it was priced by; 0 where the currency has none. */
  readonly scheduleVersion: number;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** The payment that used it up. */
  usedBy: string | null;
}

/** A quote binds the scheme, so not for long. Loading relies on it: older ones cannot be live. */
export const QUOTE_LIFETIME_MS_MAX = 600_000;

/** Why a quote cannot be used, in the order in which it is judged. */
export const QUOTE_USE_REFUSALS = [
  'quote_not_found',
  'quote_expired',
  'quote_mismatch',
  'quote_used',
] as const satisfies readonly ProblemCode[];
export type QuoteUseRefusal = (typeof QUOTE_USE_REFUSALS)[number];

/** What a payment says of itself when it wants to use a quote. */
export interface QuoteUse {
  /** The payment's id. */
  readonly id: string;
  readonly payerParticipantId: string;
  readonly payeeParticipantId: string;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly debitMinor: bigint;
  readonly creditMinor: bigint;
  readonly feeMinor: bigint;
  readonly feeParticipantId: string | null;
  readonly exchange: Exchange | null;
  readonly payee: { readonly subjects: readonly string[] };
}

/** Judges a use, without making it. Another payer's quote is as good as none. */
export function judgeUse(
  quote: Readonly<Quote> | undefined,
  use: QuoteUse,
  nowMs: number,
): QuoteUseRefusal | null {
  if (quote === undefined || quote.payerParticipantId !== use.payerParticipantId) {
    return 'quote_not_found';
  }
  if (quote.expiresAtMs <= nowMs) return 'quote_expired';
  const { terms, payee } = quote;
  const isSame =
    payee !== null &&
    use.payeeParticipantId === payee.participantId &&
    use.payee.subjects.includes(payee.subject) &&
    use.currency === terms.currency &&
    use.amountMinor === terms.amountMinor &&
    use.debitMinor === terms.debitMinor &&
    use.creditMinor === terms.creditMinor &&
    use.feeMinor === terms.feeMinor &&
    use.feeParticipantId === terms.feeParticipantId &&
    exchangeText(use.exchange) === exchangeText(quote.exchange);
  if (!isSame) return 'quote_mismatch';
  return quote.usedBy === null ? null : 'quote_used';
}
