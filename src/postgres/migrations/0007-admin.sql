-- The operator's own people, the keys they sign with, and what two of them decide together.
create table operator_people (
  id text primary key,
  name text not null,
  role text not null check (role in ('viewer', 'operator', 'approver')),
  status text not null check (status in ('active', 'disabled')),
  key_id text not null unique,
  jwk json not null,
  created_at_ms int8 not null,
  version int4 not null
);

-- What one person proposes about a leg whose outcome is unknown, and another one decides.
create table resolutions (
  leg_id text not null,
  proposed_at_ms int8 not null,
  payment_id uuid not null,
  outcome text not null check (outcome in ('completed', 'rejected', 'not_sent')),
  reason text not null,
  state text not null check (state in ('proposed', 'approved', 'withdrawn')),
  proposed_by text not null,
  decided_by text,
  primary key (leg_id, proposed_at_ms),
  constraint resolutions_second_person check (
    (state = 'approved') <= (decided_by is not null and decided_by <> proposed_by)
  )
);
