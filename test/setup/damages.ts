// Ways to damage a good database, and the check that has to speak of each.

const COMPLETED = `(select id from payments where state = 'completed' and kind = 'payment'
  and flow = 'push' order by id limit 1)`;
const IN_DOUBT = `(select id from payments where state = 'delivering' limit 1)`;
const REFUND = `(select id from payments where kind = 'refund' limit 1)`;
const AN_EVENT = `(seq, ordinal) = (select seq, ordinal from events
  where type = 'payment.completed' order by seq limit 1)`;
const A_BATCH = `seq = (select max(seq) / 2 from batches)`;

/** What is done to the database, and the check that has to say so. */
export const damages: readonly (readonly [what: string, check: string, sql: string])[] = [
  [
    'one unit appears from nowhere',
    'sums-zero',
    'update accounts set credits_posted_minor = credits_posted_minor + 1 where number = 5',
  ],
  [
    'one reserved unit appears from nowhere',
    'sums-zero',
    'update accounts set credits_pending_minor = credits_pending_minor + 1 where number = 5',
  ],
  [
    'an account has moved more than its transfers',
    'posted-balances',
    `update accounts set credits_posted_minor = credits_posted_minor + 1,
       debits_posted_minor = debits_posted_minor + 1 where number = 5`,
  ],
  [
    'a reservation is forgotten by the accounts',
    'pending-balances',
    `update accounts set debits_pending_minor = 0, credits_pending_minor = 0`,
  ],
  [
    'an ended payment keeps its reservation',
    'pending-balances',
    `update payments set movements = replace(movements::text, 'posted', 'pending')::json
       where id = ${COMPLETED}`,
  ],
  [
    'a transfer crosses from one currency into another',
    'transfers-balance',
    `update accounts set currency = 'SGD' where number = (select debit_account from transfers
       order by seq desc limit 1)`,
  ],
  [
    'a transfer of a smaller amount',
    'transfers-explained',
    `update transfers set amount_minor = amount_minor - 1 where payment_id = ${COMPLETED}`,
  ],
  [
    'a lost transfer',
    'transfers-explained',
    `delete from transfers where payment_id = ${COMPLETED}`,
  ],
  [
    'a transfer without any payment',
    'transfers-explained',
    `update transfers set payment_id = gen_random_uuid() where payment_id = ${COMPLETED}`,
  ],
  [
    'a cover that came from no deposit',
    'transfers-explained',
    'delete from cover_movements where id = (select min(id::text)::uuid from cover_movements)',
  ],
  [
    'the payer posted and the payee not',
    'both-sides',
    `update payments set movements = json_build_array(movements->0) where id = ${COMPLETED}`,
  ],
  [
    'a refused payment that moved money all the same',
    'both-sides',
    `update payments set state = 'rejected', previous_state = 'delivering' where id = ${COMPLETED}`,
  ],
  [
    'a payment under way without a reservation',
    'both-sides',
    `update payments set movements = '[]' where id = ${IN_DOUBT}`,
  ],
  [
    'money in transit that no payment stands for',
    'transit-explained',
    `update payments set state = 'returned', ended_at_ms = 1, previous_state = 'returning'
       where state = 'returning'`,
  ],
  [
    'a position that may owe more than cover and cap',
    'position-limits',
    `update accounts set limit_minor = limit_minor + 1 where kind = 'position' and number =
       (select min(number) from accounts where kind = 'position')`,
  ],
  [
    'a fees account that may go below zero',
    'position-limits',
    `update accounts set limit_minor = 1 where kind = 'fees'`,
  ],
  [
    'a way that is not listed',
    'payment-states',
    `alter table payments drop constraint payments_transition;
     update payments set previous_state = 'rejected' where id = ${COMPLETED}`,
  ],
  [
    'an end without its time',
    'payment-states',
    `alter table payments drop constraint payments_end;
     update payments set ended_at_ms = null where id = ${COMPLETED}`,
  ],
  [
    'a push that was captured',
    'payment-states',
    `update payments set flow = 'push' where state = 'returning'`,
  ],
  [
    'a fee that is in no sum',
    'payment-states',
    `alter table payments drop constraint payments_fee;
     update payments set fee_minor = fee_minor + 1 where id = ${COMPLETED}`,
  ],
  [
    'more is captured than was authorised',
    'holds',
    `update payments set hold = replace(hold, '10000', '10') where hold like '%10000%'`,
  ],
  [
    'a condition whose preimage was never shown',
    'holds',
    `update payments set hold = replace(hold, '"CQkJ', '"CQkK') where hold like '%fulfilment%'`,
  ],
  [
    'a hold that a restart would not find',
    'holds',
    'update lasting_payments set is_open = false where is_open',
  ],
  [
    'an exchange that gave less than was quoted',
    'both-sides',
    `update payments set exchange = replace(exchange, '"minor":"5500"', '"minor":"5499"')
       where kind = 'payment' and exchange is not null`,
  ],
  [
    'a limit that counted more than was paid',
    'limits',
    'update limit_counters set sum_minor = sum_minor + 1',
  ],
  [
    'an end that was taken back',
    'payment-ends-once',
    `update payments set state = 'delivering', previous_state = null, ended_at_ms = null
       where id = ${COMPLETED}`,
  ],
  [
    'a second end',
    'payment-ends-once',
    `update events set type = 'payment.rejected' where type = 'payment.delivering'
       and subject_id = ${COMPLETED}::text`,
  ],
  [
    'an open payment that a restart would not load',
    'payment-goes-on',
    `update batches set open_floor = null where seq = (select max(seq) from batches)`,
  ],
  [
    'an open payment that nobody is asked about',
    'payment-goes-on',
    `update payments set legs = replace(legs::text, '"sent"', '"none"')::json
       where id = ${IN_DOUBT}`,
  ],
  ['a lost message', 'instructions-stored', `delete from outbox where payment_id = ${COMPLETED}`],
  [
    'a message of a payment that is not there',
    'instructions-stored',
    `update outbox set payment_id = gen_random_uuid() where payment_id = ${COMPLETED}`,
  ],
  [
    'a refund that its payment does not know',
    'refunds',
    `update payments set refunded_minor = 0 where id = (select cause_id from payments
       where id = ${REFUND})`,
  ],
  [
    'more given back than was paid',
    'refunds',
    `alter table payments drop constraint payments_refunds;
     update payments set refunded_minor = amount_minor + 1 where id = (select cause_id
       from payments where id = ${REFUND});
     update payments set amount_minor = 10001 where id = ${REFUND}`,
  ],
  [
    'a refund of somebody else',
    'refunds',
    `update payments set payee_participant_id = 'crane' where id = ${REFUND}`,
  ],
  [
    'an order paid by nobody',
    'orders',
    `update orders set winner_id = gen_random_uuid() where state = 'paid'`,
  ],
  [
    'an order paid twice',
    'orders',
    `update payments set order_id = (select order_id from payments where state = 'completed'
       and order_id is not null limit 1) where id = ${COMPLETED}`,
  ],
  [
    'a quote used twice',
    'quotes',
    `update payments set quote_id = (select id from quotes where exchange is null) where id = ${COMPLETED}`,
  ],
  [
    'other terms than were quoted',
    'quotes',
    'update quotes set debit_minor = debit_minor + 1, fee_minor = fee_minor + 1',
  ],
  ['a missing batch', 'batch-chain', `delete from batches where ${A_BATCH}`],
  [
    'a batch put after another',
    'batch-chain',
    `update batches set prev_hash = hash where ${A_BATCH}`,
  ],
  [
    'a batch at another time',
    'batch-chain',
    `update batches set at_ms = at_ms + 1 where ${A_BATCH}`,
  ],
  ['a batch of another term', 'batch-chain', `update batches set term = 7 where ${A_BATCH}`],
  ['a missing event', 'batch-chain', `delete from events where ${AN_EVENT}`],
  [
    'an event moved into the next batch',
    'batch-chain',
    `update events set seq = seq + 1, ordinal = 999 where ${AN_EVENT}`,
  ],
  [
    'an event after the last batch',
    'batch-chain',
    `update events set seq = 1000000 where ${AN_EVENT}`,
  ],
  [
    'an event with another body',
    'event-commitments',
    `update events set body = replace(body, '"lotus"', '"crane"') where ${AN_EVENT}`,
  ],
  [
    'an event with another body, committed to anew',
    'batch-chain',
    `update events set body = replace(body, '"lotus"', '"crane"'), commitment =
       sha256(salt || convert_to(replace(body, '"lotus"', '"crane"'), 'UTF8')) where ${AN_EVENT}`,
  ],
  [
    'an event whose body is not canonical',
    'event-commitments',
    `update events set body = replace(body, ',', ', '), commitment =
       sha256(salt || convert_to(replace(body, ',', ', '), 'UTF8')) where ${AN_EVENT}`,
  ],
  ['a term without a leader', 'terms', 'delete from leaders'],
  [
    'an event that lost its place',
    'rows-of-batches',
    `update events set ordinal = ordinal + 1000 where ${AN_EVENT}`,
  ],
  [
    'a payment of another amount than its event says',
    'history-of-payments',
    `update payments set debit_minor = debit_minor + 1, credit_minor = credit_minor + 1
       where id = ${COMPLETED}`,
  ],
  [
    'a payment that was deleted',
    'history-of-payments',
    `delete from payments where id = ${COMPLETED}`,
  ],
  [
    'a payment without its last event',
    'history-of-payments',
    `update events set type = 'payment.in_doubt' where ${AN_EVENT}`,
  ],
  [
    'an order of another payee',
    'history-of-payments',
    `update orders set payee_participant_id = 'crane' where state = 'paid'`,
  ],
  [
    'a key that leads nowhere',
    'keys',
    `update keys set resource_id = gen_random_uuid() where resource_id = ${COMPLETED}`,
  ],
  [
    'a key that is there twice',
    'keys',
    `alter table keys drop constraint keys_pkey;
     insert into keys select * from keys where resource_id = ${COMPLETED}`,
  ],
  [
    'one payment under two keys',
    'keys',
    `insert into keys select sha256(key), content, resource, resource_id from keys
       where resource_id = ${COMPLETED}`,
  ],
  [
    'a refusal that became another',
    'keys',
    `update keys set resource = 'refused:limit_exceeded' where starts_with(resource, 'refused:')`,
  ],
  [
    'a name in the clear instead of sealed',
    'sealed',
    `update payments set payer = convert_to('{"name":"Li"}', 'UTF8') where id = ${COMPLETED}`,
  ],
  [
    'data sealed under a key that was never stored',
    'sealed',
    'delete from subjects where id = (select id from subjects order by id limit 1)',
  ],
  ['a key that is not wrapped', 'sealed', `update subjects set wrapped_key = sha256('x')`],
  [
    'a name that slipped into an event',
    'clear-text',
    `update events set body = replace(body, 'lotus', 'Zhang San') where ${AN_EVENT}`,
  ],
  [
    'an account inside bytes',
    'clear-text',
    `update outbox set message = message || convert_to('acct-mei', 'UTF8')`,
  ],
  [
    'movements that cannot be read at all',
    'both-sides',
    `update payments set movements = '"gone"' where id = ${COMPLETED}`,
  ],
];
