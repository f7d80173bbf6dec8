// What expires next: a binary heap, for expiries are not given in their order. Adding and taking
// cost the logarithm of what is in it.

export interface Expiring {
  readonly expiresAtMs: number;
}

export interface ExpiryQueue<T extends Expiring> {
  add(item: T): void;
  /** Takes one whose time has come, the earliest first. */
  takeExpired(nowMs: number): T | undefined;
  clear(): void;
}

export function createExpiryQueue<T extends Expiring>(): ExpiryQueue<T> {
  let heap: T[] = [];
  const timeAt = (i: number) => heap[i]?.expiresAtMs ?? Number.POSITIVE_INFINITY;

  function swap(i: number, j: number): void {
    const [a, b] = [heap[i], heap[j]];
    if (a === undefined || b === undefined) return;
    heap[i] = b;
    heap[j] = a;
  }
  function sinkFirst(): void {
    for (let i = 0; ; ) {
      const left = 2 * i + 1;
      const child = timeAt(left + 1) < timeAt(left) ? left + 1 : left;
      if (timeAt(child) >= timeAt(i)) return;
      swap(i, child);
      i = child;
    }
  }
  return {
    add(item) {
      let i = heap.push(item) - 1;
      while (i > 0) {
        const parent = (i - 1) >> 1;
        if (timeAt(parent) <= timeAt(i)) return;
        swap(i, parent);
        i = parent;
      }
    },
    takeExpired(nowMs) {
      const first = heap[0];
      if (first === undefined || first.expiresAtMs > nowMs) return undefined;
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) {
        heap[0] = last;
        sinkFirst();
      }
      return first;
    },
    clear() {
      heap = [];
    },
  };
}
