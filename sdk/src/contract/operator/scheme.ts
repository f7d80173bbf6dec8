// What the operator decides about the scheme: fees, held payments, legs in doubt, its own people.
import { z } from 'zod';
import { handleSchema, instantSchema, legIdSchema, paymentIdSchema } from '../ids.ts';
import { currencyCodeSchema, moneySchema } from '../money.ts';
import { noteSchema, partyNameSchema } from '../native/party.ts';
import { defineOperatorRoute } from './route.ts';

const amount = z.string().max(24);
const bps = z.int().min(0).max(10_000);

export const feeScheduleSchema = z
  .object({
    currency: currencyCodeSchema,
    fixed: amount,
    bps,
    min: amount,
    max: amount.optional(),
    tiers: z.array(z.object({ upTo: amount, fixed: amount, bps })),
    bearer: z.enum(['payer', 'payee']),
    version: z.int(),
  })
  .meta({ id: 'FeeSchedule' });
export type FeeScheduleJson = z.infer<typeof feeScheduleSchema>;

export const setFeesSchema = z
  .strictObject({
    fixed: amount.optional(),
    bps: bps.optional(),
    min: amount.optional(),
    max: amount.optional(),
    tiers: z
      .array(z.strictObject({ upTo: amount, fixed: amount, bps }))
      .max(20)
      .optional()
      .meta({ description: 'Smaller amounts: the first tier whose upTo is not exceeded holds' }),
    bearer: z.enum(['payer', 'payee']),
  })
  .meta({ id: 'SetFees' });

export const heldPaymentSchema = z
  .object({
    paymentId: paymentIdSchema,
    payer: handleSchema,
    payee: handleSchema,
    amount: moneySchema,
    createdAt: instantSchema,
    expiresAt: instantSchema,
  })
  .meta({ id: 'HeldPayment' });

export const doubtSchema = z
  .object({
    legId: legIdSchema,
    paymentId: paymentIdSchema,
    connection: handleSchema,
    instruction: z.string(),
    amount: moneySchema,
    since: instantSchema,
    proposal: z
      .object({
        outcome: z.enum(['completed', 'rejected', 'not_sent']),
        reason: z.string(),
        by: handleSchema,
      })
      .optional(),
  })
  .meta({ id: 'Doubt' });

export const personSchema = z
  .object({
    id: handleSchema,
    name: z.string(),
    role: z.enum(['viewer', 'operator', 'approver']),
    status: z.enum(['active', 'disabled']),
    keyId: z.string(),
  })
  .meta({ id: 'Person' });
export type PersonJson = z.infer<typeof personSchema>;

const currency = z.object({ currency: currencyCodeSchema });
const payment = z.object({ id: paymentIdSchema });
const leg = z.object({ legId: legIdSchema });
const done = z.object({ state: z.string() }).meta({ id: 'Decided' });
const decided = { 200: { description: 'As it stands now', schema: done } } as const;

export const schemeRoutes = {
  getFees: defineOperatorRoute({
    id: 'getFees',
    method: 'GET',
    path: '/operator/v1/fees',
    summary: 'What the scheme takes, by currency',
    role: 'viewer',
    answers: {
      200: { description: 'All', schema: z.object({ fees: z.array(feeScheduleSchema) }) },
    },
  }),
  setFees: defineOperatorRoute({
    id: 'setFees',
    method: 'POST',
    path: '/operator/v1/fees/{currency}',
    summary: 'Set the fees of a currency; quotes made before keep theirs',
    role: 'operator',
    params: currency,
    body: setFeesSchema,
    answers: { 200: { description: 'It holds now', schema: feeScheduleSchema } },
    problems: ['currency_unknown', 'currency_not_supported', 'amount_malformed'],
  }),
  listHeld: defineOperatorRoute({
    id: 'listHeld',
    method: 'GET',
    path: '/operator/v1/held',
    summary: 'Payments that policy wants reviewed, the oldest first',
    role: 'viewer',
    answers: {
      200: { description: 'All', schema: z.object({ held: z.array(heldPaymentSchema) }) },
    },
  }),
  reviewHeld: defineOperatorRoute({
    id: 'reviewHeld',
    method: 'POST',
    path: '/operator/v1/held/{id}',
    summary: 'Release a held payment, or decline it',
    role: 'operator',
    params: payment,
    body: z.strictObject({ decision: z.enum(['release', 'decline']) }).meta({ id: 'ReviewHeld' }),
    answers: decided,
    problems: ['payment_not_found', 'already_resolved'],
  }),
  listDoubts: defineOperatorRoute({
    id: 'listDoubts',
    method: 'GET',
    path: '/operator/v1/in-doubt',
    summary: 'Legs whose outcome is unknown, with what is proposed about them',
    role: 'viewer',
    answers: { 200: { description: 'All', schema: z.object({ inDoubt: z.array(doubtSchema) }) } },
  }),
  proposeResolution: defineOperatorRoute({
    id: 'proposeResolution',
    method: 'POST',
    path: '/operator/v1/in-doubt/{legId}',
    summary: 'Propose what became of a leg, with the evidence; a second person decides',
    role: 'operator',
    params: leg,
    body: z
      .strictObject({
        outcome: z.enum(['completed', 'rejected', 'not_sent']),
        reason: noteSchema,
      })
      .meta({ id: 'ProposeResolution' }),
    answers: decided,
    problems: ['payment_not_found', 'resource_exists', 'already_resolved'],
  }),
  decideResolution: defineOperatorRoute({
    id: 'decideResolution',
    method: 'POST',
    path: '/operator/v1/in-doubt/{legId}/decision',
    summary: 'Agree with what another person proposed, or withdraw it',
    role: 'approver',
    params: leg,
    body: z.strictObject({ agree: z.boolean() }).meta({ id: 'DecideResolution' }),
    answers: decided,
    problems: ['resource_not_found', 'second_person_required', 'outcome_contradicts'],
  }),
  enrolPerson: defineOperatorRoute({
    id: 'enrolPerson',
    method: 'POST',
    path: '/operator/v1/people',
    summary: 'Enrol one of the operator’s people, or a program of theirs',
    role: 'approver',
    body: z
      .strictObject({
        id: handleSchema,
        name: partyNameSchema.max(100),
        role: z.enum(['viewer', 'operator', 'approver']),
        jwk: z.record(z.string(), z.unknown()),
      })
      .meta({ id: 'EnrolPerson' }),
    answers: { 201: { description: 'Enrolled', schema: personSchema } },
    problems: ['resource_exists', 'key_refused'],
  }),
  listPeople: defineOperatorRoute({
    id: 'listPeople',
    method: 'GET',
    path: '/operator/v1/people',
    summary: 'The operator’s people',
    role: 'viewer',
    answers: { 200: { description: 'All', schema: z.object({ people: z.array(personSchema) }) } },
  }),
  changePerson: defineOperatorRoute({
    id: 'changePerson',
    method: 'POST',
    path: '/operator/v1/people/{id}',
    summary: 'Disable another person’s key, or enable it again',
    role: 'approver',
    params: z.object({ id: handleSchema }),
    body: z.strictObject({ status: z.enum(['active', 'disabled']) }).meta({ id: 'ChangePerson' }),
    answers: { 200: { description: 'As it stands now', schema: personSchema } },
    problems: ['resource_not_found', 'second_person_required'],
  }),
} as const;
