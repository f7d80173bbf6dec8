// Quotes in memory: all that are live, the latest of those that are not, and what was read for the
// batch that is being decided. Which is which, the instant of the command says.
import { createExpiryQueue } from './expiry-queue.ts';
import type { Quote } from './quote.ts';

/** Used and expired quotes that are still known at once; older ones are read from storage. */
const ENDED_MAX = 20_000;

export interface QuoteBook {
  find(id: string): Quote | undefined;
  add(quote: Quote): void;
  /** Puts away what has expired: what is live then does not depend on what came before. */
  sweep(nowMs: number): void;
  /** To be called when a quote was used. */
  end(quote: Quote): void;
  /** Replaces what was read for the last batch. */
  setCold(quotes: readonly Quote[]): void;
  /** Live quotes of a payer, as of the last sweep. */
  countOf(payerParticipantId: string): number;
  clear(): void;
}

export function createQuoteBook(): QuoteBook {
  const live = new Map<string, Quote>();
  const ended = new Map<string, Quote>();
  const counts = new Map<string, number>();
  const expiring = createExpiryQueue<Quote>();
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
  return {
    find: (id) => live.get(id) ?? ended.get(id) ?? cold.get(id),
    add(quote) {
      if (quote.usedBy !== null) return end(quote);
      live.set(quote.id, quote);
      expiring.add(quote);
      count(quote, 1);
    },
    sweep(nowMs) {
      let quote = expiring.takeExpired(nowMs);
      while (quote !== undefined) {
        // one that was used meanwhile has been put away already
        if (live.has(quote.id)) end(quote);
        quote = expiring.takeExpired(nowMs);
      }
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
      expiring.clear();
      cold.clear();
    },
  };
}
