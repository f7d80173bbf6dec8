-- Participants, what they may do in each currency, and how they are connected.
-- The list of transitions is STATUS_TRANSITIONS in participant.ts, word for word.
create table participants (
  id text primary key,
  kind text not null check (kind in ('wallet', 'bank', 'acquirer', 'fx', 'gateway', 'operator')),
  name text not null,
  status text not null,
  previous_status text,
  created_at_ms int8 not null,
  version int4 not null,
  constraint participants_operator check ((id = 'operator') = (kind = 'operator')),
  constraint participants_transition check (coalesce(previous_status, '') || '>' || status in (
    '>invited', '>active', 'invited>certified', 'certified>active', 'certified>closed',
    'active>suspended', 'suspended>active', 'invited>closed', 'suspended>closed'
  ))
);

create table currency_terms (
  participant_id text not null,
  currency text not null,
  cap_minor int8 not null check (cap_minor >= 0),
  opened_at_ms int8 not null,
  primary key (participant_id, currency)
);

-- What moved between bank and cover; its transfer carries the same id.
create table cover_movements (
  id uuid primary key,
  participant_id text not null,
  currency text not null,
  direction text not null check (direction in ('deposit', 'withdrawal')),
  amount_minor int8 not null check (amount_minor > 0),
  reference text not null,
  asked_by text not null,
  at_ms int8 not null
);

create table connections (
  id text primary key,
  participant_id text not null,
  dialect text not null,
  endpoint text,
  -- json, not jsonb: comes back as it was written; text on the wire, so parsed by nobody but its
  -- dialect
  settings json not null,
  status text not null check (status in ('active', 'disabled')),
  created_at_ms int8 not null,
  version int4 not null
);

create table connection_secrets (
  connection_id text primary key,
  secrets bytea not null
);
alter table connection_secrets alter column secrets set storage external;

create table connection_keys (
  key_id text primary key,
  connection_id text not null,
  jwk json not null,
  status text not null check (status in ('active', 'retired')),
  valid_from_ms int8 not null,
  valid_to_ms int8,
  created_at_ms int8 not null,
  check (valid_to_ms is null or valid_to_ms >= valid_from_ms)
);
