// The rates that hold now, by pair and FX participant, and the best of them for an amount.
import type { JournalContext } from '../journal/batch.ts';
import { headroomMinor } from '../ledger/ledger.ts';
import type { ParticipantsView } from '../participants/index.ts';
import { bought, costOf, type Exchange, type Rate } from './exchange.ts';

/** A rate that ends sooner is not worth a quote. */
const LEFT_MS_MIN = 5_000;

export interface RateWanted {
  readonly base: string;
  readonly target: string;
  /** Of the base (`debit`), or of the target (`credit`). */
  readonly minor: bigint;
  readonly fixed: 'debit' | 'credit';
  /** Neither of the two exchanges for itself. */
  readonly except: readonly string[];
}

export interface BestRate {
  readonly rate: Rate;
  readonly baseMinor: bigint;
  readonly exchange: Exchange;
}

export interface RateBook {
  set(rate: Rate): void;
  of(participantId: string): Rate[];
  best(wanted: RateWanted, context: JournalContext): BestRate | null;
  clear(): void;
}

export function createRateBook(participants: ParticipantsView): RateBook {
  const pairs = new Map<string, Map<string, Rate>>();
  const pair = (base: string, target: string) => `${base}/${target}`;

  function offer(rate: Rate, { minor, fixed }: RateWanted): BestRate | null {
    const baseMinor = fixed === 'debit' ? minor : costOf(rate, minor);
    const targetMinor = fixed === 'debit' ? bought(rate, minor) : minor;
    if (baseMinor <= 0n || targetMinor <= 0n) return null;
    const { participantId, target: currency } = rate;
    return { rate, baseMinor, exchange: { participantId, currency, minor: targetMinor } };
  }

  function isAble({ exchange }: BestRate, { ledger }: JournalContext): boolean {
    const { participantId, currency, minor } = exchange;
    if (!participants.isActive(participantId)) return false;
    const position = ledger.find(participantId, currency, 'position');
    if (position === undefined) return false;
    const left = headroomMinor(position);
    return left === null || left >= minor;
  }

  return {
    set(rate) {
      const key = pair(rate.base, rate.target);
      const rates = pairs.get(key) ?? new Map<string, Rate>();
      pairs.set(key, rates);
      rates.set(rate.participantId, rate);
    },
    of: (participantId) =>
      [...pairs.values()].flatMap((rates) => {
        const own = rates.get(participantId);
        return own === undefined ? [] : [own];
      }),
    best(wanted, context) {
      let best: BestRate | null = null;
      const rates = pairs.get(pair(wanted.base, wanted.target))?.values() ?? [];
      // in the order of their handles, so that of two equal ones always the same is taken
      for (const rate of [...rates].sort((a, b) => (a.participantId < b.participantId ? -1 : 1))) {
        const isOver = rate.validToMs < context.nowMs + LEFT_MS_MIN;
        if (isOver || wanted.except.includes(rate.participantId)) continue;
        const next = offer(rate, wanted);
        if (next === null || !isAble(next, context)) continue;
        if (best === null || isBetter(next, best)) best = next;
      }
      return best;
    },
    clear: () => pairs.clear(),
  };
}

/** The payer gives less, or the payee receives more. */
function isBetter(a: BestRate, b: BestRate): boolean {
  return a.baseMinor < b.baseMinor || a.exchange.minor > b.exchange.minor;
}
