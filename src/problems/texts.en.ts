// The words of every problem in English: title, suggestion (what to do), and where an
// occurrence has facts a detail with {params}. Codes, statuses and retry advice are in the
// contract.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { ProblemText } from './problem-text.ts';

export const english: Readonly<Record<ProblemCode, ProblemText>> = {
  route_not_found: {
    title: 'There is no such path',
    suggestion: 'Check the path and its version prefix against the API reference.',
  },
  method_not_allowed: {
    title: 'The path does not take this method',
    suggestion: 'Use one of the methods in the Allow header.',
  },
  not_acceptable: {
    title: 'None of the accepted media types can be given',
    suggestion: 'Accept application/json, or leave the Accept header out.',
  },
  content_type_unsupported: {
    title: 'The content type is not supported',
    suggestion: 'Send the body as the media type the API reference names.',
    detail: '{contentType} is not accepted here',
  },
  body_too_large: {
    title: 'The body is too large',
    suggestion: 'Send less; split what can be split.',
    detail: 'at most {maxBytes} bytes are read',
  },
  json_malformed: {
    title: 'The body is not JSON',
    suggestion: 'Send UTF-8 JSON as in RFC 8259, one value and nothing after it.',
  },
  json_too_deep: {
    title: 'The JSON is nested too deeply',
    suggestion: 'Send the structure the API reference shows.',
    detail: 'at most {maxDepth} levels are read',
  },
  json_duplicate_key: {
    title: 'A JSON object has the same key twice',
    suggestion: 'Send each key once: which of the two is meant cannot be known.',
  },
  json_forbidden_key: {
    title: 'A JSON object has a forbidden key',
    suggestion: 'Leave out __proto__, constructor and prototype.',
  },
  xml_malformed: {
    title: 'The body is not well-formed XML',
    suggestion: 'Send well-formed UTF-8 XML.',
  },
  xml_forbidden: {
    title: 'The XML holds what is never read',
    suggestion: 'Leave out DOCTYPE, entities and processing instructions.',
  },
  text_forbidden: {
    title: 'A text holds characters that cannot be kept',
    suggestion: 'Leave out U+0000 and unpaired surrogates.',
  },
  request_invalid: {
    title: 'The request does not have the shape it must have',
    suggestion: 'Mend the members that errors points to.',
  },
  idempotency_key_missing: {
    title: 'The idempotency key is missing',
    suggestion: 'Send an Idempotency-Key header: a new UUID for each thing you want done once.',
  },
  idempotency_key_invalid: {
    title: 'The idempotency key is malformed',
    suggestion: 'Use 1 to 128 visible ASCII characters; a UUID is a good key.',
  },
  signature_missing: {
    title: 'The request is not signed',
    suggestion: 'Sign the request as in RFC 9421 with a registered key, then send it again.',
  },
  signature_malformed: {
    title: 'The signature headers cannot be read',
    suggestion: 'Form Signature-Input and Signature as RFC 9421 and RFC 8941 say.',
  },
  signature_component_missing: {
    title: 'The signature does not cover what it must',
    suggestion: 'Cover all the components the API reference lists.',
    detail: 'not covered: {components}',
  },
  signature_expired: {
    title: 'The signature has expired',
    suggestion:
      'Check your clock, sign the request anew and send it under the same idempotency key.',
  },
  signature_from_future: {
    title: 'The signature was made in the future',
    suggestion:
      'Set your clock by NTP, sign the request anew and send it under the same idempotency key.',
  },
  key_unknown: {
    title: 'The signing key is not registered',
    suggestion:
      'Register the public key with the operator, or use the keyid it was registered under.',
  },
  signature_invalid: {
    title: 'The signature does not match',
    suggestion:
      'Compare your signature base with the one RFC 9421 gives for the bytes you sent, and check that the private key belongs to the keyid.',
  },
  digest_missing: {
    title: 'The content digest is missing',
    suggestion:
      'Send Content-Digest with sha-256 or sha-512 as in RFC 9530, and cover it by the signature.',
  },
  digest_mismatch: {
    title: 'The content digest does not fit the body',
    suggestion:
      'Compute the digest over the exact bytes sent; see that nothing on the way changes them.',
  },
  signature_replayed: {
    title: 'This signature has been used before',
    suggestion: 'Sign the request anew with a new nonce; keep the idempotency key.',
  },
  credential_revoked: {
    title: 'The credential has been revoked',
    suggestion: 'Use a live key; ask the operator if you did not expect this.',
  },
  participant_not_active: {
    title: 'The participant is not active yet',
    suggestion: 'Finish onboarding with the operator.',
  },
  participant_suspended: {
    title: 'The participant is suspended',
    suggestion: 'Talk to the operator; payments under way are still carried to their end.',
  },
  not_permitted: {
    title: 'The credential may not do this',
    suggestion: 'Use a credential that has the permission, or ask the operator for it.',
  },
  idempotency_conflict: {
    title: 'The idempotency key was used for something else',
    suggestion: 'Use a new key for a new wish; to repeat, send exactly what was sent first.',
  },
  currency_unknown: {
    title: 'There is no such currency',
    suggestion: 'Use an ISO 4217 code or a token the scheme has registered.',
    detail: '{currency} is unknown',
  },
  currency_not_supported: {
    title: 'The currency is not supported here',
    suggestion:
      'Use a currency in which both participants hold a position, or ask for a quote with conversion.',
    detail: '{currency} is not supported',
  },
  amount_malformed: {
    title: 'The amount is not a canonical decimal',
    suggestion:
      'Write it as 0.05 or 12.5: no sign, exponent, separator, leading zero or trailing point.',
  },
  amount_negative: {
    title: 'The amount is negative',
    suggestion: 'Send the amount above zero; direction is said by the operation, not by a sign.',
  },
  amount_zero: {
    title: 'The amount is zero',
    suggestion: 'Send at least one minor unit.',
  },
  amount_too_precise: {
    title: 'The amount has more decimals than its currency',
    suggestion: 'Round it yourself; the switch never does.',
    detail: '{currency} has {exponent} decimals',
  },
  amount_too_large: {
    title: 'The amount is larger than the switch carries',
    suggestion: 'Split it, or settle it outside the scheme.',
    detail: 'at most {maximum}',
  },
  alias_malformed: {
    title: 'The alias is malformed',
    suggestion: 'Write it in the form of its kind, phone numbers as E.164.',
  },
  lookup_budget_exhausted: {
    title: 'The budget for look-ups is used up',
    suggestion: 'Wait; look up only whom a customer wants to pay. Payments give budget back.',
  },
  alias_not_found: {
    title: 'Nobody can be paid under this alias',
    suggestion: 'Check it with the payee, or ask for another alias.',
  },
  alias_taken: {
    title: 'The alias belongs to someone else',
    suggestion: 'Ask the party to release or port it at its present participant.',
  },
  alias_not_yours: {
    title: 'The alias is registered by another participant',
    suggestion: 'Only the participant that registered an alias may change it.',
  },
  payee_participant_unavailable: {
    title: "The payee's participant cannot be reached",
    suggestion: 'Try again later as a new payment.',
  },
  payee_not_payable: {
    title: 'The payee cannot be paid',
    suggestion: 'Ask the payee to check the account, or use another alias.',
  },
  payer_is_payee: {
    title: 'Payer and payee are the same account',
    suggestion: 'Pay another account.',
  },
  quote_not_found: {
    title: 'There is no such quote',
    suggestion: 'Ask for a new quote.',
  },
  quote_expired: {
    title: 'The quote has expired',
    suggestion: 'Ask for a new quote and show it to the payer again.',
  },
  quote_mismatch: {
    title: 'The payment differs from its quote',
    suggestion: 'Send amount, currency and parties as they were quoted, or ask for a new quote.',
  },
  quote_used: {
    title: 'The quote has been used for another payment',
    suggestion: 'Ask for a new quote: each binds one payment.',
  },
  rate_unavailable: {
    title: 'There is no exchange rate for this pair now',
    suggestion: "Try later, or pay in the payee's currency.",
    detail: '{from} to {to}',
  },
  fee_exceeds_amount: {
    title: 'The fees are not less than the amount',
    suggestion: 'Send more, or let the fees be borne by the other side.',
  },
  order_not_found: {
    title: 'There is no such order',
    suggestion: 'Ask the payee for a new code or link.',
  },
  order_already_paid: {
    title: 'The order is paid already',
    suggestion: 'Do not pay again; read the order to see by which payment.',
  },
  order_closed: {
    title: 'The order is closed',
    suggestion: 'Ask the payee for a new order.',
  },
  order_expired: {
    title: 'The order has expired',
    suggestion: 'Ask the payee for a new order.',
  },
  order_already_claimed: {
    title: 'Another attempt is paying this order',
    suggestion: 'Wait for its end; only when it fails, try again.',
  },
  order_amount_mismatch: {
    title: 'The amount is not what the order asks for',
    suggestion: 'Pay exactly what the order says.',
  },
  payment_not_found: {
    title: 'There is no such payment',
    suggestion: 'Check the id; a payment is visible only to those who take part in it.',
  },
  payment_expired: {
    title: 'The payment has expired',
    suggestion: 'Start a new payment; what was reserved is free again.',
  },
  expiry_invalid: {
    title: 'The expiry is in the past or too far away',
    suggestion: 'Choose an expiry within the allowed span.',
    detail: '{minMs} to {maxMs} ms from now',
  },
  capability_unsupported: {
    title: 'The other side cannot do this',
    suggestion: 'Read its capabilities, and choose a way it can do.',
    detail: '{capability} is not supported',
  },
  condition_unsupported: {
    title: 'The condition cannot be carried by this route',
    suggestion: 'Use a SHA-256 condition with a 32-byte preimage, or send none.',
  },
  evidence_required: {
    title: 'The evidence that this needs is missing',
    suggestion: "Attach the payer's authorisation, or the document that proves the fact.",
  },
  policy_refused: {
    title: 'A rule of the scheme refuses the payment',
    suggestion: 'Talk to the operator; the rule is named where you may know it.',
    detail: 'rule {rule}',
  },
  limit_exceeded: {
    title: 'A limit would be exceeded',
    suggestion: 'Pay less, wait until the limit is free again, or add cover.',
    detail: 'limit {limit}',
  },
  payment_held: {
    title: 'The payment is held for review',
    suggestion: 'Wait for the decision; it comes as an event.',
  },
  refused_by_payer: {
    title: "The payer's side refused",
    suggestion: 'Ask the payer to pay in another way.',
    detail: '{reason}',
  },
  refused_by_payee: {
    title: "The payee's side refused",
    suggestion: 'Check with the payee, then start a new payment.',
    detail: '{reason}',
  },
  payment_not_completed: {
    title: 'The payment is not completed',
    suggestion: 'Wait until it is; then ask again under a new key.',
  },
  payment_not_cancellable: {
    title: 'The payment can no longer be cancelled',
    suggestion: 'Wait for its end and refund it if it completes.',
  },
  refund_currency_mismatch: {
    title: 'The refund is in another currency than the payment',
    suggestion: 'Refund in the currency of the payment.',
    detail: 'the payment is in {currency}',
  },
  refund_exceeds_payment: {
    title: 'The refunds would exceed the payment',
    suggestion: 'Refund at most what is left; refunds under way count.',
    detail: '{refundable} is left',
  },
  refund_too_late: {
    title: 'The time for refunds is over',
    suggestion: 'Pay the payer back by a new payment.',
  },
  capture_exceeds_hold: {
    title: 'The capture exceeds what is held',
    suggestion: 'Capture at most what was held, or ask for a second hold.',
    detail: '{held} is held',
  },
  fulfilment_mismatch: {
    title: 'The fulfilment does not fit the condition',
    suggestion: 'Send the 32-byte preimage whose SHA-256 is the condition.',
  },
  outcome_contradicts: {
    title: 'The opposite outcome is already final',
    suggestion: 'Do not book it; talk to the operator about the difference.',
  },
  already_resolved: {
    title: 'This was resolved already',
    suggestion: 'Read the present state.',
  },
  second_person_required: {
    title: 'A second person must confirm this',
    suggestion: 'Let another operator approve it.',
  },
  resource_not_found: {
    title: 'There is no such thing',
    suggestion: 'Check the id.',
    detail: '{resource} {id}',
  },
  resource_exists: {
    title: 'It exists already',
    suggestion: 'Read the one that exists, or choose another id.',
    detail: '{resource} {id}',
  },
  precondition_required: {
    title: 'The change must name the version it is based on',
    suggestion: 'Send If-Match with the ETag you have read.',
  },
  precondition_failed: {
    title: 'It was changed in the meantime',
    suggestion: 'Read it again, apply your change, send it with the new ETag.',
  },
  transition_refused: {
    title: 'Its present state does not allow this',
    suggestion: 'Read the state; do this when the state allows.',
    detail: '{from} to {to}',
  },
  cursor_invalid: {
    title: 'The cursor cannot be read',
    suggestion: 'Use the cursor as it was given, or begin without one.',
  },
  address_refused: {
    title: 'The address may not be called',
    suggestion: 'Give a public https address that resolves only to public addresses.',
  },
  key_refused: {
    title: 'The key cannot be accepted',
    suggestion: 'Register an Ed25519 or P-256 public key that no one else uses.',
  },
  sandbox_only: {
    title: 'This is allowed in the sandbox only',
    suggestion: "Use production keys and accounts of a participant's own.",
  },
  rate_limited: {
    title: 'You send too much',
    suggestion: 'Slow down to the rate in the RateLimit headers, then send the same again.',
  },
  overloaded: {
    title: 'The switch has too much to do',
    suggestion: 'Wait as Retry-After says, then send the same under the same key.',
  },
  not_leader: {
    title: 'This instance is not the leader',
    suggestion: 'Send the same under the same key again; the leader will answer.',
  },
  clock_suspect: {
    title: 'The clock of the switch is in doubt',
    suggestion: 'Send the same under the same key later; operators are alarmed.',
  },
  storage_unavailable: {
    title: 'The database cannot be reached',
    suggestion: 'Send the same under the same key later.',
  },
  sequence_not_reached: {
    title: 'What you ask for is not readable here yet',
    suggestion: 'Read again in a moment.',
    detail: 'at {seq} now',
  },
  outcome_unknown: {
    title: 'The outcome is not known',
    suggestion:
      'Ask by id, or send the same under the same key: it can never have a second effect.',
  },
  internal: {
    title: 'The switch has a defect',
    suggestion:
      'Tell the operator the requestId; to learn the outcome ask by id, or send the same under the same key.',
  },
};
