// Checks of payments and orders: their states, their refunds, what they ask of connections, and
// that nothing open can be forgotten (invariants 2 and 4).
import { type Check, sqlCheck } from './verify.check.ts';

/**
 * `from>to`, empty where the payment begins. A copy of its own: a test compares it with the
 * engine's.
 */
export const LEGAL_PAYMENT_WAYS = [
  '>held',
  '>rejected',
  '>delivering',
  '>reserved',
  '>awaiting_payer',
  '>returning',
  'held>delivering',
  'held>reserved',
  'held>awaiting_payer',
  'held>rejected',
  'held>expired',
  'reserved>delivering',
  'reserved>rejected',
  'reserved>expired',
  'delivering>completed',
  'delivering>rejected',
  'delivering>returning',
  'awaiting_payer>closing',
  'awaiting_payer>rejected',
  'awaiting_payer>paid_in',
  'closing>rejected',
  'closing>expired',
  'closing>paid_in',
  'paid_in>delivering',
  'paid_in>returning',
  'returning>returned',
] as const;

export const LEGAL_ORDER_WAYS = [
  '>open',
  'open>claimed',
  'open>closed',
  'claimed>open',
  'claimed>paid',
  'claimed>closed',
] as const;

const list = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ');

/**
 * States of push alone, of collect alone: `rejected`, `held`, `delivering`, `completed` are in
 * both.
 */
const ONLY_PUSH = ['reserved'];
const ONLY_COLLECT = ['awaiting_payer', 'closing', 'paid_in', 'returning', 'returned'];
const ENDS = list(['completed', 'rejected', 'expired', 'returned']);
const END_EVENTS = list([
  'payment.completed',
  'payment.rejected',
  'payment.expired',
  'payment.returned',
]);

const states = sqlCheck({
  id: 'payment-states',
  title: 'Every payment came to its state by a listed way, and has an end exactly when it ended',
  invariant: 2,
  count: 'select count(*) from payments',
  breaches: [
    {
      what: 'payment that came by no listed way',
      sql: `select id || ' ' || coalesce(previous_state, '') || '>' || state as who from payments
        where coalesce(previous_state, '') || '>' || state not in (${list(LEGAL_PAYMENT_WAYS)})
          or (flow = 'push' and state in (${list(ONLY_COLLECT)}))
          or (flow = 'collect' and state in (${list(ONLY_PUSH)}))`,
    },
    {
      what: 'payment whose end and end time disagree',
      sql: `select id::text as who from payments
        where (state in (${ENDS})) <> (ended_at_ms is not null)`,
    },
    {
      what: 'payment whose amounts do not add up',
      sql: `select id::text as who from payments where debit_minor <> credit_minor + fee_minor
        or debit_minor <= 0 or credit_minor <= 0 or fee_minor < 0
        or amount_minor not between credit_minor and debit_minor
        or (fee_minor > 0 and fee_participant_id is null)`,
    },
    {
      what: 'payment of a batch that is not there, or changed before it was made',
      sql: `select p.id::text as who from payments p
        left join batches c on c.seq = p.created_seq left join batches u on u.seq = p.updated_seq
        where c.seq is null or u.seq is null or p.updated_seq < p.created_seq`,
    },
  ],
});

const endsOnce = sqlCheck({
  id: 'payment-ends-once',
  title: 'No payment ended twice, and none went on after its end',
  invariant: 2,
  count: `select count(*) from events where type in (${END_EVENTS})`,
  breaches: [
    {
      what: 'payment with two ends',
      sql: `select subject_id as who from events where type in (${END_EVENTS})
        group by subject_id having count(*) > 1`,
    },
    {
      what: 'payment whose history ends otherwise than its row',
      sql: `select e.subject_id as who from events e
        left join payments p on p.id::text = e.subject_id
        where e.type in (${END_EVENTS}) and 'payment.' || p.state is distinct from e.type`,
    },
  ],
});

