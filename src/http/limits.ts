// What one client may cost: all bounds of the listener in one place, with their reasons.

export interface HttpLimits {
  /** Larger bodies are refused while they are read. No native request needs a tenth of it. */
  readonly bodyBytesMax: number;
  /** All headers together; node answers 431 by itself beyond it. */
  readonly headerBytesMax: number;
  /** Until the headers are complete: a slowloris has this long. */
  readonly headersTimeoutMs: number;
  /** Until the whole request has arrived. */
  readonly requestTimeoutMs: number;
  /** An idle kept-alive connection. Longer than a load balancer's own, or it meets resets. */
  readonly keepAliveTimeoutMs: number;
  /** A connection on which nothing moves at all, event streams aside (they send heartbeats). */
  readonly socketTimeoutMs: number;
  readonly connectionsMax: number;
  /** Requests under way; beyond it the answer is `overloaded` before anything is read. */
  readonly requestsMax: number;
  /**
   * Of one connection in a second; beyond it the answer is `rate_limited`, before anything is read.
   */
  readonly requestsPerSecondMax: number;
  /** A connection ends after so many requests, so that a load balancer spreads anew; 0: never. */
  readonly requestsPerConnectionMax: number;
}

export const defaultHttpLimits: HttpLimits = {
  bodyBytesMax: 64 * 1024,
  headerBytesMax: 16 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 65_000,
  socketTimeoutMs: 120_000,
  connectionsMax: 4_096,
  requestsMax: 4_096,
  requestsPerSecondMax: 10_000,
  requestsPerConnectionMax: 0,
};

interface Spent {
  sinceMs: number;
  requests: number;
  total: number;
}

const SECOND_MS = 1_000;

/** Counts each connection's requests by seconds of its own; a closed one is forgotten with it. */
export function createRateLimit(perSecondMax: number, nowMs: () => number) {
  const spent = new WeakMap<object, Spent>();
  return {
    /** Milliseconds to wait; 0: go on. */
    take(connection: object): number {
      const now = nowMs();
      let own = spent.get(connection);
      if (own === undefined) {
        own = { sinceMs: now, requests: 0, total: 0 };
        spent.set(connection, own);
      }
      if (now - own.sinceMs >= SECOND_MS) {
        own.sinceMs = now;
        own.requests = 0;
      }
      own.requests += 1;
      own.total += 1;
      return own.requests <= perSecondMax ? 0 : SECOND_MS - (now - own.sinceMs);
    },
    /** Requests of the connection so far. */
    total: (connection: object): number => spent.get(connection)?.total ?? 0,
  };
}
