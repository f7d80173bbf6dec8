// Looking a payee up, asking for a quote, claiming and releasing the aliases of one's own parties.
import { z } from 'zod';
import { instantSchema, participantIdSchema, quoteIdSchema } from '../ids.ts';
import { currencyCodeSchema, moneySchema } from '../money.ts';
import { accountSchema, aliasSchema, partyNameSchema } from './party.ts';
import { payeeRefSchema } from './payments.ts';
import { defineRoute } from './route.ts';

export const createLookupSchema = z
  .strictObject({ alias: aliasSchema })
  .meta({ id: 'CreateLookup' });
export type CreateLookup = z.infer<typeof createLookupSchema>;

export const payeeSchema = z
  .object({
    participantId: participantIdSchema,
    alias: aliasSchema,
    name: z.string().optional().meta({
      description: "As the payee's own participant verified it; masked unless the payee shows it",
    }),
  })
  .meta({ id: 'Payee' });

export const lookupSchema = z
  .object({ payee: payeeSchema, currencies: z.array(currencyCodeSchema) })
  .meta({ id: 'Lookup' });
export type LookupJson = z.infer<typeof lookupSchema>;

export const createQuoteSchema = z
  .strictObject({
    payee: payeeRefSchema,
    amount: moneySchema,
    fixed: z.enum(['debit', 'credit']).optional().meta({
      description: 'Which side `amount` is: what leaves the payer, or (default) reaches the payee',
    }),
    currency: currencyCodeSchema
      .optional()
      .meta({ description: 'Of the side that `amount` is not; the same currency when absent' }),
  })
  .meta({ id: 'CreateQuote' });
export type CreateQuote = z.infer<typeof createQuoteSchema>;

export const quoteSchema = z
  .object({
    id: quoteIdSchema,
    payee: payeeSchema,
    debit: moneySchema,
    credit: moneySchema,
    fee: moneySchema,
    exchange: z
      .object({ participantId: participantIdSchema, rate: z.string() })
      .optional()
      .meta({ description: 'Between currencies: who exchanges, and at which rate' }),
    expiresAt: instantSchema,
  })
  .meta({ id: 'Quote' });
export type QuoteJson = z.infer<typeof quoteSchema>;

export const claimAliasSchema = z
  .strictObject({ alias: aliasSchema, account: accountSchema, name: partyNameSchema.optional() })
  .meta({ id: 'ClaimAlias' });
export type ClaimAlias = z.infer<typeof claimAliasSchema>;

export const releaseAliasSchema = z
  .strictObject({ alias: aliasSchema })
  .meta({ id: 'ReleaseAlias' });

export const aliasRecordSchema = z
  .object({ alias: aliasSchema, account: accountSchema, participantId: participantIdSchema })
  .meta({ id: 'AliasRecord' });
export type AliasRecordJson = z.infer<typeof aliasRecordSchema>;

export const createLookupRoute = defineRoute({
  id: 'createLookup',
  method: 'POST',
  path: '/v1/lookups',
  summary: 'Find who is paid under an alias; a miss costs budget, a payment gives some back',
  body: createLookupSchema,
  answers: { 200: { description: 'The payee', schema: lookupSchema } },
  problems: [
    'alias_malformed',
    'lookup_budget_exhausted',
    'alias_not_found',
    'payee_participant_unavailable',
    'payee_not_payable',
  ],
});

export const createQuoteRoute = defineRoute({
  id: 'createQuote',
  method: 'POST',
  path: '/v1/quotes',
  summary: 'Ask for fee, rate and receive amount, binding until the quote expires',
  body: createQuoteSchema,
  answers: { 201: { description: 'Binding until it expires', schema: quoteSchema } },
  problems: [
    'currency_unknown',
    'currency_not_supported',
    'amount_malformed',
    'amount_negative',
    'amount_zero',
    'amount_too_precise',
    'amount_too_large',
    'alias_malformed',
    'lookup_budget_exhausted',
    'alias_not_found',
    'payee_participant_unavailable',
    'payee_not_payable',
    'rate_unavailable',
    'fee_exceeds_amount',
    'capability_unsupported',
  ],
});

export const claimAliasRoute = defineRoute({
  id: 'claimAlias',
  method: 'POST',
  path: '/v1/aliases',
  summary: 'Register an alias for a party of your own',
  body: claimAliasSchema,
  answers: { 200: { description: 'It leads to this account now', schema: aliasRecordSchema } },
  problems: ['alias_malformed', 'alias_taken'],
});

export const releaseAliasRoute = defineRoute({
  id: 'releaseAlias',
  method: 'DELETE',
  path: '/v1/aliases',
  summary: 'Release an alias of a party of your own; in the body, for it is personal data',
  body: releaseAliasSchema,
  answers: { 204: { description: 'It leads nowhere now' } },
  problems: ['alias_malformed', 'alias_not_found', 'alias_not_yours'],
});
