// The smallest room that a journal can run: a till that takes deposits. One command moves money
// from the bank's account to the till's, tells it in an event and claims the command's key. For
// tests of the journal itself.
import type { JournalContext } from '../../src/journal/batch.ts';
import { ACCOUNTS, TRANSFERS } from '../../src/journal/journal.tables.ts';
import type { Machine } from '../../src/journal/machine.ts';

/**
 * What goes wrong with it: PostgreSQL refuses a value, or the whole statement, an update finds no
 * row, or the decision throws.
 */
export const FAULTS = ['data', 'statement', 'lost update', 'defect'] as const;
export type Fault = (typeof FAULTS)[number];

export interface Deposit {
  readonly id: string;
  readonly amountMinor: bigint;
  readonly fault?: Fault;
}

export interface Deposited {
  /** What the till holds after it, minor units. */
  readonly totalMinor: bigint;
}

const BANK = 1;
const TILL = 2;

function open({ ledger }: JournalContext): void {
  if (ledger.find(null, 'CNY', 'bank') !== undefined) return;
  const shared = { currency: 'CNY', limitMinor: null } as const;
  ledger.open({ ...shared, number: BANK, participantId: null, kind: 'bank' });
  ledger.open({ ...shared, number: TILL, participantId: 'till', kind: 'cover' });
}

export function createTill(): Machine<Deposit, Deposited> {
  return {
    name: 'till',
    apply({ id, amountMinor, fault }, context) {
      open(context);
      const movement = { debit: BANK, credit: TILL, amountMinor };
      context.ledger.transfer(movement);
      context.posted(id, movement);
      if (fault === 'defect') throw new Error('a defect in the decision');
      // nothing of a transfer may change, so an update of one is no SQL
      const transfer = { seq: -1, ordinal: 0, paymentId: id, ...movement, atMs: 0 };
      if (fault === 'statement') context.update(TRANSFERS, transfer);
      const till = context.ledger.find('till', 'CNY', 'cover');
      if (fault === 'lost update' && till !== undefined) {
        context.update(ACCOUNTS, { ...till, number: -1 });
      }
      const type = fault === 'data' ? 'poison\u0000' : 'till.deposited';
      context.event({ type, subjectId: id, audience: ['till'], body: { id } });
      context.claimKey('deposit', id);
      return { totalMinor: till?.creditsPostedMinor ?? 0n };
    },
    load: () => Promise.resolve(),
    clear() {},
  };
}
