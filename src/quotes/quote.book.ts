// Quotes in memory: all that are live, the latest of those that are not, and what was read for the
// batch that is being decided. Which is which, the instant of the command says.
import type { Quote } from './quote.ts';

/** Used and expired quotes that are still known at once; older ones are read from storage. */
const ENDED_MAX = 20_000;
/** Expired quotes put away per new quote: more than one, so that they never pile up. */
const SWEEP_PER_QUOTE = 4;

export interface QuoteBook {
  find(id: string): Quote | undefined;
  add(quote: Quote, nowMs: number): void;
  /** To be called when a quote was used. */
  end(quote: Quote): void;
  /** Replaces what was read for the last batch. */
  setCold(quotes: readonly Quote[]): void;
  /** Live quotes of a payer, some just expired ones included. */
  countOf(payerParticipantId: string): number;
  clear(): void;
}

export function createQuoteBook(): QuoteBook {
  const live = new Map<string, Quote>();
  const ended = new Map<string, Quote>();
  const counts = new Map<string, number>();
  let cold = new Map<string, Quote>();

  function count(quote: Quote, by: 1 | -1): void {
    const next = (counts.get(quote.payerParticipantId) ?? 0) + by;
    if (next === 0) counts.delete(quote.payerParticipantId);
    else counts.set(quote.payerParticipantId, next);
  }
  function end(quote: Quote): void {
    if (live.delete(quote.id)) count(quote, -1);
    ended.delete(quote.id);
    ended.set(quote.id, quote);
    for (const oldest of ended.keys()) {
      if (ended.size <= ENDED_MAX) break;
      ended.delete(oldest);
    }
  }
  function sweep(nowMs: number): void {
    let left = SWEEP_PER_QUOTE;
    for (const quote of live.values()) {
      if (left === 0 || quote.expiresAtMs > nowMs) return;
      end(quote);
      left -= 1;
    }
  }
  return {
    find: (id) => live.get(id) ?? ended.get(id) ?? cold.get(id),
    add(quote, nowMs) {
      sweep(nowMs);
      if (quote.usedBy !== null) return end(quote);
      live.set(quote.id, quote);
      count(quote, 1);
    },
    end,
    setCold(quotes) {
      cold = new Map(quotes.map((quote) => [quote.id, quote]));
    },
    countOf: (payerParticipantId) => counts.get(payerParticipantId) ?? 0,
    clear() {
      live.clear();
      ended.clear();
      counts.clear();
      cold.clear();
    },
  };
}
