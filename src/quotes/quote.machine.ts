// The quotes' state machine: fee schedules, and quotes that bind until they expire or are used.
// The payments engine uses a quote up through `useQuote`, in the commit of its own decision.
import type { JournalContext } from '../journal/batch.ts';
import type { Machine, Unseal } from '../journal/machine.ts';
import type { Reader } from '../journal/store.ts';
import { OPERATOR_ID, type ParticipantsView } from '../participants/index.ts';
import { areFeeTerms, NO_FEE, type PriceRefusal, price, type Terms } from './price.ts';
import { createQuoteBook, type QuoteBook } from './quote.book.ts';
import type {
  CreateQuoteCommand,
  QuoteCommand,
  QuoteRefusal,
  QuoteResult,
  SetFeeScheduleCommand,
} from './quote.commands.ts';
import { loadQuotes, readQuotes } from './quote.load.ts';
import { FEE_SCHEDULES, QUOTES } from './quote.tables.ts';
import {
  type FeeSchedule,
  judgeUse,
  QUOTE_LIFETIME_MS_MAX,
  type Quote,
  type QuoteUse,
  type QuoteUseRefusal,
} from './quote.ts';

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
}

export function createQuotes(deps: { readonly participants: ParticipantsView }): Quotes {
  const { participants } = deps;
  const book = createQuoteBook();
  const schedules = new Map<string, FeeSchedule>();
  const state: State = { participants, book, schedules };
  return {
    machine: {
      name: 'quotes',
      apply: (command, context) =>
        command.type === 'create_quote'
          ? createQuote(command, state, context)
          : setFeeSchedule(command, state, context),
      load: (reader, unseal) => loadQuotes(book, schedules, reader, unseal),
      clear() {
        book.clear();
        schedules.clear();
      },
    },
    view: {
      quote: book.find,
      schedule: (currency) => schedules.get(currency),
      schedules: () => [...schedules.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1)),
      price: ({ currency, minor }) => priceBy(state, currency, minor),
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
  const { payerParticipantId, payee, currency } = command;
  const status = view.participant(payerParticipantId)?.status;
  if (status === 'suspended') return 'participant_suspended';
  if (status !== 'active') return 'participant_not_active';
  const hasPositions =
    view.account(payerParticipantId, currency, 'position') !== undefined &&
    view.account(payee.participantId, currency, 'position') !== undefined;
  return hasPositions ? null : 'currency_not_supported';
}

function createQuote(
  command: CreateQuoteCommand,
  state: State,
  context: JournalContext,
): QuoteResult {
  const { id, payerParticipantId, payerConnectionId, payee, currency, expiresAtMs } = command;
  const wrong = judgeSides(command, state.participants);
  if (wrong !== null) return refused(wrong);
  const terms = priceBy(state, currency, command.amountMinor);
  if (typeof terms === 'string' && terms !== 'fee_exceeds_amount') return refused(terms);
  if (!state.participants.isUsable(payee.connectionId)) {
    return refused('payee_participant_unavailable');
  }
  if (typeof terms === 'string') return refused(terms);
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
    scheduleVersion: state.schedules.get(currency)?.version ?? 0,
    createdAtMs: nowMs,
    expiresAtMs,
    usedBy: null,
  };
  state.book.add(quote);
  context.insert(QUOTES, quote);
  context.event({
    type: 'quote.created',
    subjectId: id,
    audience: [payerParticipantId],
    body: {
      payer: payerParticipantId,
      payee: payee.participantId,
      currency,
      debitMinor: String(terms.debitMinor),
      creditMinor: String(terms.creditMinor),
      feeMinor: String(terms.feeMinor),
      scheduleVersion: quote.scheduleVersion,
      expiresAtMs,
    },
  });
  context.claimKey('quote', id);
  return { ok: true, quote: { ...quote } };
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
      bearer: fee.bearer,
      by,
    },
  });
  context.claimKey('fee_schedule', command.id);
  return { ok: true, schedule };
}
