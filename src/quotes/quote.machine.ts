// The quotes' state machine: fee schedules, and quotes that bind until they expire or are used.
// The payments engine uses a quote up through `useQuote`, in the commit of its own decision.
import type { JournalContext } from '../journal/batch.ts';
import type { Machine, Unseal } from '../journal/machine.ts';
import type { Reader } from '../journal/store.ts';
import { OPERATOR_ID, type ParticipantsView } from '../participants/index.ts';
import { exchangeText, isRate, type Rate } from './exchange.ts';
import { areFeeTerms, NO_FEE, type PriceRefusal, price, type Terms } from './price.ts';
import { createQuoteBook, type QuoteBook } from './quote.book.ts';
import type {
  CreateQuoteCommand,
  QuoteCommand,
  QuoteRefusal,
  QuoteResult,
  SetFeeScheduleCommand,
  SetRateCommand,
} from './quote.commands.ts';
import { loadQuotes, readQuotes } from './quote.load.ts';
import { FEE_SCHEDULES, FX_RATES, QUOTES } from './quote.tables.ts';
import {
  type FeeSchedule,
  judgeUse,
  QUOTE_LIFETIME_MS_MAX,
  type Quote,
  type QuoteUse,
  type QuoteUseRefusal,
} from './quote.ts';
import { type BestRate, createRateBook, type RateBook } from './rate.book.ts';

/** Open quotes of one payer's participant: memory is everybody's. */
const QUOTES_PER_PAYER_MAX = 20_000;

export interface QuotesView {
  /**
   * From memory: every live quote, and those that ended of late. Other ones: `QuoteService.quote`.
   */
  quote(id: string): Readonly<Quote> | undefined;
  schedule(currency: string): FeeSchedule | undefined;
  schedules(): FeeSchedule[];
  /** What an amount costs by the schedule that holds now. */
  price(amount: {
    readonly currency: string;
    readonly minor: bigint;
  }): Terms | PriceRefusal | 'currency_not_supported';
  /** The latest rates of an FX participant, also those that have ended. */
  rates(participantId: string): Rate[];
  /** Every currency the scheme has opened. */
  currencies(): string[];
}

export interface Quotes {
  readonly machine: Machine<QuoteCommand, QuoteResult>;
  readonly view: QuotesView;
  /**
   * Marks the quote as used by a payment, in that payment's own commit. `null`: it was; otherwise
   * why not, and nothing has changed.
   */
  useQuote(quoteId: string, use: QuoteUse, context: JournalContext): QuoteUseRefusal | null;
  /** For the payments engine's own loadCold: quotes that its commands name and memory lacks. */
  loadCold(quoteIds: readonly string[], reader: Reader, unseal: Unseal): Promise<void>;
}

interface State {
  readonly participants: ParticipantsView;
  readonly book: QuoteBook;
  readonly schedules: Map<string, FeeSchedule>;
  readonly rates: RateBook;
}

export function createQuotes(deps: { readonly participants: ParticipantsView }): Quotes {
  const { participants } = deps;
  const book = createQuoteBook();
  const schedules = new Map<string, FeeSchedule>();
  const rates = createRateBook(participants);
  const state: State = { participants, book, schedules, rates };
  return {
    machine: {
      name: 'quotes',
      apply(command, context) {
        if (command.type === 'create_quote') return createQuote(command, state, context);
        if (command.type === 'set_rate') return setRate(command, state, context);
        return setFeeSchedule(command, state, context);
      },
      load: (reader, unseal) => loadQuotes(book, schedules, rates, reader, unseal),
      clear() {
        rates.clear();
        book.clear();
        schedules.clear();
      },
    },
    view: {
      quote: book.find,
      schedule: (currency) => schedules.get(currency),
      schedules: () => [...schedules.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1)),
      price: ({ currency, minor }) => priceBy(state, currency, minor),
      rates: rates.of,
      currencies: participants.currencies,
    },
    useQuote(quoteId, use, context) {
      const quote = book.find(quoteId);
      const refusal = judgeUse(quote, use, context.nowMs);
      if (refusal !== null || quote === undefined) return refusal;
      quote.usedBy = use.id;
      book.end(quote);
      context.update(QUOTES, quote);
      return null;
    },
    async loadCold(quoteIds, reader, unseal) {
      const missing = quoteIds.filter((id) => book.find(id) === undefined);
      book.setCold(await readQuotes(missing, reader, unseal));
    },
  };
}

