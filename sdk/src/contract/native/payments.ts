// Payments and refunds as a participant asks for them and reads them.
import { z } from 'zod';
import {
  conditionSchema,
  fulfilmentSchema,
  hash32Schema,
  idempotencyKeySchema,
  instantSchema,
  legIdSchema,
  orderIdSchema,
  participantIdSchema,
  paymentIdSchema,
  quoteIdSchema,
  seqSchema,
} from '../ids.ts';
import { moneySchema } from '../money.ts';
import { problemCodeSchema, retrySchema } from '../problems.ts';
import { aliasSchema, noteSchema, partySchema, referenceSchema, sideSchema } from './party.ts';
import { defineRoute } from './route.ts';

export const authorisationSchema = z
  .strictObject({
    method: z.string().regex(/^[a-z][a-z0-9_]{0,31}$/),
    at: instantSchema,
    termsHash: hash32Schema,
  })
  .meta({
    id: 'Authorisation',
    description: 'How and when the payer agreed, and the SHA-256 of the terms that were shown',
  });

export const payeeRefSchema = z.strictObject({ alias: aliasSchema }).meta({ id: 'PayeeRef' });

export const ONE_HOLD = 'a payment waits for its capture or for its condition, not for both';
export const EXACTLY_ONE = 'say who is paid by exactly one of payee with amount, quoteId, orderId';

interface Wish {
  readonly payee?: unknown;
  readonly amount?: unknown;
  readonly quoteId?: unknown;
  readonly orderId?: unknown;
  readonly capture?: unknown;
  readonly condition?: unknown;
}

export const saysWhoIsPaid = ({ payee, amount, quoteId, orderId }: Wish) =>
  (payee === undefined) === (amount === undefined) &&
  [payee, quoteId, orderId].filter((each) => each !== undefined).length === 1;
export const hasOneHold = ({ capture, condition }: Wish) =>
  capture === undefined || condition === undefined;

/** The members of a payment's wish; which go together is said by the schemas made of them. */
export const createPaymentShape = {
  payer: partySchema,
  payee: payeeRefSchema.optional(),
  amount: moneySchema.optional(),
  quoteId: quoteIdSchema.optional(),
  orderId: orderIdSchema.optional(),
  reference: referenceSchema.optional(),
  note: noteSchema.optional(),
  expiresAt: instantSchema.optional(),
  authorisation: authorisationSchema.optional(),
  capture: z.literal('manual').optional().meta({
    description: 'Reserves; the payee captures all or a part of it, or releases it',
  }),
  condition: conditionSchema.optional().meta({
    description: 'Reserves; the money moves when somebody shows the preimage of this SHA-256',
  }),
};

/** Exactly one of `payee` with `amount`, `quoteId`, `orderId` says who is paid what. */
export const createPaymentSchema = z
  .strictObject(createPaymentShape)
  .refine(hasOneHold, ONE_HOLD)
  .refine(saysWhoIsPaid, EXACTLY_ONE)
  .meta({
    id: 'CreatePayment',
    description: EXACTLY_ONE,
    oneOf: [
      { required: ['payee', 'amount'] },
      { required: ['quoteId'] },
      { required: ['orderId'] },
    ],
  });
export type CreatePayment = z.infer<typeof createPaymentSchema>;

export const createRefundSchema = z
  .strictObject({
    amount: moneySchema,
    reference: referenceSchema.optional(),
    reason: noteSchema.optional(),
  })
  .meta({ id: 'CreateRefund' });
export type CreateRefund = z.infer<typeof createRefundSchema>;

export const paymentKindSchema = z.enum(['payment', 'refund', 'return', 'adjustment']);
export const paymentStateSchema = z
  .enum([
    'held',
    'reserved',
    'awaiting_payer',
    'closing',
    'paid_in',
    'delivering',
    'returning',
    'completed',
    'rejected',
    'expired',
    'returned',
  ])
  .meta({
    id: 'PaymentState',
    description: 'completed, rejected, expired and returned are ends: no path leads out of them',
  });
export type PaymentStateJson = z.infer<typeof paymentStateSchema>;

const ends: readonly PaymentStateJson[] = ['completed', 'rejected', 'expired', 'returned'];
export function isEndState(state: PaymentStateJson): boolean {
  return ends.includes(state);
}

/** Why an attempt ended without being completed. */
export const reasonSchema = z
  .object({ code: problemCodeSchema, title: z.string(), retry: retrySchema })
  .meta({ id: 'Reason' });

