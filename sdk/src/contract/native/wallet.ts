// What a participant's wallet serves below its endpoint. The switch signs these calls, the wallet
// signs its answers. All are idempotent by leg id: the switch sends the identical instruction as
// often as it must, and inquires while it does not know. 404 on an inquiry: unknown to the wallet.
import { z } from 'zod';
import { instantSchema, legIdSchema, paymentIdSchema } from '../ids.ts';
import { currencyCodeSchema, moneySchema } from '../money.ts';
import {
  accountSchema,
  noteSchema,
  partyNameSchema,
  referenceSchema,
  sideSchema,
} from './party.ts';
import { defineRoute } from './route.ts';

export const askPartySchema = z.strictObject({ account: accountSchema }).meta({ id: 'AskParty' });
export type AskParty = z.infer<typeof askPartySchema>;

export const partyAnswerSchema = z
  .object({
    payable: z.boolean(),
    name: partyNameSchema.optional(),
    currencies: z.array(currencyCodeSchema).max(64),
  })
  .meta({ id: 'PartyAnswer' });
export type PartyAnswerJson = z.infer<typeof partyAnswerSchema>;

export const askQuoteSchema = z
  .strictObject({ account: accountSchema, amount: moneySchema })
  .meta({ id: 'AskQuote' });
export type AskQuote = z.infer<typeof askQuoteSchema>;

export const quoteAnswerSchema = z
  .object({ payable: z.boolean(), fee: moneySchema })
  .meta({ id: 'QuoteAnswer', description: 'The fee that the payee’s side takes of the amount' });
export type QuoteAnswerJson = z.infer<typeof quoteAnswerSchema>;

const instruction = {
  legId: legIdSchema,
  paymentId: paymentIdSchema,
  amount: moneySchema,
  account: accountSchema,
  name: partyNameSchema.optional(),
  note: noteSchema.optional(),
  reference: referenceSchema.optional(),
  expiresAt: instantSchema,
};

export const creditSchema = z
  .strictObject({ ...instruction, payer: sideSchema })
  .meta({ id: 'Credit', description: 'Give this party the money; it is reserved in the scheme' });
export type CreditJson = z.infer<typeof creditSchema>;

export const collectionSchema = z
  .strictObject({ ...instruction, payee: sideSchema })
  .meta({ id: 'Collection', description: 'Ask this party to pay, and capture when it agrees' });
export type CollectionJson = z.infer<typeof collectionSchema>;

export const closeCollectionSchema = z
  .strictObject({ legId: legIdSchema, paymentId: paymentIdSchema })
  .meta({ id: 'CloseCollection' });
export type CloseCollectionJson = z.infer<typeof closeCollectionSchema>;

export const walletRefundSchema = z
  .strictObject({
    ...instruction,
    payee: sideSchema,
    original: z.strictObject({
      legId: legIdSchema,
      paymentId: paymentIdSchema,
      externalId: referenceSchema.optional(),
    }),
  })
  .meta({ id: 'WalletRefund', description: 'Give the payer back what the original leg took' });
export type WalletRefundJson = z.infer<typeof walletRefundSchema>;

/**
 * completed and rejected are final. Of a collection, completed means captured; rejected means that
 * it never will be. A close answers what became of the collection: rejected once it is closed,
 * completed if it was captured before. A close of a collection the wallet never saw is `rejected`,
 * for good.
 */
export const legAnswerSchema = z
  .object({
    outcome: z.enum(['completed', 'rejected', 'pending']),
    externalId: referenceSchema.optional(),
    problem: z
      .object({ code: z.string().max(64), detail: z.string().max(512).optional() })
      .optional()
      .meta({ description: 'Why it was rejected: a code of /v1/problems' }),
  })
  .meta({ id: 'LegAnswer' });
export type LegAnswerJson = z.infer<typeof legAnswerSchema>;

const final = { description: 'The outcome is final', schema: legAnswerSchema } as const;
const answers = {
  200: final,
  202: { description: 'Accepted; the outcome comes later', schema: legAnswerSchema },
} as const;
const params = z.object({ legId: legIdSchema });
const inquired = {
  200: { description: 'What became of it', schema: legAnswerSchema },
} as const;

export const askPartyRoute = defineRoute({
  id: 'askParty',
  method: 'POST',
  path: '/parties',
  summary: 'Who is behind this account, and can it be paid?',
  body: askPartySchema,
  answers: { 200: { description: 'The party', schema: partyAnswerSchema } },
});

export const askQuoteRoute = defineRoute({
  id: 'askQuote',
  method: 'POST',
  path: '/quotes',
  summary: 'What does your side take of this amount?',
  body: askQuoteSchema,
  answers: { 200: { description: 'The fee', schema: quoteAnswerSchema } },
});

export const creditRoute = defineRoute({
  id: 'credit',
  method: 'POST',
  path: '/credits',
  summary: 'Credit a party',
  idempotent: true,
  body: creditSchema,
  answers,
});

export const inquireCreditRoute = defineRoute({
  id: 'inquireCredit',
  method: 'GET',
  path: '/credits/{legId}',
  summary: 'What became of a credit?',
  params,
  answers: inquired,
});

export const collectRoute = defineRoute({
  id: 'collect',
  method: 'POST',
  path: '/collections',
  summary: 'Ask a party to pay',
  idempotent: true,
  body: collectionSchema,
  answers,
});

export const inquireCollectionRoute = defineRoute({
  id: 'inquireCollection',
  method: 'GET',
  path: '/collections/{legId}',
  summary: 'What became of a collection?',
  params,
  answers: inquired,
});

export const closeCollectionRoute = defineRoute({
  id: 'closeCollection',
  method: 'POST',
  path: '/collections/{legId}/close',
  summary: 'Take an unanswered collection back',
  idempotent: true,
  params,
  body: closeCollectionSchema,
  answers,
});

export const refundRoute = defineRoute({
  id: 'refund',
  method: 'POST',
  path: '/refunds',
  summary: 'Give money back against an original leg',
  idempotent: true,
  body: walletRefundSchema,
  answers,
});

export const inquireRefundRoute = defineRoute({
  id: 'inquireRefund',
  method: 'GET',
  path: '/refunds/{legId}',
  summary: 'What became of a refund?',
  params,
  answers: inquired,
});
