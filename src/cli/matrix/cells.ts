// One cell of the matrix: a payer and a payee of two dialects, and what must come of each case.
// What came of it is read from the ledger, from the payer's own wallet and from the shop.
import type { DatabaseConnection } from '../../postgres/index.ts';
import { query } from '../database.ts';
import type { Payee } from './payees.ts';
import type { Payer } from './payers.ts';

export const CASES = ['payment', 'refund', 'duplicate', 'timeout', 'rejection'] as const;
export type Case = (typeof CASES)[number];

export interface Cell {
  readonly payer: string;
  readonly payee: string;
  readonly case: Case;
  readonly outcome: 'passed' | 'failed' | 'unsupported';
  readonly paymentId: string | null;
  readonly driver: Payee['driver'];
  /** What was not as it must be. */
  readonly wrong: readonly string[];
}

const AMOUNT = '12.50';
const AMOUNT_MINOR = 1_250n;
const BACK = '2.50';
const BACK_MINOR = 250n;
const PATIENCE_MS = 20_000;

interface LedgerPayment {
  readonly id: string;
  readonly state: string;
  readonly debitMinor: bigint;
  readonly payer: string;
  readonly payee: string;
  readonly moved: bigint;
}

/**
 * What the ledger holds of an order: its payments, and what each took from the payer's position.
 */
async function ledgerOf(
  connection: DatabaseConnection,
  reference: { readonly orderId: string },
  kind: 'payment' | 'refund',
): Promise<LedgerPayment[]> {
  const rows = await query(
    connection,
    `select p.id, p.state, p.debit_minor, p.payer_participant_id as payer,
       p.payee_participant_id as payee,
       coalesce((select sum(t.amount_minor) from transfers t
         join accounts a on a.number = t.debit_account and a.kind = 'position'
         where t.payment_id = p.id), 0)::int8 as moved
     from payments p left join payments cause on cause.id = p.cause_id
     where p.kind = $2 and coalesce(cause.order_id, p.order_id) = $1::uuid order by p.id`,
    [reference.orderId, kind],
  );
  const big = (value: unknown) => (typeof value === 'bigint' ? value : 0n);
  return rows.map((row) => ({
    id: String(row['id']),
    state: String(row['state']),
    debitMinor: big(row['debit_minor']),
    payer: String(row['payer']),
    payee: String(row['payee']),
    moved: big(row['moved']),
  }));
}

