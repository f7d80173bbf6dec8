// The closed, ordered list of everything that can go wrong, as data: code, HTTP status, retry
// advice. The order is the order in which a request is judged, so two faults in one request always
// give the same code. Texts are not here (src/problems), nor any dialect's own error codes
// (src/dialects).
import { z } from 'zod';

/**
 * What a client may do after a problem.
 * - `never`: this content cannot succeed; repeating it is pointless, with any key.
 * - `same_key`: nothing was refused (nothing was decided, or the outcome is unknown): send the same
 *   content again under the same idempotency key, signed anew. It can never have a second effect.
 * - `later_new_key`: this attempt was judged and refused for good; the same wish may succeed later,
 *   as a new attempt under a new key.
 */
export const retrySchema = z.enum(['never', 'same_key', 'later_new_key']);
export type Retry = z.infer<typeof retrySchema>;

export const problemGroups = [
  'request',
  'auth',
  'idempotency',
  'money',
  'directory',
  'quotes',
  'orders',
  'payments',
  'resources',
  'platform',
] as const;
export type ProblemGroup = (typeof problemGroups)[number];

export interface ProblemDefinition {
  readonly code: string;
  /** HTTP status, 400 to 599. */
  readonly status: number;
  readonly retry: Retry;
}

const request = [
  { code: 'route_not_found', status: 404, retry: 'never' },
  { code: 'method_not_allowed', status: 405, retry: 'never' },
  { code: 'not_acceptable', status: 406, retry: 'never' },
  { code: 'content_type_unsupported', status: 415, retry: 'never' },
  { code: 'body_too_large', status: 413, retry: 'never' },
  { code: 'json_malformed', status: 400, retry: 'never' },
  { code: 'json_too_deep', status: 400, retry: 'never' },
  { code: 'json_duplicate_key', status: 400, retry: 'never' },
  { code: 'json_forbidden_key', status: 400, retry: 'never' },
  { code: 'xml_malformed', status: 400, retry: 'never' },
  { code: 'xml_forbidden', status: 400, retry: 'never' },
  { code: 'text_forbidden', status: 400, retry: 'never' },
  { code: 'request_invalid', status: 400, retry: 'never' },
  { code: 'idempotency_key_missing', status: 400, retry: 'never' },
  { code: 'idempotency_key_invalid', status: 400, retry: 'never' },
] as const satisfies readonly ProblemDefinition[];

// A signature is not part of the content that an idempotency key stands for, so what signing anew
// can mend is `same_key`.
const auth = [
  { code: 'signature_missing', status: 401, retry: 'same_key' },
  { code: 'signature_malformed', status: 401, retry: 'never' },
  { code: 'signature_component_missing', status: 401, retry: 'never' },
  { code: 'signature_expired', status: 401, retry: 'same_key' },
  { code: 'signature_from_future', status: 401, retry: 'same_key' },
  { code: 'key_unknown', status: 401, retry: 'never' },
  { code: 'signature_invalid', status: 401, retry: 'never' },
  { code: 'digest_missing', status: 401, retry: 'never' },
  { code: 'digest_mismatch', status: 401, retry: 'never' },
  { code: 'signature_replayed', status: 401, retry: 'same_key' },
  { code: 'credential_revoked', status: 401, retry: 'never' },
  { code: 'participant_not_active', status: 403, retry: 'later_new_key' },
  { code: 'participant_suspended', status: 403, retry: 'later_new_key' },
  { code: 'not_permitted', status: 403, retry: 'never' },
] as const satisfies readonly ProblemDefinition[];

const idempotency = [
  { code: 'idempotency_conflict', status: 409, retry: 'never' },
] as const satisfies readonly ProblemDefinition[];

const money = [
  { code: 'currency_unknown', status: 422, retry: 'never' },
  { code: 'currency_not_supported', status: 422, retry: 'never' },
  { code: 'amount_malformed', status: 422, retry: 'never' },
  { code: 'amount_negative', status: 422, retry: 'never' },
  { code: 'amount_zero', status: 422, retry: 'never' },
  { code: 'amount_too_precise', status: 422, retry: 'never' },
  { code: 'amount_too_large', status: 422, retry: 'never' },
] as const satisfies readonly ProblemDefinition[];

const directory = [
  { code: 'alias_malformed', status: 422, retry: 'never' },
  { code: 'lookup_budget_exhausted', status: 429, retry: 'later_new_key' },
  { code: 'alias_not_found', status: 404, retry: 'never' },
  { code: 'alias_taken', status: 409, retry: 'never' },
  { code: 'alias_not_yours', status: 403, retry: 'never' },
  { code: 'payee_participant_unavailable', status: 422, retry: 'later_new_key' },
  { code: 'payee_not_payable', status: 422, retry: 'never' },
  { code: 'payer_is_payee', status: 422, retry: 'never' },
] as const satisfies readonly ProblemDefinition[];

const quotes = [
  { code: 'quote_not_found', status: 404, retry: 'never' },
  { code: 'quote_expired', status: 409, retry: 'never' },
  { code: 'quote_mismatch', status: 422, retry: 'never' },
  { code: 'quote_used', status: 409, retry: 'never' },
  { code: 'rate_unavailable', status: 422, retry: 'later_new_key' },
  { code: 'fee_exceeds_amount', status: 422, retry: 'never' },
] as const satisfies readonly ProblemDefinition[];

