// How much a participant, and each end user behind it, may ask the directory: token buckets as
// those of Brazil's DICT. Who pays whom he looks up never runs dry; who guesses does after a few
// guesses. In memory: a restart fills every bucket.
import type { Clock } from '../runtime/clock.ts';
import { assert } from '../runtime/defect.ts';

export interface BucketTerms {
  readonly capacity: number;
  readonly refillPerMinute: number;
}

export interface LookupBudgetTerms {
  readonly participant: BucketTerms;
  readonly endUser: BucketTerms;
}

/** End users: as DICT gives natural persons. Participants: as DICT gives a large one. */
export const LOOKUP_BUDGET: LookupBudgetTerms = {
  participant: { capacity: 50_000, refillPerMinute: 25_000 },
  endUser: { capacity: 100, refillPerMinute: 2 },
};

export const MISS_COST = 20;
export const HIT_COST = 1;

export interface Asker {
  readonly participantId: string;
  /** Subject id of the person who asks; `null`: the participant itself does. */
  readonly endUser: string | null;
}

export type LookupOutcome =
  | 'hit'
  | 'miss'
  /** Nothing was learned: storage did not answer, or the request was judged otherwise. */
  | 'nothing';

export type Begun =
  | { readonly ok: true; end(outcome: LookupOutcome): void }
  | { readonly ok: false; readonly retryAfterMs: number };

export interface LookupBudget {
  /** Takes the price of a miss in advance, so that many at once cannot guess past the limit. */
  begin(asker: Asker): Begun;
  /** Gives one back: the asker really paid whom he had looked up. */
  paid(asker: Asker): void;
  /** Tokens left, for operators and tests. */
  left(asker: Asker): { readonly participant: number; readonly endUser: number };
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** A full bucket need not be kept; of the others, whoever asked longest ago is forgotten first. */
const BUCKETS_MAX = 200_000;

function createBuckets(terms: BucketTerms, clock: Clock) {
  assert(terms.capacity >= 1 && terms.refillPerMinute > 0, 'a bucket that never fills');
  const buckets = new Map<string, Bucket>();
  const perMs = terms.refillPerMinute / 60_000;

  function bucketOf(id: string): Bucket {
    const nowMs = clock.monotonicMs();
    const bucket = buckets.get(id) ?? { tokens: terms.capacity, atMs: nowMs };
    bucket.tokens = Math.min(terms.capacity, bucket.tokens + (nowMs - bucket.atMs) * perMs);
    bucket.atMs = nowMs;
    return bucket;
  }
  return {
    tokens: (id: string) => bucketOf(id).tokens,
    add(id: string, tokens: number): void {
      const bucket = bucketOf(id);
      bucket.tokens = Math.min(terms.capacity, bucket.tokens + tokens);
      buckets.delete(id);
      if (bucket.tokens < terms.capacity) buckets.set(id, bucket);
      for (const oldest of buckets.keys()) {
        if (buckets.size <= BUCKETS_MAX) break;
        buckets.delete(oldest);
      }
    },
    /** Until there is one token again. */
    waitMs: (id: string) => Math.max(0, Math.ceil((1 - bucketOf(id).tokens) / perMs)),
  };
}

export function createLookupBudget(deps: {
  readonly clock: Clock;
  readonly terms?: LookupBudgetTerms;
}): LookupBudget {
  const terms = deps.terms ?? LOOKUP_BUDGET;
  const participants = createBuckets(terms.participant, deps.clock);
  const endUsers = createBuckets(terms.endUser, deps.clock);
  // the same person at another participant has a bucket of his own
  const userOf = ({ participantId, endUser }: Asker) =>
    endUser === null ? null : `${participantId}/${endUser}`;

  function add(asker: Asker, tokens: number): void {
    participants.add(asker.participantId, tokens);
    const user = userOf(asker);
    if (user !== null) endUsers.add(user, tokens);
  }
  return {
    begin(asker) {
      const user = userOf(asker);
      const waitMs = Math.max(
        participants.waitMs(asker.participantId),
        user === null ? 0 : endUsers.waitMs(user),
      );
      if (waitMs > 0) return { ok: false, retryAfterMs: waitMs };
      add(asker, -MISS_COST);
      let ended = false;
      return {
        ok: true,
        end(outcome) {
          if (ended) return;
          ended = true;
          if (outcome === 'hit') add(asker, MISS_COST - HIT_COST);
          else if (outcome === 'nothing') add(asker, MISS_COST);
        },
      };
    },
    paid: (asker) => add(asker, HIT_COST),
    left(asker) {
      const user = userOf(asker);
      return {
        participant: participants.tokens(asker.participantId),
        endUser: user === null ? terms.endUser.capacity : endUsers.tokens(user),
      };
    },
  };
}