function priceBy(
  state: State,
  currency: string,
  amountMinor: bigint,
): Terms | PriceRefusal | 'currency_not_supported' {
  if (state.participants.account(null, currency, 'transit') === undefined) {
    return 'currency_not_supported';
  }
  const fee = state.schedules.get(currency)?.fee ?? NO_FEE;
  const priced = price({ currency, amountMinor, fee, feeParticipantId: OPERATOR_ID });
  return priced.ok ? priced.terms : priced.code;
}

const refused = (code: QuoteRefusal): QuoteResult => ({ ok: false, code });

/** Both sides must be able to use the currency, or the quote would promise what cannot be paid. */
function judgeSides(command: CreateQuoteCommand, view: ParticipantsView): QuoteRefusal | null {
  const { payerParticipantId, payee, currency, exchange } = command;
  const status = view.participant(payerParticipantId)?.status;
  if (status === 'suspended') return 'participant_suspended';
  if (status !== 'active') return 'participant_not_active';
  const hasPositions =
    view.account(payerParticipantId, currency, 'position') !== undefined &&
    view.account(payee.participantId, exchange?.currency ?? currency, 'position') !== undefined;
  return hasPositions ? null : 'currency_not_supported';
}

interface Offered {
  readonly terms: Terms;
  readonly best: BestRate | null;
}

/** What it costs, and between currencies at whose rate. */
function offer(
  command: CreateQuoteCommand,
  state: State,
  context: JournalContext,
): Offered | QuoteRefusal {
  const { currency, amountMinor, exchange, payerParticipantId, payee } = command;
  if (exchange === null) {
    const terms = priceBy(state, currency, amountMinor);
    return typeof terms === 'string' ? terms : { terms, best: null };
  }
  if (amountMinor <= 0n) return amountMinor < 0n ? 'amount_negative' : 'amount_zero';
  const { fixed, currency: target } = exchange;
  const find = (minor: bigint, side: 'debit' | 'credit') =>
    state.rates.best(
      {
        base: currency,
        target,
        minor,
        fixed: side,
        except: [payerParticipantId, payee.participantId],
      },
      context,
    );
  const first = find(amountMinor, fixed);
  if (first === null) return 'rate_unavailable';
  const terms = priceBy(state, currency, first.baseMinor);
  if (typeof terms === 'string') return terms;
  // the side with the fee cannot be fixed exactly
  const isOnTop = terms.debitMinor > terms.amountMinor;
  const isTakenOff = terms.creditMinor < terms.amountMinor;
  if (fixed === 'debit' ? isOnTop : isTakenOff) return 'capability_unsupported';
  const best = fixed === 'debit' && isTakenOff ? find(terms.creditMinor, 'debit') : first;
  return best === null ? 'rate_unavailable' : { terms, best };
}

function createQuote(
  command: CreateQuoteCommand,
  state: State,
  context: JournalContext,
): QuoteResult {
  const { id, payerParticipantId, payerConnectionId, payee, currency, expiresAtMs } = command;
  const wrong = judgeSides(command, state.participants);
  if (wrong !== null) return refused(wrong);
  const offered = offer(command, state, context);
  if (typeof offered === 'string' && !LATE.has(offered)) return refused(offered);
  if (!state.participants.isUsable(payee.connectionId)) {
    return refused('payee_participant_unavailable');
  }
  if (typeof offered === 'string') return refused(offered);
  const { terms, best } = offered;
  const { nowMs } = context;
  if (expiresAtMs <= nowMs || expiresAtMs > nowMs + QUOTE_LIFETIME_MS_MAX) {
    return refused('expiry_invalid');
  }
  state.book.sweep(nowMs);
  if (state.book.find(id) !== undefined) return refused('resource_exists');
  if (state.book.countOf(payerParticipantId) >= QUOTES_PER_PAYER_MAX)
    return refused('rate_limited');
  const quote: Quote = {
    id,
    payerParticipantId,
    payerConnectionId,
    payee,
    payeeParticipantId: payee.participantId,
    payeeConnectionId: payee.connectionId,
    terms,
    exchange: best?.exchange ?? null,
    rate: best?.rate.rate ?? null,
    scheduleVersion: state.schedules.get(currency)?.version ?? 0,
    createdAtMs: nowMs,
    // nobody is bound for longer than their rate holds
    expiresAtMs: Math.min(expiresAtMs, best?.rate.validToMs ?? expiresAtMs),
    usedBy: null,
  };
  state.book.add(quote);
  context.insert(QUOTES, quote);
  tellQuote(quote, context);
  context.claimKey('quote', id);
  return { ok: true, quote: { ...quote } };
}

