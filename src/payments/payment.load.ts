// Reading payments and orders back: all open ones after a (re)start, single ones by their id.

import { problemCodeSchema } from '@hutong/sdk/contract';
import { z } from 'zod';
import type { Unseal } from '../journal/machine.ts';
import type { Reader, Row } from '../journal/store.ts';
import type { Sealable } from '../journal/table.ts';
import { exchangeSchema } from '../quotes/index.ts';
import type { Book } from './book.ts';
import {
  COLLECT_STATES,
  END_STATES,
  LEG_ROLES,
  type Order,
  PAYMENT_KINDS,
  type Payment,
  PUSH_STATES,
} from './payment.ts';

const legSchema = z.object({
  role: z.enum(LEG_ROLES),
  participant: z.string(),
  connection: z.string(),
  instruction: z.enum(['credit', 'collect', 'close', 'refund']).nullable(),
  state: z.enum(['none', 'sent', 'completed', 'rejected', 'not_sent']),
  inDoubt: z.boolean(),
  externalId: z.string().nullable(),
  sentAt: z.tuple([z.number(), z.number()]).nullable(),
  record: z.string().nullable(),
});

const movementSchema = z.tuple([
  z.number(),
  z.number(),
  z.string(),
  z.enum(['pending', 'posted', 'voided']),
]);

const jsonText = z.string().transform((text): unknown => JSON.parse(text));

const holdSchema = z.union([
  z
    .object({ until: z.literal('capture'), authorised: z.string() })
    .transform(({ until, authorised }) => ({ until, authorisedMinor: BigInt(authorised) })),
  z.object({
    until: z.literal('fulfilment'),
    condition: z.string(),
    fulfilment: z.string().nullable(),
  }),
]);

const stateSchema = z.enum([...PUSH_STATES, ...COLLECT_STATES, ...END_STATES]);
const int = z.bigint().transform(Number);
const sealed = z.instanceof(Uint8Array);

const paymentRow = z.object({
  id: z.string(),
  kind: z.enum(PAYMENT_KINDS),
  flow: z.enum(['push', 'collect']),
  cause_id: z.string().nullable(),
  order_id: z.string().nullable(),
  quote_id: z.string().nullable(),
  state: stateSchema,
  previous_state: stateSchema.nullable(),
  payer_participant_id: z.string(),
  payee_participant_id: z.string(),
  currency: z.string(),
  amount_minor: z.bigint(),
  debit_minor: z.bigint(),
  credit_minor: z.bigint(),
  fee_minor: z.bigint(),
  fee_participant_id: z.string().nullable(),
  hold: jsonText.pipe(holdSchema).nullable(),
  exchange: exchangeSchema.nullable(),
  movements: z.array(movementSchema),
  legs: z.array(legSchema),
  problem: problemCodeSchema.nullable(),
  reference: z.string().nullable(),
  created_at_ms: int,
  expires_at_ms: int,
  ended_at_ms: int.nullable(),
  created_seq: int,
  updated_seq: int,
  refunded_minor: z.bigint(),
  refunding_minor: z.bigint(),
  payer: sealed,
  payee: sealed,
});

const orderRow = z.object({
  id: z.string(),
  state: z.enum(['open', 'claimed', 'paid', 'closed']),
  previous_state: z.enum(['open', 'claimed', 'paid', 'closed']).nullable(),
  payee_participant_id: z.string(),
  payee_connection_id: z.string(),
  currency: z.string(),
  amount_minor: z.bigint(),
  reference: z.string().nullable(),
  created_at_ms: int,
  expires_at_ms: int,
  winner_id: z.string().nullable(),
  created_seq: int,
  updated_seq: int,
  payee: sealed,
});

/** What is left of a party whose data was shredded. */
export const SHREDDED = Buffer.from('{}');

const sealable = (bytes: Uint8Array | null | undefined, subjects: readonly string[]): Sealable => ({
  bytes: bytes ?? SHREDDED,
  subjects,
});

function toPayment(row: z.infer<typeof paymentRow>, payer: Sealable, payee: Sealable): Payment {
  return {
    id: row.id,
    kind: row.kind,
    flow: row.flow,
    causeId: row.cause_id,
    orderId: row.order_id,
    quoteId: row.quote_id,
    state: row.state,
    previousState: row.previous_state,
    payerParticipantId: row.payer_participant_id,
    payeeParticipantId: row.payee_participant_id,
    currency: row.currency,
    amountMinor: row.amount_minor,
    debitMinor: row.debit_minor,
    creditMinor: row.credit_minor,
    feeMinor: row.fee_minor,
    feeParticipantId: row.fee_participant_id,
    hold: row.hold,
    exchange: row.exchange,
    movements: row.movements.map(([debit, credit, amount, state]) => ({
      debit,
      credit,
      amountMinor: BigInt(amount),
      state,
    })),
    legs: row.legs.map((leg, n) => ({
      n,
      role: leg.role,
      participantId: leg.participant,
      connectionId: leg.connection,
      instruction: leg.instruction,
      state: leg.state,
      inDoubt: leg.inDoubt,
      externalId: leg.externalId,
      sentAt: leg.sentAt === null ? null : { seq: leg.sentAt[0], ordinal: leg.sentAt[1] },
      record: leg.record,
    })),
    problem: row.problem,
    reference: row.reference,
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
    endedAtMs: row.ended_at_ms,
    createdSeq: row.created_seq,
    updatedSeq: row.updated_seq,
    refundedMinor: row.refunded_minor,
    refundingMinor: row.refunding_minor,
    payer,
    payee,
  };
}

