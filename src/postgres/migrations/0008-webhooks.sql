-- Where participants want to be told of their events. The cursor says up to which event an endpoint
-- was told; no row is written for an event that was taken at the first try.
create table webhook_endpoints (
  id uuid primary key,
  participant_id text not null,
  url text not null,
  types text not null,
  status text not null check (status in ('active', 'disabled', 'deleted')),
  why text,
  secret bytea not null,
  previous_secret bytea,
  previous_until_ms int8,
  cursor_seq int8 not null,
  cursor_ordinal int4 not null,
  failing_since_ms int8,
  created_at_ms int8 not null,
  version int4 not null
);

create table webhook_deliveries (
  endpoint_id uuid not null,
  seq int8 not null,
  ordinal int4 not null,
  type text not null,
  subject_id text not null,
  at_ms int8 not null,
  state text not null check (state in ('deferred', 'delivered', 'dead')),
  attempts int4 not null,
  due_at_ms int8 not null,
  primary key (endpoint_id, seq, ordinal)
);
create index webhook_deliveries_open_idx on webhook_deliveries (endpoint_id)
  where state <> 'delivered';
