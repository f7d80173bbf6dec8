// Quotes and fee schedules as dialects, payments and the command line call them. The payee has been
// looked up by the caller; what it costs is decided by the machine.
import type { Journal } from '../journal/journal.ts';
import { type Ask, answerTo, type Done } from '../participants/index.ts';
import { type Result, refuse } from '../problems/index.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Exchange, Rate } from './exchange.ts';
import { areFeeTerms, type FeeTerms, type Terms } from './price.ts';
import type { CreateQuoteCommand } from './quote.commands.ts';
import { readQuotes } from './quote.load.ts';
import type { Quotes } from './quote.machine.ts';
import type { FeeSchedule, Quote, QuotedPayee } from './quote.ts';

/** How long a quote binds where nobody says otherwise. */
export const QUOTE_LIFETIME_MS = 60_000;

export interface QuoteServiceDeps {
  readonly journal: Pick<Journal, 'submit' | 'barrier' | 'seq' | 'reader' | 'unseal'>;
  readonly quotes: Quotes;
  readonly clock: Clock;
  readonly newId: () => string;
}

export interface QuoteWish {
  readonly payerParticipantId: string;
  readonly payerConnectionId: string;
  readonly payee: QuotedPayee;
  readonly currency: string;
  readonly amountMinor: bigint;
  /** At most ten minutes away; default: one minute. */
  readonly expiresAtMs?: number | undefined;
  readonly exchange?: CreateQuoteCommand['exchange'];
}

export interface FeeScheduleWish {
  readonly currency: string;
  readonly fee: FeeTerms;
  readonly ifVersion?: number | undefined;
}

/** What a payment by quote needs to know. */
export interface QuotedTerms {
  readonly payerParticipantId: string;
  readonly payee: QuotedPayee;
  readonly terms: Terms;
  readonly exchange: Exchange | null;
  readonly expiresAtMs: number;
}

export interface QuoteService {
  /** Problems: QUOTE_REFUSALS. */
  createQuote(wish: QuoteWish, ask: Ask): Promise<Result<Done<Quote>>>;
  /** Any quote that was ever made, once all that this may have seen is durable. */
  quote(id: string): Promise<Quote | undefined>;
  /** As `quote`, of live quotes without leaving memory and without the barrier. */
  quotedTerms(id: string): Promise<QuotedTerms | 'quote_not_found'>;
  /** Problems: request_invalid, not_permitted, currency_not_supported, expiry_invalid. */
  setRate(wish: Omit<Rate, 'setAtMs'>, ask: Ask): Promise<Result<Done<Rate>>>;
  /** Problems: request_invalid, currency_not_supported, precondition_failed. */
  setFeeSchedule(wish: FeeScheduleWish, ask: Ask): Promise<Result<Done<FeeSchedule>>>;
}

export function createQuoteService(deps: QuoteServiceDeps): QuoteService {
  const { journal, quotes, clock, newId } = deps;

  async function find(id: string): Promise<Readonly<Quote> | undefined> {
    const known = quotes.view.quote(id);
    if (known !== undefined || !UUID.test(id)) return known;
    const [stored] = await readQuotes([id], journal.reader, journal.unseal);
    return stored;
  }
  /** A copy first: what is seen must not change while its batch becomes durable. */
  async function durable<T>(look: () => T | Promise<T>): Promise<{ value: T; seq: number }> {
    const value = structuredClone(await look());
    const seq = journal.seq();
    await journal.barrier();
    return { value, seq };
  }

  return {
    async createQuote(wish, ask) {
      const { expiresAtMs = clock.nowMs() + QUOTE_LIFETIME_MS, exchange = null } = wish;
      const asked = { ...wish, expiresAtMs, exchange };
      const command = { type: 'create_quote', id: newId(), ...asked } as const;
      const { subject } = wish.payee;
      const submitted = await journal.submit(quotes.machine, command, {
        key: ask.key,
        subjects: [subject],
      });
      return answerTo(
        submitted,
        (result) => ('quote' in result ? result.quote : undefined),
        (id) => durable(() => find(id)),
      );
    },
    quote: async (id) => (await durable(() => find(id))).value,
    async quotedTerms(id) {
      const quote = await find(id);
      if (quote === undefined || quote.payee === null) return 'quote_not_found';
      const { payerParticipantId, payee, terms, exchange, expiresAtMs } = quote;
      return { payerParticipantId, payee, terms, exchange, expiresAtMs };
    },
    async setRate(wish, ask) {
      const { participantId, base, target } = wish;
      const submitted = await journal.submit(
        quotes.machine,
        { type: 'set_rate', id: newId(), ...wish },
        { key: ask.key },
      );
      const own = () =>
        quotes.view.rates(participantId).find((r) => r.base === base && r.target === target);
      return answerTo(
        submitted,
        (result) => ('rate' in result ? result.rate : undefined),
        () => durable(own),
      );
    },
    async setFeeSchedule({ currency, fee, ifVersion = null }, ask) {
      if (!areFeeTerms(fee)) {
        const detail = 'Amounts from 0, 0 to 10000 basis points, and max not below min.';
        return refuse('request_invalid', { pointer: '/fee', detail });
      }
      const submitted = await journal.submit(
        quotes.machine,
        { type: 'set_fee_schedule', id: newId(), by: ask.by, currency, fee, ifVersion },
        { key: ask.key },
      );
      return answerTo(
        submitted,
        (result) => ('schedule' in result ? result.schedule : undefined),
        () => durable(() => quotes.view.schedule(currency)),
      );
    },
  };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