const LEGS = `select p.id, p.kind, p.state, p.ended_at_ms, l.ordinality - 1 as n, l.value as leg
  from payments p cross join lateral json_array_elements(p.legs) with ordinality as l`;

const goesOn = sqlCheck({
  id: 'payment-goes-on',
  title: 'Every payment that is under way waits for one answer, and would be found after a restart',
  invariant: 4,
  count: `select count(*) from payments where ended_at_ms is null`,
  breaches: [
    {
      what: 'payment under way that waits for no answer, or for several',
      sql: `select id || ' ' || state as who from (${LEGS}) l
        where state in ('delivering', 'awaiting_payer', 'closing', 'returning')
        group by id, state having count(*) filter (where leg->>'state' = 'sent') <> 1`,
    },
    {
      what: 'ended payment that still waits for an answer',
      sql: `select id || ' ' || state as who from (${LEGS}) l
        where ended_at_ms is not null and leg->>'state' = 'sent'`,
    },
    {
      what: 'open payment older than where a restart begins to load',
      sql: `select p.id::text as who from payments p, (
          select open_floor from batches order by seq desc limit 1) head
        where p.ended_at_ms is null and (head.open_floor is null or p.id < head.open_floor)
          and not exists (select from lasting_payments l where l.payment_id = p.id and l.is_open)`,
    },
  ],
});

const holds = sqlCheck({
  id: 'holds',
  title: 'Money on hold is captured within what was authorised, or moved by its preimage alone',
  invariant: 2,
  count: 'select count(*) from payments where hold is not null',
  breaches: [
    {
      what: 'capture of more than was authorised',
      sql: `select id::text as who from payments where hold is not null
        and hold::json->>'until' = 'capture' and amount_minor > (hold::json->>'authorised')::int8`,
    },
    {
      what: 'conditional payment that moved without the preimage of its condition',
      sql: `select id || ' ' || state as who from payments where hold is not null
        and hold::json->>'until' = 'fulfilment' and state in ('delivering', 'completed')
        and sha256(decode(translate(coalesce(hold::json->>'fulfilment', ''), '-_', '+/') || '=',
          'base64')) is distinct from
          decode(translate(hold::json->>'condition', '-_', '+/') || '=', 'base64')`,
    },
    {
      what: 'payment that a restart would look for, or not, otherwise than it is open',
      sql: `select l.payment_id::text as who from lasting_payments l
        left join payments p on p.id = l.payment_id
        where l.is_open is distinct from (p.ended_at_ms is null)`,
    },
  ],
});

const instructions = sqlCheck({
  id: 'instructions-stored',
  title: 'Whatever was asked of a connection lies in the outbox, written with the decision to ask',
  invariant: 6,
  count: 'select count(*) from outbox',
  breaches: [
    {
      what: 'leg whose message is not in the outbox',
      // the first leg of a linked return is that of its cause, and so is its message
      sql: `select l.id || ' leg ' || l.n as who from (${LEGS}) l
        left join outbox o on o.seq = (l.leg->'sentAt'->>0)::int8
          and o.ordinal = (l.leg->'sentAt'->>1)::int4
        where (l.leg->>'instruction') is not null and not (l.kind = 'return' and l.n = 0)
          and (o.payment_id is distinct from l.id or o.leg <> l.n
            or o.kind <> l.leg->>'instruction' or o.destination <> l.leg->>'connection')`,
    },
    {
      what: 'message for a payment that is not there',
      sql: `select o.seq || '.' || o.ordinal as who from outbox o
        left join payments p on p.id = o.payment_id where p.id is null`,
    },
  ],
});

