// Remembers nonces until their signatures have expired, so that a signed request counts once.
// Two generations, so that forgetting costs nothing per entry; bounded, and full means refused.
import type { Clock } from '../runtime/clock.ts';

export interface ReplayCache {
  /** True the first time; false for a replay, or when more is under way than can be remembered. */
  admit(keyId: string, nonce: string, expiresAtMs: number): boolean;
}

const GENERATION_MS = 480_000; // longer than a signature may live, skew on both sides included
const ENTRIES_MAX = 2_000_000;

export function createReplayCache(clock: Clock, entriesMax = ENTRIES_MAX): ReplayCache {
  let young = new Set<string>();
  let old = new Set<string>();
  let turnAtMs = clock.monotonicMs() + GENERATION_MS;
  return {
    admit(keyId, nonce, expiresAtMs) {
      const nowMs = clock.monotonicMs();
      if (nowMs >= turnAtMs) {
        old = nowMs >= turnAtMs + GENERATION_MS ? new Set() : young;
        young = new Set();
        turnAtMs = nowMs + GENERATION_MS;
      }
      const entry = `${keyId} ${nonce}`;
      if (young.has(entry) || old.has(entry) || expiresAtMs < clock.nowMs()) return false;
      if (young.size >= entriesMax) return false;
      young.add(entry);
      return true;
    },
  };
}
