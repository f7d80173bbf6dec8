-- Payments and orders. The list of transitions is payment.states.ts, word for word.
create table payments (
  id uuid primary key,
  kind text not null check (kind in ('payment', 'refund', 'return', 'adjustment')),
  flow text not null check (flow in ('push', 'collect')),
  cause_id uuid,
  order_id uuid,
  quote_id uuid,
  state text not null,
  previous_state text,
  payer_participant_id text not null,
  payee_participant_id text not null,
  currency text not null,
  amount_minor int8 not null check (amount_minor > 0),
  debit_minor int8 not null check (debit_minor > 0),
  credit_minor int8 not null check (credit_minor > 0),
  fee_minor int8 not null check (fee_minor >= 0),
  fee_participant_id text,
  -- what it waits for, reserved: a capture, or the preimage of a condition
  hold text,
  -- between currencies: whose exchange, and what is on its other side
  exchange text,
  movements json not null,
  legs json not null,
  problem text,
  reference text,
  created_at_ms int8 not null,
  expires_at_ms int8 not null,
  ended_at_ms int8,
  created_seq int8 not null,
  updated_seq int8 not null,
  refunded_minor int8 not null check (refunded_minor >= 0),
  refunding_minor int8 not null check (refunding_minor >= 0),
  payer bytea not null,
  payee bytea not null,
  constraint payments_cause check ((cause_id is null) = (kind = 'payment')),
  constraint payments_fee check (debit_minor = credit_minor + fee_minor),
  constraint payments_refunds check (refunded_minor + refunding_minor <= amount_minor),
  constraint payments_end check (
    (ended_at_ms is not null) = (state in ('completed', 'rejected', 'expired', 'returned'))
  ),
  constraint payments_transition check (coalesce(previous_state, '') || '>' || state in (
    '>held', '>rejected', '>delivering', '>reserved', 'held>delivering', 'held>reserved',
    'held>rejected', 'held>expired', 'reserved>delivering', 'reserved>rejected',
    'reserved>expired', 'delivering>completed', 'delivering>rejected', '>awaiting_payer',
    'held>awaiting_payer', 'awaiting_payer>closing', 'awaiting_payer>rejected',
    'closing>rejected', 'closing>expired', 'awaiting_payer>paid_in', 'closing>paid_in',
    'paid_in>delivering', 'paid_in>returning', 'delivering>returning', '>returning',
    'returning>returned'
  ))
) with (fillfactor = 70);
-- only refunds, returns and adjustments have a cause: the hot path pays nothing for this index
create index payments_cause_idx on payments (cause_id) where cause_id is not null;
create index payments_order_idx on payments (order_id) where order_id is not null;

-- Payments that may stay open for long: holds, reviews, and what has been in doubt past its time.
create table lasting_payments (
  payment_id uuid primary key,
  is_open boolean not null
);
create index lasting_payments_open_idx on lasting_payments (payment_id) where is_open;

create table orders (
  id uuid primary key,
  state text not null,
  previous_state text,
  payee_participant_id text not null,
  payee_connection_id text not null,
  currency text not null,
  amount_minor int8 not null check (amount_minor > 0),
  reference text,
  created_at_ms int8 not null,
  expires_at_ms int8 not null,
  winner_id uuid,
  created_seq int8 not null,
  updated_seq int8 not null,
  payee bytea not null,
  constraint orders_winner check ((winner_id is not null) = (state in ('claimed', 'paid'))),
  constraint orders_transition check (coalesce(previous_state, '') || '>' || state in (
    '>open', 'open>claimed', 'claimed>open', 'claimed>paid', 'claimed>closed', 'open>closed'
  ))
);
create index orders_open_idx on orders (id) where state in ('open', 'claimed');

create table external_ids (
  connection_id text not null,
  kind text not null,
  external_id text not null,
  payment_id uuid not null,
  primary key (connection_id, kind, external_id, payment_id)
);