const refunds = sqlCheck({
  id: 'refunds',
  title:
    'What a payment gave back, and is giving back, is the sum of its refunds and no more than it was',
  invariant: null,
  count: `select count(*) from payments where kind = 'refund'`,
  breaches: [
    {
      what: 'payment whose refunds are not what it says, or more than it was',
      sql: `select p.id::text as who from payments p
        left join (
          select cause_id,
            sum(amount_minor) filter (where state = 'completed') as refunded,
            sum(amount_minor) filter (where ended_at_ms is null) as refunding
          from payments where kind = 'refund' group by cause_id
        ) r on r.cause_id = p.id
        where p.refunded_minor <> coalesce(r.refunded, 0)
          or p.refunding_minor <> coalesce(r.refunding, 0)
          or p.refunded_minor + p.refunding_minor > p.amount_minor
          or p.refunded_minor < 0 or p.refunding_minor < 0`,
    },
    {
      what: 'refund of another currency or other parties than its payment, or of one not completed',
      sql: `select r.id::text as who from payments r left join payments p on p.id = r.cause_id
        where r.kind = 'refund' and (p.id is null or p.kind <> 'payment' or p.state <> 'completed'
          or p.currency <> r.currency or p.payer_participant_id <> r.payee_participant_id
          or p.payee_participant_id <> r.payer_participant_id)`,
    },
    {
      what: 'return or adjustment without its cause',
      sql: `select r.id::text as who from payments r left join payments p on p.id = r.cause_id
        where r.kind <> 'payment' and p.id is null`,
    },
  ],
});

const orders = sqlCheck({
  id: 'orders',
  title: 'Every order has one winner at most: who claimed it is under way, who paid it completed',
  invariant: 2,
  count: 'select count(*) from orders',
  breaches: [
    {
      what: 'order that came by no listed way',
      sql: `select id || ' ' || coalesce(previous_state, '') || '>' || state as who from orders
        where coalesce(previous_state, '') || '>' || state not in (${list(LEGAL_ORDER_WAYS)})`,
    },
    {
      what: 'order whose winner is missing, of another order, or not as far as the order says',
      sql: `select o.id || ' ' || o.state as who from orders o
        left join payments p on p.id = o.winner_id
        where (o.state in ('claimed', 'paid')) <> (o.winner_id is not null)
          or (o.winner_id is not null and (p.order_id is distinct from o.id
            or p.currency <> o.currency or p.amount_minor <> o.amount_minor))
          or (o.state = 'paid' and p.state is distinct from 'completed')
          or (o.state = 'claimed' and p.state is distinct from 'delivering'
            and p.state is distinct from 'reserved')`,
    },
    {
      what: 'order paid by a payment that is not its winner',
      sql: `select p.id::text as who from payments p left join orders o on o.id = p.order_id
        where p.order_id is not null and p.kind = 'payment' and p.state = 'completed'
          and o.winner_id is distinct from p.id`,
    },
    {
      what: 'order with two payments that deliver at once',
      sql: `select order_id::text as who from payments
        where order_id is not null and kind = 'payment'
          and state in ('reserved', 'delivering', 'completed')
        group by order_id having count(*) > 1`,
    },
  ],
});

const quotes = sqlCheck({
  id: 'quotes',
  title: 'Every quote was used once at most, and the payment has the terms that were quoted',
  invariant: null,
  count: 'select count(*) from quotes',
  breaches: [
    {
      what: 'payment with other terms than its quote, or with one that another payment used',
      sql: `select p.id::text as who from payments p left join quotes q on q.id = p.quote_id
        where p.quote_id is not null and p.state <> 'rejected' and (q.id is null
          or q.used_by is distinct from p.id or q.currency <> p.currency
          or q.debit_minor <> p.debit_minor or q.credit_minor <> p.credit_minor
          or q.exchange is distinct from p.exchange
          or q.fee_minor <> p.fee_minor or q.payee_participant_id <> p.payee_participant_id
          or q.payer_participant_id <> p.payer_participant_id)`,
    },
    {
      what: 'quote used by a payment that is not there or has another',
      sql: `select q.id::text as who from quotes q left join payments p on p.id = q.used_by
        where q.used_by is not null and p.quote_id is distinct from q.id`,
    },
  ],
});

export const PAYMENT_CHECKS: readonly Check[] = [
  states,
  endsOnce,
  goesOn,
  holds,
  instructions,
  refunds,
  orders,
  quotes,
];
