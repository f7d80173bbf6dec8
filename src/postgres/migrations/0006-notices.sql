-- What connections are told without having asked, until it was taken.
create table notices (
  id uuid primary key,
  connection_id text not null,
  kind text not null check (kind in ('order_paid', 'refund_completed')),
  payment_id uuid not null,
  created_at_ms int8 not null,
  state text not null check (state in ('due', 'taken', 'dead')),
  attempts int4 not null check (attempts >= 0),
  due_at_ms int8 not null
) with (fillfactor = 70);
-- only what is still due is ever searched for
create index notices_due_idx on notices (id) where state = 'due';

-- Up to which event notices have been written: with them, in one commit.
create table notice_cursor (
  id int4 primary key check (id = 1),
  seq int8 not null,
  ordinal int4 not null
);
insert into notice_cursor values (1, 0, 0);