async function until(holds: () => Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; ) {
    if (await holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

export interface Play {
  readonly connection: DatabaseConnection;
  readonly payer: Payer;
  readonly payee: Payee;
  /** The shop's number of the order; unique in the matrix. */
  readonly no: string;
}

const idOf = (code: string) => code.slice(code.lastIndexOf('/') + 1);

/** Collects what is wrong; `paymentId` once there is a payment. */
interface Notes {
  readonly wrong: string[];
  paymentId: string | null;
}

function expect(notes: Notes, holds: boolean, what: string): void {
  if (!holds) notes.wrong.push(what);
}

/** The order is paid, once, in the ledger and at both sides. */
async function expectPaid(play: Play, code: string, before: bigint, notes: Notes): Promise<void> {
  const { connection, payer, payee, no } = play;
  expect(notes, await until(() => payee.isPaid(no)), 'the shop does not know it as paid');
  const told = async () => (await payee.timesTold(no, null)) !== 0;
  expect(notes, await until(told), 'the shop was not told');
  const payments = await ledgerOf(connection, { orderId: idOf(code) }, 'payment');
  const done = payments.filter(({ state }) => state === 'completed');
  expect(notes, done.length === 1, `the ledger has ${done.length} completed payments of it`);
  for (const paid of done) {
    notes.paymentId = paid.id;
    expect(notes, paid.moved === AMOUNT_MINOR, `the ledger moved ${paid.moved}`);
    expect(notes, paid.payer === payer.participant, `its payer is ${paid.payer}`);
    expect(notes, paid.payee === payee.participant, `its payee is ${paid.payee}`);
  }
  const taken = before - (await payer.balance());
  expect(notes, taken === AMOUNT_MINOR, `the payer's wallet took ${taken} minor units`);
}

const play: Record<Case, (play: Play, notes: Notes) => Promise<void>> = {
  async payment(each, notes) {
    const { payer, payee, no } = each;
    const before = await payer.balance();
    const code = await payee.order(no, AMOUNT);
    await payer.pay(code, no);
    await expectPaid(each, code, before, notes);
  },

  async refund(each, notes) {
    const { payer, payee, no, connection } = each;
    const before = await payer.balance();
    const code = await payee.order(no, AMOUNT);
    await payer.pay(code, no);
    await expectPaid(each, code, before, notes);
    const refundNo = `${no}r`;
    await payee.refund(no, refundNo, BACK);
    const isDone = await until(() => payee.isRefunded(no, refundNo));
    expect(notes, isDone, 'the refund is not done');
    await payee.refund(no, refundNo, BACK).catch(() => undefined);
    const told = async () => (await payee.timesTold(no, refundNo)) !== 0;
    expect(notes, await until(told), 'the shop was not told of the refund');
    const refunds = await ledgerOf(connection, { orderId: idOf(code) }, 'refund');
    const moved = refunds.reduce((sum, each) => sum + each.moved, 0n);
    expect(notes, moved === BACK_MINOR, `the ledger gave ${moved} back`);
    const after = await payer.balance();
    const gone = before - after;
    expect(notes, gone === AMOUNT_MINOR - BACK_MINOR, `the payer is short of ${gone}`);
  },

  async duplicate(each, notes) {
    const { payer, payee, no } = each;
    const before = await payer.balance();
    const code = await payee.order(no, AMOUNT);
    const again = await payee.order(no, AMOUNT);
    expect(notes, code === again, 'one number became two orders');
    // a second payment of what is paid is refused, or is the first one
    const twice = [payer.pay(code, no), payer.pay(code, no)];
    const ends = await Promise.allSettled(twice);
    expect(
      notes,
      ends.some(({ status }) => status === 'fulfilled'),
      'neither was taken',
    );
    await expectPaid(each, code, before, notes);
  },

  async timeout(each, notes) {
    const { payer, payee, no } = each;
    const before = await payer.balance();
    const code = await payee.order(no, AMOUNT);
    await payer.hush();
    await payee.hush();
    try {
      await payer.pay(code, no);
      await expectPaid(each, code, before, notes);
    } finally {
      await payer.settle();
    }
  },

  async rejection(each, notes) {
    const { payer, payee, no, connection } = each;
    const before = await payer.balance();
    const code = await payee.order(no, AMOUNT);
    const declined = await payer.decline(code);
    expect(notes, !(await payee.isPaid(no)), 'the shop believes it was paid');
    await payee.close(no);
    const late = await payer.pay(code, no).then(
      () => 'paid',
      () => 'refused',
    );
    expect(notes, late === 'refused', 'an order that was closed could be paid');
    const orderId = idOf(code);
    const ended = async () => {
      const found = await ledgerOf(connection, { orderId }, 'payment');
      notes.paymentId = found[0]?.id ?? null;
      return found.every(({ state }) => state === 'rejected' || state === 'expired');
    };
    expect(notes, await until(ended), 'an attempt has not ended');
    expect(notes, !declined || notes.paymentId !== null, 'the attempt is not in the ledger');
    const taken = before - (await payer.balance());
    expect(notes, taken === 0n, `the payer's wallet took ${taken} minor units`);
  },
};

export async function playCell(which: Case, each: Play): Promise<Cell> {
  const notes: Notes = { wrong: [], paymentId: null };
  try {
    await play[which](each, notes);
  } catch (error) {
    notes.wrong.push(error instanceof Error ? error.message : String(error));
  }
  const { wrong, paymentId } = notes;
  return {
    payer: each.payer.dialect,
    payee: each.payee.dialect,
    case: which,
    outcome: wrong.length === 0 ? 'passed' : 'failed',
    paymentId,
    driver: each.payee.driver,
    wrong,
  };
}
