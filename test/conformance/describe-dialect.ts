// What every dialect must do, whichever it is: the same cases over each, as the payer's side
// against a native shop and as the payee's against a native wallet, on a running switch. Success,
// refund, duplicate, time-out and rejection of every pair are the matrix (test/e2e/matrix.test.ts);
// here is what goes wrong between two steps.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Payee } from '../../src/cli/matrix/payees.ts';
import type { Payer } from '../../src/cli/matrix/payers.ts';

export interface Actors {
  /** Of the dialect under test. */
  readonly payer: Payer;
  readonly payee: Payee;
  readonly nativePayer: Payer;
  readonly nativePayee: Payee;
  /** The native shop's wallet refuses the next credit. */
  refuseNextCredit(): Promise<void>;
  /** Ended states of the order's payments, oldest first, once none is open any more. */
  ends(code: string): Promise<readonly string[]>;
}

const AMOUNT = '12.50';
let last = 0;
const newNo = (dialect: string) => {
  last += 1;
  return `conform_${dialect}_${last}`;
};

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(50)) {
    if (await holds()) return;
  }
  throw new Error(`within 20 s: ${what}`);
}

const ended = (states: readonly string[]) =>
  states.every((state) => ['completed', 'rejected', 'expired', 'returned'].includes(state));

function asPayer(dialect: string, actors: () => Actors): void {
  test('captured or held, and the credit refused: everything is given back', async () => {
    const { payer, nativePayee, refuseNextCredit, ends } = actors();
    const before = await payer.balance();
    const code = await nativePayee.order(newNo(dialect), AMOUNT);
    await refuseNextCredit();
    // a wallet that holds learns at once, a platform that captures gives back afterwards
    await payer.pay(code, newNo(dialect)).catch(() => undefined);
    await until('it has ended', async () => {
      const states = await ends(code);
      return states.length > 0 && ended(states);
    });
    expect(['rejected', 'returned']).toContain((await ends(code))[0]);
    await until('the payer has it back', async () => (await payer.balance()) === before);
  });

  test('an order that was refused once can be paid with another wallet', async () => {
    const { payer, nativePayer, nativePayee, refuseNextCredit, ends } = actors();
    const no = newNo(dialect);
    const code = await nativePayee.order(no, AMOUNT);
    await refuseNextCredit();
    await payer.pay(code, newNo(dialect)).catch(() => undefined);
    await until('the first has ended', async () => {
      const states = await ends(code);
      return states.length > 0 && ended(states);
    });
    await nativePayer.pay(code, newNo(dialect));
    await until('it is paid', () => nativePayee.isPaid(no));
    expect((await ends(code)).filter((state) => state === 'completed')).toHaveLength(1);
  });

  test('two wallets pay one order: one is taken, the other has its money', async () => {
    const { payer, nativePayer, nativePayee, ends } = actors();
    const no = newNo(dialect);
    const [before, others] = [await payer.balance(), await nativePayer.balance()];
    const code = await nativePayee.order(no, AMOUNT);
    const pay = await payer.scan(code);
    await nativePayer.pay(code, newNo(dialect));
    await pay(newNo(dialect)).catch(() => undefined);
    await until('all have ended', async () => ended(await ends(code)));
    await until('one was taken', async () => {
      const paid = before - (await payer.balance()) + (others - (await nativePayer.balance()));
      return paid === 1_250n;
    });
    expect((await ends(code)).filter((state) => state === 'completed')).toHaveLength(1);
  });

  test('what is paid after the shop has closed is refused or given back', async () => {
    const { payer, nativePayee, ends } = actors();
    const no = newNo(dialect);
    const before = await payer.balance();
    const code = await nativePayee.order(no, AMOUNT);
    const pay = await payer.scan(code);
    await nativePayee.close(no);
    await pay(newNo(dialect)).catch(() => undefined);
    await until('all have ended', async () => ended(await ends(code)));
    await until('the payer has it', async () => (await payer.balance()) === before);
    expect(await nativePayee.isPaid(no)).toBe(false);
  });

  test('closed and paid at the same moment: paid once and taken, or neither', async () => {
    const { payer, nativePayee, ends } = actors();
    for (let after = 0; after < 8; after += 1) {
      const no = newNo(dialect);
      const before = await payer.balance();
      const code = await nativePayee.order(no, AMOUNT);
      const pay = await payer.scan(code);
      const closing = nativePayee.close(no).catch(() => undefined);
      await sleep(after);
      await pay(newNo(dialect)).catch(() => undefined);
      await closing;
      await until('all have ended', async () => ended(await ends(code)));
      await until('what was taken is what was paid', async () => {
        const taken = before - (await payer.balance());
        return taken === ((await nativePayee.isPaid(no)) ? 1_250n : 0n);
      });
    }
  });

  test('two fen are paid to the fen', async () => {
    const { payer, nativePayee } = actors();
    const no = newNo(dialect);
    const before = await payer.balance();
    // below the smallest fee nothing would reach the shop: two fen, one for the scheme
    const code = await nativePayee.order(no, '0.02');
    await payer.pay(code, newNo(dialect));
    await until('it is paid', () => nativePayee.isPaid(no));
    expect(before - (await payer.balance())).toBe(2n);
  });
}

function asPayee(dialect: string, actors: () => Actors): void {
  test('the same number with another amount is refused, and the first order stands', async () => {
    const { payee, nativePayer } = actors();
    const no = newNo(dialect);
    const code = await payee.order(no, AMOUNT);
    await expect(payee.order(no, '12.51')).rejects.toThrow();
    expect(await payee.order(no, AMOUNT)).toBe(code);
    await nativePayer.pay(code, newNo(dialect));
    await until('it is paid', () => payee.isPaid(no));
  });

  test.each(['0.00', '-1.00'])('%s is no order', async (amount) => {
    const { payee } = actors();
    await expect(payee.order(newNo(dialect), amount)).rejects.toThrow();
  });

  test('no more is given back than was paid, in parts or in one', async () => {
    const { payee, nativePayer } = actors();
    const no = newNo(dialect);
    const before = await nativePayer.balance();
    await nativePayer.pay(await payee.order(no, AMOUNT), newNo(dialect));
    await until('it is paid', () => payee.isPaid(no));
    await payee.refund(no, `${no}_1`, '10.00');
    await expect(payee.refund(no, `${no}_2`, '2.51')).rejects.toThrow();
    await payee.refund(no, `${no}_3`, '2.50');
    await until('all is back', async () => (await nativePayer.balance()) === before);
    await expect(payee.refund(no, `${no}_4`, '0.01')).rejects.toThrow();
  });

  test('an order that is paid cannot be closed, one that is closed cannot be paid', async () => {
    const { payee, nativePayer } = actors();
    const no = newNo(dialect);
    const code = await payee.order(no, AMOUNT);
    await nativePayer.pay(code, newNo(dialect));
    await until('it is paid', () => payee.isPaid(no));
    await expect(payee.close(no)).rejects.toThrow();
    const other = newNo(dialect);
    const late = await payee.order(other, AMOUNT);
    await payee.close(other);
    await expect(nativePayer.pay(late, newNo(dialect))).rejects.toThrow();
  });
}

export function describeDialect(dialect: string, actors: () => Actors): void {
  describe(`${dialect}, whose user pays`, () => asPayer(dialect, actors));
  describe(`${dialect}, whose shop is paid`, () => asPayee(dialect, actors));
}
