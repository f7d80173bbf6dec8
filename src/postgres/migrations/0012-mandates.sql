-- Mandates: what a payer lets be collected again and again; their consents and executions. The way
-- a status may take is src/mandates/mandate.states.ts; a test compares the two.
create table mandates (
  id uuid primary key,
  initiator text not null check (initiator in ('payee', 'payer')),
  is_scheduled bool not null,
  is_fixed bool not null,
  status text not null,
  previous_status text,
  payer_participant_id text not null,
  payer_connection_id text not null,
  payee_participant_id text not null,
  payee_connection_id text not null,
  currency text not null,
  amount_minor int8 not null check (amount_minor > 0),
  period text not null check (period in ('day', 'week', 'month', 'quarter', 'year')),
  period_max_minor int8 not null check (period_max_minor >= amount_minor),
  first_at_ms int8 not null,
  ends_at_ms int8 check (ends_at_ms > first_at_ms),
  count_max int4 check (count_max > 0),
  span text not null,
  used_minor int8 not null,
  made int4 not null check (made >= 0),
  next_n int4 not null check (next_n >= 0),
  consented_at_ms int8,
  created_at_ms int8 not null,
  updated_seq int8 not null,
  payer bytea not null,
  payee bytea not null,
  constraint mandates_way check (
    coalesce(previous_status, '') || '>' || status in (
      '>proposed', '>active', 'proposed>active', 'proposed>declined', 'proposed>revoked',
      'proposed>expired', 'active>paused', 'paused>active', 'active>revoked', 'paused>revoked',
      'active>expired', 'paused>expired', 'active>finished'
    )
  ),
  constraint mandates_consent check (
    status not in ('active', 'paused', 'finished') or consented_at_ms is not null
  ),
  constraint mandates_used check (used_minor >= 0 and used_minor <= period_max_minor),
  constraint mandates_made check (is_scheduled or count_max is null or made <= count_max)
);
create index mandates_live_idx on mandates (id) where status in ('proposed', 'active', 'paused');

create table mandate_consents (
  mandate_id uuid primary key,
  at_ms int8 not null,
  evidence bytea not null
);

create table mandate_executions (
  mandate_id uuid not null,
  n int4 not null,
  span text not null,
  amount_minor int8 not null check (amount_minor > 0),
  state text not null check (state in ('due', 'asked', 'completed', 'failed')),
  attempt int4 not null check (attempt > 0),
  due_at_ms int8 not null,
  payment_id uuid,
  order_id uuid,
  problem text,
  created_at_ms int8 not null,
  primary key (mandate_id, n),
  constraint mandate_executions_payment check (
    state not in ('asked', 'completed') or payment_id is not null
  )
);
create index mandate_executions_open_idx on mandate_executions (mandate_id)
  where state in ('due', 'asked');
