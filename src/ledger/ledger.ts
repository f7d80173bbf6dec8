// The double-entry ledger between participants: accounts, pending transfers, posting and voiding.
// Pure and in memory; the journal makes it durable. It knows nothing of payments, parties or
// dialects. Semantics follow TigerBeetle's two-phase transfers, as far as payments reach them.

/**
 * What an account is for. `transit` and `bank` exist once per currency, the others per participant.
 */
export const ACCOUNT_KINDS = ['position', 'cover', 'fees', 'transit', 'bank'] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

/** One account; all amounts in minor units of its currency. */
export interface Account {
  readonly number: number;
  /** `null` for the accounts of the currency itself (`transit`, `bank`). */
  readonly participantId: string | null;
  readonly currency: string;
  readonly kind: AccountKind;
  /** Cover plus net debit cap; `null` means the account has no debit limit. */
  limitMinor: bigint | null;
  debitsPendingMinor: bigint;
  debitsPostedMinor: bigint;
  creditsPendingMinor: bigint;
  creditsPostedMinor: bigint;
}

export type NewAccount = Pick<
  Account,
  'number' | 'participantId' | 'currency' | 'kind' | 'limitMinor'
>;

/**
 * A movement that is asked for: `amountMinor` leaves `debit` and reaches `credit` (account
 * numbers).
 */
export interface Movement {
  readonly debit: number;
  readonly credit: number;
  readonly amountMinor: bigint;
}

/**
 * Why a movement cannot be made, in the order in which the ledger judges: two faults in one
 * request always give the first of this list.
 */
export const LEDGER_RESULTS = [
  'ok',
  'amount_must_be_positive',
  'debit_account_not_found',
  'credit_account_not_found',
  'accounts_must_differ',
  'currencies_must_match',
  'exceeds_headroom',
  'overflows_debits',
  'overflows_credits',
] as const;
export type LedgerResult = (typeof LEDGER_RESULTS)[number];

/** PostgreSQL keeps balances as int8. */
const BALANCE_MAX = 2n ** 63n - 1n;

export interface Ledger {
  readonly accounts: ReadonlyMap<number, Account>;
  find(participantId: string | null, currency: string, kind: AccountKind): Account | undefined;
  open(account: NewAccount): Account;
  /** Puts back an account as it was loaded from storage. */
  restore(account: Account): void;
  /**
   * All movements become pending, or none does. `force` records a confirmed fact past any limit.
   */
  reserve(movements: readonly Movement[], force?: boolean): LedgerResult;
  /**
   * Turns a pending movement, or the first `capturedMinor` of it, into a posted one; frees the
   * rest.
   */
  post(movement: Movement, capturedMinor?: bigint): void;
  /** Takes a pending movement back. */
  void(movement: Movement): void;
  /** Reserves and posts in one step. */
  transfer(movement: Movement, force?: boolean): LedgerResult;
  setLimit(account: number, limitMinor: bigint | null): void;
  /**
   * Accounts opened, and accounts otherwise changed, since the last call; for the journal to write.
   */
  takeTouched(): { readonly opened: Account[]; readonly changed: Account[] };
  clear(): void;
}

/** What may still leave the account: limit + credits posted − debits posted − debits pending. */
export function headroomMinor(account: Account): bigint | null {
  if (account.limitMinor === null) return null;
  return (
    account.limitMinor +
    account.creditsPostedMinor -
    account.debitsPostedMinor -
    account.debitsPendingMinor
  );
}

/**
 * Credits posted minus debits posted: what the scheme owes the holder (negative: the holder owes).
 */
export function balanceMinor(account: Account): bigint {
  return account.creditsPostedMinor - account.debitsPostedMinor;
}

class LedgerDefect extends Error {
  override name = 'LedgerDefect';
}

const indexKey = (participantId: string | null, currency: string, kind: AccountKind) =>
  `${participantId ?? ''}/${currency}/${kind}`;

