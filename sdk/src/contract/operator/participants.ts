// Participants as the scheme's operator keeps them: who takes part, in what currencies, how far.
import { z } from 'zod';
import { instantSchema, participantIdSchema } from '../ids.ts';
import { moneySchema } from '../money.ts';
import { partyNameSchema } from '../native/party.ts';
import { positionSchema } from '../native/status.ts';
import { defineOperatorRoute } from './route.ts';

export const participantStatusSchema = z
  .enum(['invited', 'certified', 'active', 'suspended', 'closed'])
  .meta({ id: 'ParticipantStatus' });

export const participantSchema = z
  .object({
    participantId: participantIdSchema,
    kind: z.enum(['wallet', 'bank', 'acquirer', 'fx', 'gateway', 'operator']),
    name: z.string(),
    status: participantStatusSchema,
    positions: z.array(positionSchema),
    connections: z.array(z.string()),
    createdAt: instantSchema,
    version: z.int().meta({ description: 'The entity tag: send it as If-Match with a change' }),
  })
  .meta({ id: 'Participant' });
export type ParticipantJson = z.infer<typeof participantSchema>;

export const inviteParticipantSchema = z
  .strictObject({
    participantId: participantIdSchema,
    name: partyNameSchema.max(100),
    kind: z.enum(['wallet', 'bank', 'acquirer', 'fx', 'gateway']),
  })
  .meta({ id: 'InviteParticipant' });

export const changeParticipantSchema = z
  .strictObject({
    name: partyNameSchema.max(100).optional(),
    status: participantStatusSchema.optional(),
  })
  .refine(({ name, status }) => (name === undefined) !== (status === undefined), 'name or status')
  .meta({ id: 'ChangeParticipant' });

export const setCapSchema = z
  .strictObject({
    cap: moneySchema.meta({ description: 'How far the position may go beyond its cover' }),
  })
  .meta({ id: 'SetCap' });

export const moveCoverSchema = z
  .strictObject({
    direction: z.enum(['deposit', 'withdrawal']),
    amount: moneySchema,
    reference: z
      .string()
      .min(1)
      .max(64)
      .meta({ description: 'The bank’s reference of the money that really moved' }),
  })
  .meta({ id: 'MoveCover' });

export const certificationSchema = z
  .object({
    passed: z.boolean(),
    checks: z.array(
      z.object({
        connection: z.string(),
        check: z.string(),
        passed: z.boolean(),
        detail: z.string(),
      }),
    ),
  })
  .meta({ id: 'Certification' });
export type CertificationJson = z.infer<typeof certificationSchema>;

const params = z.object({ id: participantIdSchema });
const participant = { description: 'As it stands now', schema: participantSchema } as const;
const answers = { 200: participant } as const;
const base = '/operator/v1/participants';

export const participantRoutes = {
  inviteParticipant: defineOperatorRoute({
    id: 'inviteParticipant',
    method: 'POST',
    path: base,
    summary: 'Invite a participant: it can hold connections and keys, and move no money yet',
    role: 'operator',
    body: inviteParticipantSchema,
    answers: { 201: participant, 200: { ...participant, description: 'A replay' } },
    problems: ['resource_exists'],
  }),
  listParticipants: defineOperatorRoute({
    id: 'listParticipants',
    method: 'GET',
    path: base,
    summary: 'All participants, by id',
    role: 'viewer',
    answers: {
      200: {
        description: 'All of them',
        schema: z.object({ participants: z.array(participantSchema) }).meta({ id: 'Participants' }),
      },
    },
  }),
  getParticipant: defineOperatorRoute({
    id: 'getParticipant',
    method: 'GET',
    path: `${base}/{id}`,
    summary: 'A participant with its positions',
    role: 'viewer',
    params,
    answers,
    problems: ['resource_not_found'],
  }),
  changeParticipant: defineOperatorRoute({
    id: 'changeParticipant',
    method: 'POST',
    path: `${base}/{id}`,
    summary: 'Rename, activate, suspend or close a participant',
    role: 'operator',
    changes: true,
    params,
    body: changeParticipantSchema,
    answers,
    problems: ['resource_not_found', 'transition_refused'],
  }),
  certifyParticipant: defineOperatorRoute({
    id: 'certifyParticipant',
    method: 'POST',
    path: `${base}/{id}/certification`,
    summary: 'Try each connection; when all checks pass the participant is certified',
    role: 'operator',
    params,
    answers: { 200: { description: 'What was tried', schema: certificationSchema } },
    problems: ['resource_not_found'],
  }),
  setCap: defineOperatorRoute({
    id: 'setCap',
    method: 'POST',
    path: `${base}/{id}/caps`,
    summary: 'Open a currency with its net debit cap, or change the cap',
    role: 'operator',
    params,
    body: setCapSchema,
    answers,
    problems: ['resource_not_found', 'currency_unknown', 'participant_not_active'],
  }),
  moveCover: defineOperatorRoute({
    id: 'moveCover',
    method: 'POST',
    path: `${base}/{id}/cover`,
    summary: 'Record a deposit or withdrawal of cover',
    role: 'operator',
    params,
    body: moveCoverSchema,
    answers,
    problems: ['resource_not_found', 'currency_not_supported', 'limit_exceeded', 'amount_zero'],
  }),
} as const;
