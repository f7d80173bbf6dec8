// What a simulated wallet's entries add up to: users' balances, money in flight, and the settlement
// account, which mirrors the wallet's position in the scheme. Deterministic: the same entries give
// the same book after a crash. Per currency: balances + in flight + settlement = deposits, always.
import { defect, required } from '../../../runtime/defect.ts';
import type { Entry } from './wallet.entries.ts';

export interface User {
  readonly account: string;
  readonly name: string;
  readonly balances: Map<string, bigint>;
}

export interface Outgoing {
  readonly kind: 'pay' | 'refund';
  readonly key: string;
  readonly account: string;
  readonly currency: string;
  /** Held while `open`; then what was really taken, or 0. */
  minor: bigint;
  state: 'open' | 'taken' | 'released';
  paymentId: string | null;
  code: string | null;
  readonly body: unknown;
}

export interface LegRecord {
  readonly kind: 'credit' | 'refund' | 'collection';
  readonly legId: string;
  readonly paymentId: string;
  readonly account: string;
  readonly currency: string;
  readonly minor: bigint;
  readonly externalId: string;
  readonly expiresAt: string | null;
  outcome: 'completed' | 'rejected' | 'pending';
  code: string | null;
  /** Whether the switch has taken note of a late outcome. */
  isReported: boolean;
}

export interface Totals {
  readonly currency: string;
  readonly depositsMinor: bigint;
  readonly usersMinor: bigint;
  readonly inFlightMinor: bigint;
  /**
   * Owed to the scheme (negative: the scheme owes); the position in the scheme with the sign
   * turned.
   */
  readonly settlementMinor: bigint;
  readonly isBalanced: boolean;
}

export interface Book {
  readonly users: ReadonlyMap<string, User>;
  readonly outgoing: ReadonlyMap<string, Outgoing>;
  readonly legs: ReadonlyMap<string, LegRecord>;
  apply(entry: Entry): void;
  balance(account: string, currency: string): bigint;
  totals(): Totals[];
}

const add = (map: Map<string, bigint>, key: string, minor: bigint) => {
  map.set(key, (map.get(key) ?? 0n) + minor);
};

export function createBook(): Book {
  const users = new Map<string, User>();
  const outgoing = new Map<string, Outgoing>();
  const legs = new Map<string, LegRecord>();
  const deposits = new Map<string, bigint>();
  const settlement = new Map<string, bigint>();

  const give = (account: string, currency: string, minor: bigint) =>
    add(required(users.get(account), `user ${account}`).balances, currency, minor);
  const take = (account: string, currency: string, minor: bigint) =>
    give(account, currency, -minor);

  function end(key: string, state: 'taken' | 'released', minor: bigint, paymentId: string) {
    const held = required(outgoing.get(key), `hold ${key}`);
    if (held.state !== 'open') defect(`hold ${key} ended twice`);
    // What a fee took beyond the hold comes from the balance; what was not taken goes back.
    give(held.account, held.currency, held.minor - minor);
    add(settlement, held.currency, minor);
    Object.assign(held, { state, minor, paymentId: paymentId === '' ? held.paymentId : paymentId });
    return held;
  }

  function credit(entry: Extract<Entry, { type: 'credit' }>) {
    const before = legs.get(entry.legId);
    if (before !== undefined && before.outcome !== 'pending') defect(`${entry.legId} ended twice`);
    const { kind, legId, paymentId, account, currency, externalId, outcome, code = null } = entry;
    const minor = BigInt(entry.minor);
    const isReported = before === undefined && outcome !== 'pending';
    const shared = { kind, legId, paymentId, account, currency, externalId, expiresAt: null };
    legs.set(legId, { ...shared, minor, outcome, code, isReported });
    if (outcome !== 'completed') return;
    give(account, currency, minor);
    add(settlement, currency, -minor);
  }

  function collected(entry: Extract<Entry, { type: 'collected' }>) {
    const leg = required(legs.get(entry.legId), `collection ${entry.legId}`);
    if (leg.outcome !== 'pending') defect(`collection ${entry.legId} ended twice`);
    leg.outcome = entry.outcome;
    leg.code = entry.code ?? null;
    if (entry.outcome !== 'completed') return;
    take(leg.account, leg.currency, leg.minor);
    add(settlement, leg.currency, leg.minor);
  }

  function hold(entry: Extract<Entry, { type: 'hold' }>) {
    const { kind, key, account, currency, body, paymentId = null } = entry;
    if (outgoing.has(key)) defect(`key ${key} was used before`);
    const minor = BigInt(entry.minor);
    take(account, currency, minor);
    const shared = { kind, key, account, currency, minor, paymentId, body };
    outgoing.set(key, { ...shared, state: 'open', code: null });
  }

  function collection(entry: Extract<Entry, { type: 'collection' }>) {
    const { legId, paymentId, account, currency, externalId, expiresAt } = entry;
    const shared = { legId, paymentId, account, currency, externalId, expiresAt };
    const minor = BigInt(entry.minor);
    const open = { outcome: 'pending', code: null, isReported: false } as const;
    legs.set(legId, { ...shared, ...open, kind: 'collection', minor });
  }

  function tombstone(entry: Extract<Entry, { type: 'tombstone' }>) {
    const { legId, paymentId, externalId } = entry;
    const shared = { kind: 'collection', legId, paymentId, externalId } as const;
    const nothing = { account: '', currency: '', minor: 0n, expiresAt: null };
    const closed = { outcome: 'rejected', code: 'payment_expired', isReported: true } as const;
    legs.set(legId, { ...shared, ...nothing, ...closed });
  }

  function apply(entry: Entry): void {
    switch (entry.type) {
      case 'user':
        if (users.has(entry.account)) defect(`user ${entry.account} is there already`);
        users.set(entry.account, { account: entry.account, name: entry.name, balances: new Map() });
        return;
      case 'deposit':
        give(entry.account, entry.currency, BigInt(entry.minor));
        add(deposits, entry.currency, BigInt(entry.minor));
        return;
      case 'hold':
        return hold(entry);
      case 'taken':
        end(entry.key, 'taken', BigInt(entry.minor), entry.paymentId);
        return;
      case 'released':
        end(entry.key, 'released', 0n, entry.paymentId).code = entry.code;
        return;
      case 'credit':
        return credit(entry);
      case 'collection':
        return collection(entry);
      case 'collected':
        return collected(entry);
      case 'tombstone':
        return tombstone(entry);
      case 'reported':
        required(legs.get(entry.legId), `leg ${entry.legId}`).isReported = true;
        return;
    }
  }

  function totals(): Totals[] {
    return [...new Set([...deposits.keys(), ...settlement.keys()])].sort().map((currency) => {
      let usersMinor = 0n;
      let inFlightMinor = 0n;
      for (const user of users.values()) usersMinor += user.balances.get(currency) ?? 0n;
      for (const held of outgoing.values()) {
        if (held.state === 'open' && held.currency === currency) inFlightMinor += held.minor;
      }
      const depositsMinor = deposits.get(currency) ?? 0n;
      const settlementMinor = settlement.get(currency) ?? 0n;
      const isBalanced = usersMinor + inFlightMinor + settlementMinor === depositsMinor;
      return { currency, depositsMinor, usersMinor, inFlightMinor, settlementMinor, isBalanced };
    });
  }

  return {
    users,
    outgoing,
    legs,
    apply,
    balance: (account, currency) => users.get(account)?.balances.get(currency) ?? 0n,
    totals,
  };
}
