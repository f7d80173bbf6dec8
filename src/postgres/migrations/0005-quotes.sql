-- Every version of every currency's fees; the highest holds.
create table fee_schedules (
  currency text not null,
  version int4 not null check (version > 0),
  fixed_minor int8 not null check (fixed_minor >= 0),
  bps int4 not null check (bps between 0 and 10000),
  min_minor int8 not null check (min_minor >= 0),
  max_minor int8 check (max_minor >= min_minor),
  tiers json not null,
  bearer text not null check (bearer in ('payer', 'payee')),
  set_at_ms int8 not null,
  set_by text not null,
  primary key (currency, version)
);

-- Every rate an FX participant ever published; of each pair the latest holds, until it ends.
create table fx_rates (
  participant_id text not null,
  base text not null,
  target text not null,
  set_at_ms int8 not null,
  rate text not null,
  base_exponent int4 not null check (base_exponent between 0 and 9),
  target_exponent int4 not null check (target_exponent between 0 and 9),
  valid_to_ms int8 not null,
  primary key (participant_id, base, target, set_at_ms),
  constraint fx_rates_pair check (base <> target),
  constraint fx_rates_life check (valid_to_ms > set_at_ms)
);

-- No index but the primary key: ids are made when the quote is, and a quote lives ten minutes at
-- most, so those that may be live are the last of the key's order.
create table quotes (
  id uuid primary key,
  payer_participant_id text not null,
  payer_connection_id text not null,
  payee_participant_id text not null,
  payee_connection_id text not null,
  currency text not null,
  amount_minor int8 not null check (amount_minor > 0),
  debit_minor int8 not null check (debit_minor > 0),
  credit_minor int8 not null check (credit_minor > 0),
  fee_minor int8 not null check (fee_minor >= 0),
  fee_participant_id text,
  exchange text,
  rate text,
  schedule_version int4 not null,
  created_at_ms int8 not null,
  expires_at_ms int8 not null,
  used_by uuid,
  payee bytea not null,
  constraint quotes_fee check (debit_minor = credit_minor + fee_minor),
  constraint quotes_earner check ((fee_participant_id is null) = (fee_minor = 0)),
  constraint quotes_rate check ((exchange is null) = (rate is null)),
  constraint quotes_life check (expires_at_ms > created_at_ms)
) with (fillfactor = 80);
alter table quotes alter column payee set storage external;
