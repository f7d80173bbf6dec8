// Nothing expires early, late, or twice.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createExpiryQueue, type Expiring } from './expiry-queue.ts';

const step = fc.oneof(fc.record({ add: fc.nat(100) }), fc.record({ now: fc.nat(100) }));

test('what is taken at an instant is exactly what had expired by then, earliest first', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = createExpiryQueue();
      let waiting: Expiring[] = [];
      for (const one of steps) {
        if ('add' in one) {
          const item = { expiresAtMs: one.add };
          queue.add(item);
          waiting.push(item);
          continue;
        }
        const taken: Expiring[] = [];
        for (let item = queue.takeExpired(one.now); item !== undefined; ) {
          taken.push(item);
          item = queue.takeExpired(one.now);
        }
        const times = taken.map((item) => item.expiresAtMs);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(new Set(taken)).toEqual(new Set(waiting.filter((w) => w.expiresAtMs <= one.now)));
        waiting = waiting.filter((w) => w.expiresAtMs > one.now);
      }
    }),
  );
});
