// Callers that wait for a payment to end: told at its commit, or when their time is over.
import { END_STATES } from './payment.ts';

const ENDS = new Set(END_STATES.map((state) => `payment.${state}`));

export interface Waiting {
  /** Resolves at the commit that ends the payment, or after `waitMs`. */
  ended(paymentId: string, waitMs: number): Promise<void>;
  committed(events: readonly { readonly type: string; readonly subjectId: string }[]): void;
}

export function createWaiting(): Waiting {
  const waiters = new Map<string, Set<() => void>>();
  return {
    ended(paymentId, waitMs) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const list = waiters.get(paymentId) ?? new Set();
      waiters.set(paymentId, list);
      const done = () => {
        clearTimeout(timer);
        list.delete(done);
        if (list.size === 0) waiters.delete(paymentId);
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      list.add(done);
      return promise;
    },
    committed(events) {
      for (const event of events) {
        if (!ENDS.has(event.type)) continue;
        const list = waiters.get(event.subjectId);
        if (list !== undefined) for (const done of list) done();
      }
    },
  };
}
