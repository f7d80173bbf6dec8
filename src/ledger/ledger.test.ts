// What the ledger does with money, as tables a bookkeeper can check, and as properties that hold
// after any sequence of movements. Expected numbers are written out, never computed by the ledger.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Account,
  balanceMinor,
  createLedger,
  headroomMinor,
  LEDGER_RESULTS,
  type Ledger,
  type LedgerResult,
  type Movement,
} from './ledger.ts';

const INT8_MAX = 2n ** 63n - 1n;
const [LOTUS, BAMBOO, TRANSIT, DOLLARS, FULL] = [1, 2, 3, 4, 5];

/** lotus may owe 100, bamboo nothing; transit has no limit; `full` holds all that int8 can. */
function openLedger(): Ledger {
  const ledger = createLedger();
  const account = { kind: 'position', currency: 'CNY' } as const;
  ledger.open({ ...account, number: LOTUS, participantId: 'lotus', limitMinor: 100n });
  ledger.open({ ...account, number: BAMBOO, participantId: 'bamboo', limitMinor: 0n });
  ledger.open({
    number: TRANSIT,
    participantId: null,
    currency: 'CNY',
    kind: 'transit',
    limitMinor: null,
  });
  ledger.open({
    ...account,
    number: DOLLARS,
    participantId: 'lotus',
    currency: 'USD',
    limitMinor: 100n,
  });
  ledger.restore({
    ...account,
    number: FULL,
    participantId: 'full',
    limitMinor: null,
    debitsPendingMinor: 0n,
    debitsPostedMinor: INT8_MAX - 10n,
    creditsPendingMinor: 0n,
    creditsPostedMinor: INT8_MAX - 10n,
  });
  return ledger;
}

const at = (ledger: Ledger, number: number): Account => {
  const account = ledger.accounts.get(number);
  if (account === undefined) throw new Error(`no account ${number}`);
  return account;
};

const amounts = (ledger: Ledger, number: number) => {
  const a = at(ledger, number);
  return [a.debitsPendingMinor, a.debitsPostedMinor, a.creditsPendingMinor, a.creditsPostedMinor];
};

const move = (debit: number, credit: number, amountMinor: bigint): Movement => ({
  debit,
  credit,
  amountMinor,
});

const NOWHERE = 99;

/** One fault each, in the order of the list: what is asked, and the only possible answer. */
const REFUSALS: readonly (readonly [LedgerResult, string, Movement])[] = [
  ['ok', 'lotus pays bamboo all it may', move(LOTUS, BAMBOO, 100n)],
  ['amount_must_be_positive', 'nothing is moved', move(LOTUS, BAMBOO, 0n)],
  ['amount_must_be_positive', 'less than nothing is moved', move(LOTUS, BAMBOO, -1n)],
  ['debit_account_not_found', 'the payer has no account', move(NOWHERE, BAMBOO, 1n)],
  ['credit_account_not_found', 'the payee has no account', move(LOTUS, NOWHERE, 1n)],
  ['accounts_must_differ', 'lotus pays itself', move(LOTUS, LOTUS, 1n)],
  ['currencies_must_match', 'yuan are to become dollars', move(LOTUS, DOLLARS, 1n)],
  ['exceeds_headroom', 'lotus pays one fen too many', move(LOTUS, BAMBOO, 101n)],
  ['overflows_debits', 'more debits than storage can hold', move(FULL, BAMBOO, 11n)],
  ['overflows_credits', 'more credits than storage can hold', move(LOTUS, FULL, 11n)],
];

