// The payments and orders in memory: all open ones, and the latest ended ones. Older ones are read
// from their tables when a command names them.
import type { LastingPayment } from './payment.tables.ts';
import { isEnded, type Order, type Payment } from './payment.ts';

/** Ended payments kept for replays, reads and refunds; the rest is read by primary key. */
const ENDED_IN_MEMORY_MAX = 20_000;
/**
 * A payment's id is made shortly before the payment; those that are older are watched one by one.
 */
const ID_AGE_MS_MAX = 60_000;

export interface Book {
  payment(id: string): Payment | undefined;
  order(id: string): Order | undefined;
  addPayment(payment: Payment): void;
  isOpen(id: string): boolean;
  /** It may stay open for long: a restart finds it by itself, and the floor leaves it out. */
  last(payment: Payment): LastingPayment;
  lasting(id: string): LastingPayment | undefined;
  addOrder(order: Order): void;
  /** To be called when a payment may have ended, or been changed after it had. */
  settle(payment: Payment): void;
  settleOrder(order: Order): void;
  /** Open attempts to pay the order, the given one left out. */
  rivals(orderId: string, exceptId: string): Payment[];
  openPayments(): Iterable<Payment>;
  openOrders(): Iterable<Order>;
  counts(): { open: number; ended: number; orders: number };
  openFloor(): string | null;
  clear(): void;
}

function trim<K, V>(map: Map<K, V>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
}

export function createBook(): Book {
  const open = new Map<string, Payment>();
  const lasting = new Map<string, LastingPayment & { readonly payment: Payment }>();
  const ended = new Map<string, Payment>();
  const openOrders = new Map<string, Order>();
  const endedOrders = new Map<string, Order>();
  const attempts = new Map<string, Set<Payment>>();
  /**
   * Open payments whose command waited long, as for a new leader: their ids tell no recent time.
   */
  const late = new Set<string>();

  return {
    payment: (id) => open.get(id) ?? lasting.get(id)?.payment ?? ended.get(id),
    isOpen: (id) => open.has(id) || lasting.has(id),
    lasting: (id) => lasting.get(id),
    last(payment) {
      const row = { paymentId: payment.id, isOpen: true, payment };
      open.delete(payment.id);
      late.delete(payment.id);
      lasting.set(payment.id, row);
      return row;
    },
    order: (id) => openOrders.get(id) ?? endedOrders.get(id),
    addPayment(payment) {
      if (isEnded(payment.state)) {
        ended.set(payment.id, payment);
        trim(ended, ENDED_IN_MEMORY_MAX);
        return;
      }
      open.set(payment.id, payment);
      if (payment.id < floorId(payment.createdAtMs - ID_AGE_MS_MAX)) late.add(payment.id);
      if (payment.orderId === null) return;
      const list = attempts.get(payment.orderId);
      if (list === undefined) attempts.set(payment.orderId, new Set([payment]));
      else list.add(payment);
    },
    addOrder(order) {
      if (order.state === 'open' || order.state === 'claimed') openOrders.set(order.id, order);
      else {
        endedOrders.set(order.id, order);
        trim(endedOrders, ENDED_IN_MEMORY_MAX);
      }
    },
    settle(payment) {
      if (!isEnded(payment.state)) return;
      open.delete(payment.id);
      lasting.delete(payment.id);
      late.delete(payment.id);
      // made the newest, so that no change still on its way to storage is forgotten
      ended.delete(payment.id);
      ended.set(payment.id, payment);
      trim(ended, ENDED_IN_MEMORY_MAX);
      if (payment.orderId === null) return;
      const list = attempts.get(payment.orderId);
      list?.delete(payment);
      if (list?.size === 0) attempts.delete(payment.orderId);
    },
    settleOrder(order) {
      if (order.state === 'open' || order.state === 'claimed') return;
      openOrders.delete(order.id);
      endedOrders.set(order.id, order);
      trim(endedOrders, ENDED_IN_MEMORY_MAX);
    },
    rivals: (orderId, exceptId) =>
      [...(attempts.get(orderId) ?? [])].filter((payment) => payment.id !== exceptId),
    *openPayments() {
      yield* open.values();
      for (const { payment } of lasting.values()) yield payment;
    },
    openOrders: () => openOrders.values(),
    counts: () => ({ open: open.size + lasting.size, ended: ended.size, orders: openOrders.size }),
    openFloor() {
      // the map is in order of making, so the first is the oldest, give or take an id's age
      const oldest = open.values().next();
      if (oldest.done === true) return null;
      let floor = floorId(oldest.value.createdAtMs - ID_AGE_MS_MAX);
      for (const id of late) if (id < floor) floor = id;
      return floor;
    },
    clear() {
      open.clear();
      lasting.clear();
      ended.clear();
      openOrders.clear();
      endedOrders.clear();
      attempts.clear();
      late.clear();
    },
  };
}

/** The smallest UUIDv7 of a millisecond. */
export function floorId(atMs: number): string {
  const hex = Math.max(0, Math.floor(atMs)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** A copy that later transitions leave alone. */
export function snapshot(payment: Payment): Readonly<Payment> {
  return {
    ...payment,
    movements: payment.movements.map((movement) => ({ ...movement })),
    legs: payment.legs.map((leg) => ({ ...leg })),
  };
}
