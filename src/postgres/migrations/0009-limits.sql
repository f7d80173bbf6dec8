-- Limits of the scheme. A changed one is another rule: what was counted under the old one stays
-- its.
create table limit_rules (
  id text not null,
  version int4 not null,
  currency text not null,
  subject text not null
    check (subject in ('payer', 'payer_participant', 'payee_participant', 'corridor')),
  participant_id text,
  measure text not null check (measure in ('amount', 'sum', 'count')),
  period text not null check (period in ('payment', 'day', 'month')),
  limit_value int8 not null check (limit_value >= 0),
  outcome text not null check (outcome in ('refuse', 'hold')),
  status text not null check (status in ('active', 'retired')),
  set_by text not null,
  set_at_ms int8 not null,
  set_seq int8 not null,
  primary key (id, version),
  constraint limit_rules_measure check ((measure = 'amount') = (period = 'payment'))
);

-- What has been used of a rule by a subject in a day or month: absolute values, written in the
-- commit of the payment that uses or frees it.
create table limit_counters (
  rule text not null,
  span text not null,
  subject text not null,
  sum_minor int8 not null check (sum_minor >= 0),
  count int8 not null check (count >= 0),
  primary key (rule, span, subject)
);