describe('a movement that cannot be made', () => {
  test.each(REFUSALS)('%s: %s', (expected, _why, movement) => {
    const ledger = openLedger();
    const before = new Map([...ledger.accounts.keys()].map((n) => [n, amounts(ledger, n)]));
    expect(ledger.reserve([movement])).toBe(expected);
    if (expected === 'ok') return;
    for (const [number, was] of before) expect(amounts(ledger, number)).toEqual(was);
    expect(ledger.transfer(movement)).toBe(expected);
    for (const [number, was] of before) expect(amounts(ledger, number)).toEqual(was);
  });

  test('every result of the list is reached above', () => {
    expect(new Set(REFUSALS.map(([result]) => result))).toEqual(new Set(LEDGER_RESULTS));
  });

  // each has the fault it is named by and one that comes later in the list
  const TWO_FAULTS: readonly (readonly [LedgerResult, LedgerResult, Movement])[] = [
    ['amount_must_be_positive', 'debit_account_not_found', move(NOWHERE, BAMBOO, 0n)],
    ['debit_account_not_found', 'credit_account_not_found', move(NOWHERE, NOWHERE, 1n)],
    ['debit_account_not_found', 'accounts_must_differ', move(NOWHERE, NOWHERE, 1n)],
    ['credit_account_not_found', 'exceeds_headroom', move(LOTUS, NOWHERE, 101n)],
    ['accounts_must_differ', 'exceeds_headroom', move(LOTUS, LOTUS, 101n)],
    ['currencies_must_match', 'exceeds_headroom', move(LOTUS, DOLLARS, 101n)],
    ['exceeds_headroom', 'overflows_credits', move(LOTUS, FULL, 101n)],
    ['overflows_debits', 'overflows_credits', move(FULL, TRANSIT, INT8_MAX)],
  ];

  test.each(TWO_FAULTS)('%s is told before %s', (first, second, movement) => {
    expect(LEDGER_RESULTS.indexOf(first)).toBeLessThan(LEDGER_RESULTS.indexOf(second));
    const ledger = openLedger();
    at(ledger, TRANSIT).creditsPostedMinor = 1n;
    expect(ledger.reserve([movement])).toBe(first);
  });
});

describe('headroom', () => {
  // limit + credits posted − debits posted − debits pending; pending credits never count
  const TABLE: readonly (readonly [string, Partial<Account>, bigint | null])[] = [
    ['an untouched account may owe its limit', {}, 100n],
    ['what was received may be spent', { creditsPostedMinor: 30n }, 130n],
    ['what is still on its way may not', { creditsPendingMinor: 30n }, 100n],
    ['what was paid is gone', { debitsPostedMinor: 30n }, 70n],
    ['what is reserved is gone as well', { debitsPendingMinor: 30n }, 70n],
    ['a lowered limit leaves less than nothing', { limitMinor: 10n, debitsPostedMinor: 30n }, -20n],
    ['an account without a limit has no headroom to exceed', { limitMinor: null }, null],
  ];
  test.each(TABLE)('%s', (_sentence, change, expected) => {
    const account = { ...at(openLedger(), LOTUS), ...change };
    expect(headroomMinor(account)).toBe(expected);
  });

  test('a confirmed fact is recorded past the limit, and nothing more is lent after it', () => {
    const ledger = openLedger();
    expect(ledger.transfer(move(LOTUS, BAMBOO, 250n), true)).toBe('ok');
    expect(headroomMinor(at(ledger, LOTUS))).toBe(-150n);
    expect(ledger.reserve([move(LOTUS, BAMBOO, 1n)])).toBe('exceeds_headroom');
    expect(balanceMinor(at(ledger, BAMBOO))).toBe(250n);
  });

  test('force lifts the limit alone: every other fault is still refused', () => {
    const ledger = openLedger();
    for (const [expected, , movement] of REFUSALS) {
      const result = ledger.reserve([movement], true);
      expect(result).toBe(expected === 'exceeds_headroom' ? 'ok' : expected);
    }
  });
});

