-- The journal's own tables. Portable to PostgreSQL-wire engines: primary keys and one statement
-- per batch do all the work; no triggers, sequences, foreign keys or plpgsql.

-- One row per commit of the writer: the chain that fences, and that verifiers follow.
create table batches (
  seq int8 primary key,
  prev_seq int8 not null,
  prev_hash bytea not null,
  hash bytea not null,
  term int8 not null,
  at_ms int8 not null,
  -- no payment older than this id is still open; loading starts here
  open_floor uuid
);
insert into batches values (0, -1, '\x', decode(repeat('00', 32), 'hex'), 0, 0, null);

create table leaders (
  term int8 primary key,
  holder text not null,
  at_ms int8 not null
);

create table accounts (
  number int4 primary key,
  participant_id text,
  currency text not null,
  kind text not null check (kind in ('position', 'cover', 'fees', 'transit', 'bank')),
  limit_minor int8,
  debits_pending_minor int8 not null default 0 check (debits_pending_minor >= 0),
  debits_posted_minor int8 not null default 0 check (debits_posted_minor >= 0),
  credits_pending_minor int8 not null default 0 check (credits_pending_minor >= 0),
  credits_posted_minor int8 not null default 0 check (credits_posted_minor >= 0),
  check ((participant_id is null) = (kind in ('transit', 'bank')))
) with (fillfactor = 50);

-- Posted movements alone; pending ones stand in their payment. Append-only, ordered by posting.
create table transfers (
  seq int8 not null,
  ordinal int4 not null,
  payment_id uuid not null,
  debit_account int4 not null,
  credit_account int4 not null,
  amount_minor int8 not null check (amount_minor > 0),
  business_day int4 not null,
  primary key (seq, ordinal),
  check (debit_account <> credit_account)
);

-- commitment = SHA-256(salt || body); evidence is the raw message, sealed for its subjects.
create table events (
  seq int8 not null,
  ordinal int4 not null,
  type text not null,
  subject_id text not null,
  audience text not null,
  body text not null,
  salt bytea not null,
  commitment bytea not null,
  evidence bytea,
  primary key (seq, ordinal)
);
alter table events alter column evidence set storage external;

-- Outgoing messages, byte for byte, sealed: written in the commit that decided to send them.
create table outbox (
  seq int8 not null,
  ordinal int4 not null,
  destination text not null,
  kind text not null,
  payment_id uuid not null,
  leg int4 not null,
  message bytea not null,
  primary key (seq, ordinal)
);
alter table outbox alter column message set storage external;

-- Idempotency: a keyed hash of (credential, operation, client's key), and of the canonical command.
create table keys (
  key bytea primary key,
  content bytea not null,
  resource text not null,
  resource_id uuid not null
);

-- Data keys of subjects, wrapped under the key-encryption key; null once shredded.
create table subjects (
  id bytea primary key,
  wrapped_key bytea
);
