// What both writers of this benchmark write: the same payments between the same accounts, with the
// same bytes. Random but seeded, so that two runs in one process do the same work.
import { randomBytes } from 'node:crypto';
import type { Machine } from '../../src/journal/machine.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { PrepareCommand, SettleCommand } from '../../src/payments/payment.commands.ts';
import type { Ids } from '../../src/runtime/ids.ts';

export const CURRENCY = 'CNY';
/** A signed one-call request, and its answer, are about this long. */
const REQUEST_BYTES = 700;
const ANSWER_BYTES = 300;
export const MESSAGE_BYTES = 600;
const LIMIT_MINOR = 10n ** 15n;
const TRANSIT = 1;
const FIRST_POSITION = 10;

export interface Work {
  readonly accounts: number;
  positionOf(participant: number): number;
  /** A new payment between two participants, and what completes it. */
  next(): {
    readonly prepare: PrepareCommand;
    readonly key: { readonly hash: string; readonly content: string };
    readonly subjects: readonly string[];
    readonly settle: SettleCommand;
    readonly payer: number;
    readonly payee: number;
  };
}

export function createWork(accounts: number, ids: Ids): Work {
  const subjects = Array.from({ length: accounts }, () => randomBytes(16).toString('hex'));
  const side = (n: number) => ({
    participantId: `bench-${n}`,
    connectionId: `bench-${n}-main`,
    party: {
      bytes: Buffer.from(`{"account":"user-${n}","name":"Li Wei","note":null}`),
      subjects: [subjects[n] ?? ''],
    },
  });
  return {
    accounts,
    positionOf: (participant) => FIRST_POSITION + participant,
    next() {
      const payer = Math.floor(Math.random() * accounts);
      const payee = (payer + 1 + Math.floor(Math.random() * (accounts - 1))) % accounts;
      const id = ids.uuid();
      const both = [subjects[payer] ?? '', subjects[payee] ?? ''];
      const amountMinor = BigInt(1 + Math.floor(Math.random() * 100_000));
      return {
        payer,
        payee,
        subjects: both,
        key: { hash: randomBytes(16).toString('hex'), content: randomBytes(16).toString('hex') },
        prepare: {
          type: 'prepare',
          id,
          flow: 'push',
          orderId: null,
          quoteId: null,
          payer: side(payer),
          payee: side(payee),
          currency: CURRENCY,
          amountMinor,
          debitMinor: amountMinor,
          creditMinor: amountMinor,
          feeMinor: 0n,
          feeParticipantId: null,
          hold: null,
          exchange: null,
          reference: null,
          expiresAtMs: Date.now() + 60_000,
          evidence: { bytes: Buffer.alloc(REQUEST_BYTES, 120), subjects: both },
        },
        settle: {
          type: 'settle',
          paymentId: id,
          leg: 1,
          connectionId: null,
          outcome: 'completed',
          externalId: id,
          problem: null,
          record: undefined,
          evidence: { bytes: Buffer.alloc(ANSWER_BYTES, 120), subjects: both },
          returnId: ids.uuid(),
        },
      };
    },
  };
}

/** Opens the accounts the work moves money between. */
export function createSetup(work: Work): Machine<{ readonly type: 'open' }, boolean> {
  const open = (ledger: Ledger) => {
    const shared = { currency: CURRENCY } as const;
    ledger.open({
      ...shared,
      number: TRANSIT,
      participantId: null,
      kind: 'transit',
      limitMinor: null,
    });
    for (let n = 0; n < work.accounts; n += 1) {
      const participantId = `bench-${n}`;
      const number = work.positionOf(n);
      ledger.open({ ...shared, number, participantId, kind: 'position', limitMinor: LIMIT_MINOR });
    }
  };
  return {
    name: 'bench-setup',
    apply(_command, context) {
      open(context.ledger);
      return true;
    },
    load: () => Promise.resolve(),
    clear: () => undefined,
  };
}