export const paymentSchema = z
  .object({
    id: paymentIdSchema,
    kind: paymentKindSchema,
    state: paymentStateSchema,
    inDoubt: z
      .boolean()
      .meta({ description: "A side's answer is unknown: the switch inquires until it knows" }),
    amount: moneySchema,
    debit: moneySchema.meta({ description: 'What leaves the payer, fee included' }),
    credit: moneySchema.meta({ description: 'What reaches the payee' }),
    fee: moneySchema,
    refunded: moneySchema,
    payer: sideSchema,
    payee: sideSchema,
    authorised: moneySchema.optional().meta({
      description: 'What was put on hold, where the payee captures; `amount` is what it took',
    }),
    condition: conditionSchema.optional(),
    fulfilment: fulfilmentSchema.optional(),
    exchangedBy: participantIdSchema
      .optional()
      .meta({ description: 'The FX participant between the currencies of debit and credit' }),
    causeId: paymentIdSchema.optional(),
    orderId: orderIdSchema.optional(),
    quoteId: quoteIdSchema.optional(),
    reference: referenceSchema.optional(),
    problem: reasonSchema.optional(),
    createdAt: instantSchema,
    expiresAt: instantSchema,
    endedAt: instantSchema.optional(),
    seq: seqSchema.meta({ description: 'Of its latest change in the journal' }),
  })
  .meta({ id: 'Payment' });
export type PaymentJson = z.infer<typeof paymentSchema>;

const ONE_ID = 'ask by exactly one of idempotencyKey, reference, legId';
export const findPaymentSchema = z
  .strictObject({
    idempotencyKey: idempotencyKeySchema.optional(),
    reference: referenceSchema.optional(),
    legId: legIdSchema.optional(),
  })
  .refine((query) => Object.values(query).filter((v) => v !== undefined).length === 1, ONE_ID);

/** A wallet tells what became of an instruction it had answered as pending, or not at all. */
export const reportLegSchema = z
  .strictObject({
    outcome: z.enum(['completed', 'rejected']),
    externalId: referenceSchema.optional(),
    problem: z.strictObject({ code: problemCodeSchema }).optional(),
  })
  .meta({ id: 'ReportLeg' });
export type ReportLeg = z.infer<typeof reportLegSchema>;

const ended = { description: 'It has ended', schema: paymentSchema } as const;
const under = {
  description: 'It is under way: ask by id, or wait',
  schema: paymentSchema,
} as const;
const params = z.object({ id: paymentIdSchema });

const payProblems = [
  'idempotency_conflict',
  'currency_unknown',
  'currency_not_supported',
  'amount_malformed',
  'amount_negative',
  'amount_zero',
  'amount_too_precise',
  'amount_too_large',
] as const;

export const createPaymentRoute = defineRoute({
  id: 'createPayment',
  method: 'POST',
  path: '/v1/payments',
  summary: 'Pay: the payer’s wallet holds the money and instructs',
  idempotent: true,
  waits: true,
  body: createPaymentSchema,
  answers: {
    200: { ...ended, description: 'A replay of one that has ended' },
    201: ended,
    202: under,
  },
  problems: [
    ...payProblems,
    'alias_malformed',
    'lookup_budget_exhausted',
    'alias_not_found',
    'payee_participant_unavailable',
    'payee_not_payable',
    'payer_is_payee',
    'quote_not_found',
    'quote_expired',
    'quote_used',
    'order_not_found',
    'expiry_invalid',
  ],
});

export const getPaymentRoute = defineRoute({
  id: 'getPayment',
  method: 'GET',
  path: '/v1/payments/{id}',
  summary: 'Read a payment; only those who take part in it can',
  params,
  answers: { 200: { description: 'As it stands now', schema: paymentSchema } },
  problems: ['payment_not_found'],
});

export const findPaymentRoute = defineRoute({
  id: 'findPayment',
  method: 'GET',
  path: '/v1/payments',
  summary: 'Find a payment by your own idempotency key, reference, or leg id',
  query: findPaymentSchema,
  answers: { 200: { description: 'As it stands now', schema: paymentSchema } },
  problems: ['payment_not_found'],
});

export const createRefundRoute = defineRoute({
  id: 'createRefund',
  method: 'POST',
  path: '/v1/payments/{id}/refunds',
  summary: 'Give a completed payment back, in part or in full; the payee’s side asks',
  idempotent: true,
  waits: true,
  params,
  body: createRefundSchema,
  answers: {
    200: { ...ended, description: 'A replay of one that has ended' },
    201: ended,
    202: under,
  },
  problems: [
    ...payProblems,
    'payment_not_found',
    'payment_not_completed',
    'refund_currency_mismatch',
    'refund_exceeds_payment',
    'refund_too_late',
  ],
});

export const reportLegRoute = defineRoute({
  id: 'reportLeg',
  method: 'POST',
  path: '/v1/legs/{legId}/report',
  summary: 'Tell the late outcome of an instruction',
  params: z.object({ legId: legIdSchema }),
  body: reportLegSchema,
  answers: { 200: { description: 'The payment as it stands now', schema: paymentSchema } },
  problems: ['payment_not_found', 'outcome_contradicts', 'transition_refused'],
});