export function createLedger(): Ledger {
  const accounts = new Map<number, Account>();
  const index = new Map<string, Account>();
  const touched = new Set<Account>();
  const opened = new Set<Account>();

  function judge(m: Movement, force: boolean): LedgerResult {
    if (m.amountMinor <= 0n) return 'amount_must_be_positive';
    const debit = accounts.get(m.debit);
    if (debit === undefined) return 'debit_account_not_found';
    const credit = accounts.get(m.credit);
    if (credit === undefined) return 'credit_account_not_found';
    if (debit === credit) return 'accounts_must_differ';
    if (debit.currency !== credit.currency) return 'currencies_must_match';
    const headroom = headroomMinor(debit);
    if (!force && headroom !== null && m.amountMinor > headroom) return 'exceeds_headroom';
    if (debit.debitsPendingMinor + debit.debitsPostedMinor + m.amountMinor > BALANCE_MAX) {
      return 'overflows_debits';
    }
    if (credit.creditsPendingMinor + credit.creditsPostedMinor + m.amountMinor > BALANCE_MAX) {
      return 'overflows_credits';
    }
    return 'ok';
  }

  function both(m: Movement): [Account, Account] {
    const debit = accounts.get(m.debit);
    const credit = accounts.get(m.credit);
    if (debit === undefined || credit === undefined) throw new LedgerDefect('unknown account');
    touched.add(debit).add(credit);
    return [debit, credit];
  }

  function hold(m: Movement): void {
    const [debit, credit] = both(m);
    debit.debitsPendingMinor += m.amountMinor;
    credit.creditsPendingMinor += m.amountMinor;
  }

  function free(m: Movement): void {
    const [debit, credit] = both(m);
    if (debit.debitsPendingMinor < m.amountMinor || credit.creditsPendingMinor < m.amountMinor) {
      throw new LedgerDefect('more is released than was pending');
    }
    debit.debitsPendingMinor -= m.amountMinor;
    credit.creditsPendingMinor -= m.amountMinor;
  }

  function reserve(movements: readonly Movement[], force = false): LedgerResult {
    for (let i = 0; i < movements.length; i += 1) {
      const movement = movements[i] as Movement;
      const result = judge(movement, force);
      if (result !== 'ok') {
        for (let j = i - 1; j >= 0; j -= 1) free(movements[j] as Movement);
        return result;
      }
      hold(movement);
    }
    return 'ok';
  }

  function post(m: Movement, capturedMinor = m.amountMinor): void {
    if (capturedMinor <= 0n || capturedMinor > m.amountMinor) {
      throw new LedgerDefect('captured amount outside of what was reserved');
    }
    free(m);
    const [debit, credit] = both(m);
    debit.debitsPostedMinor += capturedMinor;
    credit.creditsPostedMinor += capturedMinor;
  }

  function restore(account: Account): void {
    accounts.set(account.number, account);
    index.set(indexKey(account.participantId, account.currency, account.kind), account);
  }

  return {
    accounts,
    find: (participantId, currency, kind) => index.get(indexKey(participantId, currency, kind)),
    open(fresh) {
      const key = indexKey(fresh.participantId, fresh.currency, fresh.kind);
      if (accounts.has(fresh.number) || index.has(key)) throw new LedgerDefect('account exists');
      const account: Account = {
        ...fresh,
        debitsPendingMinor: 0n,
        debitsPostedMinor: 0n,
        creditsPendingMinor: 0n,
        creditsPostedMinor: 0n,
      };
      restore(account);
      opened.add(account);
      return account;
    },
    restore,
    reserve,
    post,
    void: free,
    transfer(movement, force = false) {
      const result = reserve([movement], force);
      if (result === 'ok') post(movement);
      return result;
    },
    setLimit(number, limitMinor) {
      const account = accounts.get(number);
      if (account === undefined) throw new LedgerDefect('unknown account');
      account.limitMinor = limitMinor;
      touched.add(account);
    },
    takeTouched() {
      const lists = {
        opened: [...opened],
        changed: [...touched].filter((account) => !opened.has(account)),
      };
      opened.clear();
      touched.clear();
      return lists;
    },
    clear() {
      accounts.clear();
      index.clear();
      opened.clear();
      touched.clear();
    },
  };
}