/** The subjects a sealed column names stand in its header, so they survive shredding. */
export type SubjectsOf = (sealed: Uint8Array) => string[];

async function paymentsOf(
  rows: readonly Row[],
  unseal: Unseal,
  subjectsOf: SubjectsOf,
): Promise<Payment[]> {
  const parsed = rows.map((row) => paymentRow.parse(row));
  const opened = await unseal(parsed.flatMap((row) => [row.payer, row.payee]));
  return parsed.map((row, i) =>
    toPayment(
      row,
      sealable(opened[2 * i], subjectsOf(row.payer)),
      sealable(opened[2 * i + 1], subjectsOf(row.payee)),
    ),
  );
}

async function ordersOf(
  rows: readonly Row[],
  unseal: Unseal,
  subjectsOf: SubjectsOf,
): Promise<Order[]> {
  const parsed = rows.map((row) => orderRow.parse(row));
  const opened = await unseal(parsed.map((row) => row.payee));
  return parsed.map((row, i) => ({
    id: row.id,
    state: row.state,
    previousState: row.previous_state,
    payeeParticipantId: row.payee_participant_id,
    payeeConnectionId: row.payee_connection_id,
    currency: row.currency,
    amountMinor: row.amount_minor,
    reference: row.reference,
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
    winnerId: row.winner_id,
    createdSeq: row.created_seq,
    updatedSeq: row.updated_seq,
    payee: sealable(opened[i], subjectsOf(row.payee)),
  }));
}

export interface PaymentReader {
  payments(reader: Reader, ids: readonly string[]): Promise<Payment[]>;
  orders(reader: Reader, ids: readonly string[]): Promise<Order[]>;
  loadOpen(book: Book, reader: Reader, unseal: Unseal): Promise<void>;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What is no id of ours names nothing; asking PostgreSQL would fail the whole batch instead. */
const isUuid = (text: string) => UUID.test(text);

export function createPaymentReader(deps: {
  readonly unseal: Unseal;
  readonly subjectsOf: SubjectsOf;
}): PaymentReader {
  const { subjectsOf } = deps;
  return {
    async payments(reader, asked) {
      const ids = asked.filter(isUuid);
      if (ids.length === 0) return [];
      // rides payments_pkey
      const rows = await reader.rows('select * from payments where id = any($1::uuid[])', [ids]);
      return paymentsOf(rows, deps.unseal, subjectsOf);
    },
    async orders(reader, asked) {
      const ids = asked.filter(isUuid);
      if (ids.length === 0) return [];
      // rides orders_pkey
      const rows = await reader.rows('select * from orders where id = any($1::uuid[])', [ids]);
      return ordersOf(rows, deps.unseal, subjectsOf);
    },
    async loadOpen(book, reader, unseal) {
      const [head] = await reader.rows('select open_floor from batches order by seq desc limit 1');
      const floor = head?.['open_floor'];
      if (typeof floor === 'string') {
        // rides payments_pkey from the oldest open payment on
        const rows = await reader.rows(
          `select * from payments where id >= $1::uuid
           and state not in ('completed', 'rejected', 'expired', 'returned')
           order by created_seq, id`,
          [floor],
        );
        for (const payment of await paymentsOf(rows, unseal, subjectsOf)) book.addPayment(payment);
      }
      // rides lasting_payments_open_idx
      const lasting = await reader.rows(
        `select p.* from lasting_payments l join payments p on p.id = l.payment_id
         where l.is_open order by p.created_seq, p.id`,
      );
      for (const payment of await paymentsOf(lasting, unseal, subjectsOf)) {
        if (book.payment(payment.id) === undefined) book.addPayment(payment);
        const live = book.payment(payment.id);
        if (live !== undefined) book.last(live);
      }
      // rides orders_open_idx
      const orders = await reader.rows(
        `select * from orders where state in ('open', 'claimed') order by id`,
      );
      for (const order of await ordersOf(orders, unseal, subjectsOf)) book.addOrder(order);
    },
  };
}