const orders = [
  { code: 'order_not_found', status: 404, retry: 'never' },
  { code: 'order_already_paid', status: 409, retry: 'never' },
  { code: 'order_closed', status: 409, retry: 'never' },
  { code: 'order_expired', status: 409, retry: 'never' },
  { code: 'order_already_claimed', status: 409, retry: 'later_new_key' },
  { code: 'order_amount_mismatch', status: 422, retry: 'never' },
] as const satisfies readonly ProblemDefinition[];

const payments = [
  { code: 'payment_not_found', status: 404, retry: 'never' },
  { code: 'payment_expired', status: 409, retry: 'later_new_key' },
  { code: 'expiry_invalid', status: 422, retry: 'never' },
  { code: 'capability_unsupported', status: 422, retry: 'never' },
  { code: 'condition_unsupported', status: 422, retry: 'never' },
  { code: 'evidence_required', status: 422, retry: 'never' },
  { code: 'policy_refused', status: 403, retry: 'later_new_key' },
  { code: 'limit_exceeded', status: 409, retry: 'later_new_key' },
  { code: 'payment_held', status: 409, retry: 'later_new_key' },
  { code: 'refused_by_payer', status: 409, retry: 'later_new_key' },
  { code: 'refused_by_payee', status: 409, retry: 'later_new_key' },
  { code: 'payment_not_completed', status: 409, retry: 'later_new_key' },
  { code: 'payment_not_cancellable', status: 409, retry: 'never' },
  { code: 'refund_currency_mismatch', status: 422, retry: 'never' },
  { code: 'refund_exceeds_payment', status: 409, retry: 'never' },
  { code: 'refund_too_late', status: 409, retry: 'never' },
  { code: 'capture_exceeds_hold', status: 409, retry: 'never' },
  { code: 'fulfilment_mismatch', status: 422, retry: 'never' },
  { code: 'outcome_contradicts', status: 409, retry: 'never' },
  { code: 'already_resolved', status: 409, retry: 'never' },
  { code: 'second_person_required', status: 403, retry: 'later_new_key' },
] as const satisfies readonly ProblemDefinition[];

const resources = [
  { code: 'resource_not_found', status: 404, retry: 'never' },
  { code: 'resource_exists', status: 409, retry: 'never' },
  { code: 'precondition_required', status: 428, retry: 'never' },
  { code: 'precondition_failed', status: 412, retry: 'never' },
  { code: 'transition_refused', status: 409, retry: 'later_new_key' },
  { code: 'cursor_invalid', status: 400, retry: 'never' },
  { code: 'address_refused', status: 422, retry: 'never' },
  { code: 'key_refused', status: 422, retry: 'never' },
  { code: 'sandbox_only', status: 403, retry: 'never' },
] as const satisfies readonly ProblemDefinition[];

const platform = [
  { code: 'rate_limited', status: 429, retry: 'same_key' },
  { code: 'overloaded', status: 503, retry: 'same_key' },
  { code: 'not_leader', status: 503, retry: 'same_key' },
  { code: 'clock_suspect', status: 503, retry: 'same_key' },
  { code: 'storage_unavailable', status: 503, retry: 'same_key' },
  { code: 'sequence_not_reached', status: 503, retry: 'same_key' },
  { code: 'outcome_unknown', status: 503, retry: 'same_key' },
  { code: 'internal', status: 500, retry: 'same_key' },
] as const satisfies readonly ProblemDefinition[];

/** The groups in the order in which a request is judged; codes are ordered within each. */
export const problemsByGroup = {
  request,
  auth,
  idempotency,
  money,
  directory,
  quotes,
  orders,
  payments,
  resources,
  platform,
} as const satisfies Record<ProblemGroup, readonly ProblemDefinition[]>;

/** Every problem, in order of precedence. */
export const problemDefinitions = [
  ...request,
  ...auth,
  ...idempotency,
  ...money,
  ...directory,
  ...quotes,
  ...orders,
  ...payments,
  ...resources,
  ...platform,
] as const;

export type ProblemCode = (typeof problemDefinitions)[number]['code'];
export const problemCodes: readonly ProblemCode[] = problemDefinitions.map((row) => row.code);
export const problemCodeSchema = z.enum(problemCodes);

/** One fault inside the request: an RFC 6901 JSON pointer into the body and what is wrong there. */
export const problemErrorSchema = z.object({ pointer: z.string(), detail: z.string() });
export type ProblemError = z.infer<typeof problemErrorSchema>;

/** The body of every refusal: RFC 9457 `application/problem+json` with the members of Hutong. */
export const problemJsonSchema = z
  .object({
    type: z.string().meta({ description: 'Where this kind of problem is explained' }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().optional(),
    instance: z.string().optional(),
    code: problemCodeSchema,
    retry: retrySchema,
    suggestion: z.string().meta({ description: 'What to do about it' }),
    requestId: z.string(),
    params: z.record(z.string(), z.string()).optional(),
    errors: z.array(problemErrorSchema).optional(),
  })
  .meta({ id: 'Problem', description: 'Why a request was refused, and whether to try again' });
export type ProblemJson = z.infer<typeof problemJsonSchema>;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
