// What the quotes' machine can be told, and its refusals in order. A quote is priced when it is
// decided, by the schedule that holds then: the command brings no price.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { Rate } from './exchange.ts';
import type { FeeTerms } from './price.ts';
import type { FeeSchedule, Quote, QuotedPayee } from './quote.ts';

export interface CreateQuoteCommand {
  readonly type: 'create_quote';
  /** UUIDv7, made now. */
  readonly id: string;
  readonly payerParticipantId: string;
  readonly payerConnectionId: string;
  readonly payee: QuotedPayee;
  readonly currency: string;
  readonly amountMinor: bigint;
  /** Into another currency: `amountMinor` is what is fixed, of `currency` or of this one. */
  readonly exchange: { readonly currency: string; readonly fixed: 'debit' | 'credit' } | null;
  readonly expiresAtMs: number;
}

export interface SetRateCommand extends Omit<Rate, 'setAtMs'> {
  readonly type: 'set_rate';
  readonly id: string;
}

export interface SetFeeScheduleCommand {
  readonly type: 'set_fee_schedule';
  readonly id: string;
  readonly by: string;
  readonly currency: string;
  readonly fee: FeeTerms;
  /** Only the version the asker has seen is replaced; `null`: whichever it is. */
  readonly ifVersion: number | null;
}

export type QuoteCommand = CreateQuoteCommand | SetFeeScheduleCommand | SetRateCommand;

/** In the order in which a command is judged. */
export const QUOTE_REFUSALS = [
  'request_invalid',
  'participant_not_active',
  'participant_suspended',
  'currency_not_supported',
  'amount_negative',
  'amount_zero',
  'amount_too_large',
  'payee_participant_unavailable',
  'rate_unavailable',
  'fee_exceeds_amount',
  'expiry_invalid',
  'not_permitted',
  'capability_unsupported',
  'resource_exists',
  'precondition_failed',
  'rate_limited',
] as const satisfies readonly ProblemCode[];
export type QuoteRefusal = (typeof QUOTE_REFUSALS)[number];

export type QuoteResult =
  | { readonly ok: true; readonly quote: Readonly<Quote> }
  | { readonly ok: true; readonly schedule: FeeSchedule }
  | { readonly ok: true; readonly rate: Rate }
  | { readonly ok: false; readonly code: QuoteRefusal };