function tellQuote(quote: Quote, context: JournalContext): void {
  const { id, payerParticipantId, payeeParticipantId, terms, exchange } = quote;
  context.event({
    type: 'quote.created',
    subjectId: id,
    audience: [payerParticipantId, ...(exchange === null ? [] : [exchange.participantId])],
    body: {
      payer: payerParticipantId,
      payee: payeeParticipantId,
      currency: terms.currency,
      debitMinor: String(terms.debitMinor),
      creditMinor: String(terms.creditMinor),
      feeMinor: String(terms.feeMinor),
      rate: quote.rate,
      exchange: exchangeText(exchange),
      scheduleVersion: quote.scheduleVersion,
      expiresAtMs: quote.expiresAtMs,
    },
  });
}

/** Refusals that the contract judges after those of the payee. */
const LATE: ReadonlySet<string> = new Set([
  'fee_exceeds_amount',
  'rate_unavailable',
  'capability_unsupported',
]);

function setRate(command: SetRateCommand, state: State, context: JournalContext): QuoteResult {
  const { type: _type, id, ...asked } = command;
  const { participantId, base, target } = asked;
  const { participants } = state;
  if (!isRate(asked.rate) || base === target) return refused('request_invalid');
  const participant = participants.participant(participantId);
  if (participant?.status !== 'active') return refused('participant_not_active');
  if (participant.kind !== 'fx') return refused('not_permitted');
  const isOpen = (currency: string) =>
    participants.account(participantId, currency, 'position') !== undefined;
  if (!isOpen(base) || !isOpen(target)) return refused('currency_not_supported');
  if (asked.validToMs <= context.nowMs) return refused('expiry_invalid');
  // two in one batch: the later one stands a millisecond after the earlier
  const before = state.rates.of(participantId).find((r) => r.base === base && r.target === target);
  const rate: Rate = { ...asked, setAtMs: Math.max(context.nowMs, (before?.setAtMs ?? 0) + 1) };
  if (rate.validToMs <= rate.setAtMs) return refused('expiry_invalid');
  state.rates.set(rate);
  context.insert(FX_RATES, rate);
  context.event({
    type: 'fx_rate.set',
    subjectId: participantId,
    audience: [participantId],
    body: { base, target, rate: rate.rate, validToMs: rate.validToMs },
  });
  context.claimKey('fx_rate', id);
  return { ok: true, rate };
}

function setFeeSchedule(
  command: SetFeeScheduleCommand,
  state: State,
  context: JournalContext,
): QuoteResult {
  const { currency, fee, by, ifVersion } = command;
  if (!areFeeTerms(fee)) return refused('request_invalid');
  if (state.participants.account(null, currency, 'transit') === undefined) {
    return refused('currency_not_supported');
  }
  const current = state.schedules.get(currency)?.version ?? 0;
  if (ifVersion !== null && ifVersion !== current) return refused('precondition_failed');
  const schedule: FeeSchedule = {
    currency,
    version: current + 1,
    fee: { ...fee },
    setAtMs: context.nowMs,
    by,
  };
  state.schedules.set(currency, schedule);
  context.insert(FEE_SCHEDULES, schedule);
  context.event({
    type: 'fee_schedule.set',
    subjectId: currency,
    audience: state.participants.participants().map((participant) => participant.id),
    body: {
      version: schedule.version,
      fixedMinor: String(fee.fixedMinor),
      bps: fee.bps,
      minMinor: String(fee.minMinor),
      maxMinor: fee.maxMinor === null ? null : String(fee.maxMinor),
      tiers: fee.tiers.map((t) => `${t.upToMinor}:${t.fixedMinor}:${t.bps}`),
      bearer: fee.bearer,
      by,
    },
  });
  context.claimKey('fee_schedule', command.id);
  return { ok: true, schedule };
}