describe('posting and voiding', () => {
  test('a reservation is spent by posting it', () => {
    const ledger = openLedger();
    const payment = move(LOTUS, BAMBOO, 60n);
    ledger.reserve([payment]);
    expect(amounts(ledger, LOTUS)).toEqual([60n, 0n, 0n, 0n]);
    expect(amounts(ledger, BAMBOO)).toEqual([0n, 0n, 60n, 0n]);
    ledger.post(payment);
    expect(amounts(ledger, LOTUS)).toEqual([0n, 60n, 0n, 0n]);
    expect(amounts(ledger, BAMBOO)).toEqual([0n, 0n, 0n, 60n]);
  });

  test('a capture in part takes its part and gives every other fen back', () => {
    const ledger = openLedger();
    const hold = move(LOTUS, BAMBOO, 80n);
    ledger.reserve([hold]);
    ledger.post(hold, 25n);
    expect(amounts(ledger, LOTUS)).toEqual([0n, 25n, 0n, 0n]);
    expect(amounts(ledger, BAMBOO)).toEqual([0n, 0n, 0n, 25n]);
    expect(headroomMinor(at(ledger, LOTUS))).toBe(75n);
  });

  test.each([0n, -1n, 81n])('a capture of %s out of a hold of 80 is a defect', (captured) => {
    const ledger = openLedger();
    const hold = move(LOTUS, BAMBOO, 80n);
    ledger.reserve([hold]);
    expect(() => ledger.post(hold, captured)).toThrow('captured amount');
    expect(amounts(ledger, LOTUS)).toEqual([80n, 0n, 0n, 0n]);
  });

  test('what was never reserved can be neither posted nor voided', () => {
    const ledger = openLedger();
    ledger.reserve([move(LOTUS, BAMBOO, 10n)]);
    expect(() => ledger.post(move(LOTUS, BAMBOO, 11n))).toThrow('more is released');
    expect(() => ledger.void(move(LOTUS, TRANSIT, 10n))).toThrow('more is released');
    expect(() => ledger.void(move(LOTUS, NOWHERE, 10n))).toThrow('unknown account');
    expect(amounts(ledger, LOTUS)).toEqual([10n, 0n, 0n, 0n]);
  });

  test('posting succeeds however low the limit has become meanwhile', () => {
    const ledger = openLedger();
    const payment = move(LOTUS, BAMBOO, 100n);
    ledger.reserve([payment]);
    ledger.setLimit(LOTUS, 0n);
    ledger.post(payment);
    expect(balanceMinor(at(ledger, LOTUS))).toBe(-100n);
  });
});

describe('linked movements', () => {
  test('an amount and its fee are reserved together', () => {
    const ledger = openLedger();
    expect(ledger.reserve([move(LOTUS, BAMBOO, 90n), move(LOTUS, TRANSIT, 10n)])).toBe('ok');
    expect(amounts(ledger, LOTUS)).toEqual([100n, 0n, 0n, 0n]);
  });

  test.each([
    ['the fee alone exceeds what is left', [move(LOTUS, BAMBOO, 95n), move(LOTUS, TRANSIT, 6n)]],
    ['the first is refused', [move(LOTUS, BAMBOO, 101n), move(LOTUS, TRANSIT, 1n)]],
    [
      'the last of three is refused',
      [move(LOTUS, BAMBOO, 1n), move(LOTUS, TRANSIT, 1n), move(BAMBOO, TRANSIT, 2n)],
    ],
  ])('none is made where %s', (_why, movements) => {
    const ledger = openLedger();
    expect(ledger.reserve(movements)).toBe('exceeds_headroom');
    for (const number of [LOTUS, BAMBOO, TRANSIT]) {
      expect(amounts(ledger, number)).toEqual([0n, 0n, 0n, 0n]);
    }
  });

  test('a credit still pending does not pay for the next movement of the same list', () => {
    const ledger = openLedger();
    const list = [move(LOTUS, BAMBOO, 50n), move(BAMBOO, TRANSIT, 50n)];
    expect(ledger.reserve(list)).toBe('exceeds_headroom');
  });
});

describe('the accounts', () => {
  test('one account per participant, currency and kind', () => {
    const ledger = openLedger();
    const lotus = { participantId: 'lotus', currency: 'CNY', kind: 'position' } as const;
    expect(() => ledger.open({ ...lotus, number: 77, limitMinor: 0n })).toThrow('account exists');
    const fees = { ...lotus, kind: 'fees', limitMinor: 0n } as const;
    expect(() => ledger.open({ ...fees, number: LOTUS })).toThrow('account exists');
    expect(ledger.find('lotus', 'CNY', 'position')?.number).toBe(LOTUS);
    expect(ledger.find('lotus', 'USD', 'position')?.number).toBe(DOLLARS);
    expect(ledger.find(null, 'CNY', 'transit')?.number).toBe(TRANSIT);
    expect(ledger.find('lotus', 'CNY', 'fees')).toBeUndefined();
    expect(() => ledger.setLimit(NOWHERE, 0n)).toThrow('unknown account');
  });

  test('what is to be written is told once: opened accounts, and accounts otherwise changed', () => {
    const ledger = openLedger();
    const numbers = (list: readonly Account[]) => list.map((account) => account.number);
    expect(numbers(ledger.takeTouched().opened)).toEqual([LOTUS, BAMBOO, TRANSIT, DOLLARS]);
    expect(ledger.takeTouched()).toEqual({ opened: [], changed: [] });
    ledger.transfer(move(LOTUS, BAMBOO, 1n));
    ledger.setLimit(TRANSIT, null);
    expect(numbers(ledger.takeTouched().changed)).toEqual([LOTUS, BAMBOO, TRANSIT]);
    ledger.transfer(move(LOTUS, BAMBOO, 1n));
    ledger.clear();
    expect(ledger.takeTouched()).toEqual({ opened: [], changed: [] });
    expect(ledger.accounts.size).toBe(0);
    expect(ledger.find('lotus', 'CNY', 'position')).toBeUndefined();
  });
});

