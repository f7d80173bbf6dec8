-- Who is found under which alias. alias_hash is a keyed hash, party is sealed for its subject: the
-- table tells nobody who is in it. Claimed again after a release, the row is the new holder's.
create table aliases (
  alias_hash bytea primary key,
  participant_id text not null,
  connection_id text not null,
  status text not null check (status in ('active', 'released')),
  -- space-separated; empty: all that its participant has opened
  currencies text not null,
  party bytea,
  changed_at_ms int8 not null,
  check ((party is null) = (status = 'released'))
);
alter table aliases alter column party set storage external;