type Step =
  | { do: 'reserve'; movements: Movement[]; force: boolean }
  | { do: 'post' | 'void'; pick: number; part: number };

const anyMovement = fc.record({
  debit: fc.integer({ min: 0, max: 6 }),
  credit: fc.integer({ min: 0, max: 6 }),
  amountMinor: fc.bigInt({ min: -1n, max: 60n }),
});
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('reserve' as const),
    movements: fc.array(anyMovement, { minLength: 1, maxLength: 3 }),
    force: fc.boolean(),
  }),
  fc.record({
    do: fc.constantFrom('post' as const, 'void' as const),
    pick: fc.nat(50),
    part: fc.integer({ min: 1, max: 100 }),
  }),
);

/** Per currency: debits and credits, pending and posted, of all its accounts. */
function totals(ledger: Ledger): Map<string, [bigint, bigint]> {
  const sums = new Map<string, [bigint, bigint]>();
  for (const a of ledger.accounts.values()) {
    const [pending, posted] = sums.get(a.currency) ?? [0n, 0n];
    sums.set(a.currency, [
      pending + a.debitsPendingMinor - a.creditsPendingMinor,
      posted + a.debitsPostedMinor - a.creditsPostedMinor,
    ]);
  }
  return sums;
}

/** Runs one step; `open` holds what is reserved. Tells which accounts a forced debit touched. */
function run(ledger: Ledger, step: Step, open: Movement[], forced: Set<number>): void {
  if (step.do === 'reserve') {
    if (ledger.reserve(step.movements, step.force) !== 'ok') return;
    open.push(...step.movements);
    if (step.force) for (const m of step.movements) forced.add(m.debit);
    return;
  }
  const [movement] = open.splice(step.pick % Math.max(open.length, 1), 1);
  if (movement === undefined) return;
  if (step.do === 'void') ledger.void(movement);
  else ledger.post(movement, (movement.amountMinor * BigInt(step.part) + 99n) / 100n);
}

describe('after any sequence of movements', () => {
  test('debits equal credits in every currency, pending and posted alike', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
        const ledger = openLedger();
        const open: Movement[] = [];
        for (const step of steps) {
          run(ledger, step, open, new Set());
          for (const sums of totals(ledger).values()) expect(sums).toEqual([0n, 0n]);
        }
      }),
    );
  });

  test('no account goes below its headroom unless a fact was forced on it', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
        const ledger = openLedger();
        const open: Movement[] = [];
        const forced = new Set<number>();
        for (const step of steps) {
          run(ledger, step, open, forced);
          for (const account of ledger.accounts.values()) {
            if (forced.has(account.number)) continue;
            expect(headroomMinor(account) ?? 0n).toBeGreaterThanOrEqual(0n);
          }
        }
      }),
    );
  });

  test('what is pending is exactly what was reserved and neither posted nor voided', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
        const ledger = openLedger();
        const open: Movement[] = [];
        for (const step of steps) run(ledger, step, open, new Set());
        for (const account of ledger.accounts.values()) {
          const sum = (side: 'debit' | 'credit') =>
            open
              .filter((m) => m[side] === account.number)
              .reduce((total, m) => total + m.amountMinor, 0n);
          expect(account.debitsPendingMinor).toBe(sum('debit'));
          expect(account.creditsPendingMinor).toBe(sum('credit'));
        }
      }),
    );
  });

  test('voiding gives every account back exactly what it had', () => {
    const any = fc.array(anyMovement, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 20 }), any, (steps, movements) => {
        const ledger = openLedger();
        for (const step of steps) run(ledger, step, [], new Set());
        const before = [...ledger.accounts.keys()].map((n) => amounts(ledger, n));
        if (ledger.reserve(movements, true) === 'ok') movements.forEach((m) => ledger.void(m));
        expect([...ledger.accounts.keys()].map((n) => amounts(ledger, n))).toEqual(before);
      }),
    );
  });
});
