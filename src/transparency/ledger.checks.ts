// Checks of the money itself (invariants 1 and 3): every sum is made again from the movements of
// payments and the posted transfers, and compared with what the accounts say.
import { type Check, sqlCheck } from './verify.check.ts';

/** Every movement any payment ever planned. */
const MOVEMENTS = `select p.id, (m->>0)::int8 as debit, (m->>1)::int8 as credit,
    (m->>2)::numeric as amount, m->>3 as state
  from payments p cross join lateral json_array_elements(p.movements) as m`;

const transfersBalance = sqlCheck({
  id: 'transfers-balance',
  title: 'Every transfer debits and credits the same amount in one currency',
  invariant: 1,
  count: 'select count(*) from transfers',
  breaches: [
    {
      what: 'transfer between accounts that are missing, the same, or of two currencies',
      sql: `select t.seq || '.' || t.ordinal as who from transfers t
        left join accounts d on d.number = t.debit_account
        left join accounts c on c.number = t.credit_account
        where d.number is null or c.number is null or d.number = c.number
          or d.currency <> c.currency`,
    },
    {
      what: 'transfer of nothing or less',
      sql: `select seq || '.' || ordinal as who from transfers where amount_minor <= 0`,
    },
  ],
});

const sumsZero = sqlCheck({
  id: 'sums-zero',
  title: 'In every currency all balances sum to zero, posted and pending',
  invariant: 1,
  count: 'select count(distinct currency) from accounts',
  breaches: [
    {
      what: 'currency whose posted balances do not sum to zero',
      sql: `select currency || ' ' || sum(credits_posted_minor - debits_posted_minor) as who
        from accounts group by currency
        having sum(credits_posted_minor - debits_posted_minor) <> 0`,
    },
    {
      what: 'currency whose pending balances do not sum to zero',
      sql: `select currency || ' ' || sum(credits_pending_minor - debits_pending_minor) as who
        from accounts group by currency
        having sum(credits_pending_minor - debits_pending_minor) <> 0`,
    },
  ],
});

/**
 * Accounts against sums of movements; both sides of a full join, so that neither can be missing.
 */
const differing = (movements: string, kind: 'posted' | 'pending') => `
  select 'account ' || coalesce(a.number, m.account)::text || ' debits '
      || coalesce(a.debits_${kind}_minor, 0) || ' for ' || coalesce(m.debits, 0) || ' credits '
      || coalesce(a.credits_${kind}_minor, 0) || ' for ' || coalesce(m.credits, 0) as who
  from accounts a
  full join (
    select account, sum(debit) as debits, sum(credit) as credits from (
      select debit as account, amount as debit, 0 as credit from (${movements}) x
      union all select credit, 0, amount from (${movements}) y
    ) moved group by account
  ) m on m.account = a.number
  where a.number is null
    or a.debits_${kind}_minor <> coalesce(m.debits, 0)
    or a.credits_${kind}_minor <> coalesce(m.credits, 0)`;

const postedBalances = sqlCheck({
  id: 'posted-balances',
  title: "Every account's posted balance is the sum of its transfers",
  invariant: 1,
  count: 'select count(*) from accounts',
  breaches: [
    {
      what: 'account that differs from its transfers',
      sql: differing(
        `select debit_account::int8 as debit, credit_account::int8 as credit,
          amount_minor::numeric as amount from transfers`,
        'posted',
      ),
    },
  ],
});

const pendingBalances = sqlCheck({
  id: 'pending-balances',
  title: "Every account's pending balance is the sum of what open payments have reserved",
  invariant: 1,
  count: 'select count(*) from accounts',
  breaches: [
    {
      what: 'account that differs from its reservations',
      sql: differing(
        `select debit, credit, amount from (${MOVEMENTS}) v where v.state = 'pending'`,
        'pending',
      ),
    },
    {
      what: 'ended payment that still reserves',
      sql: `select v.id::text as who from (${MOVEMENTS}) v join payments p on p.id = v.id
        where v.state = 'pending' and p.ended_at_ms is not null`,
    },
  ],
});

/** What is posted, as payments and movements of cover plan it. */
const PLANNED = `select id, debit, credit, amount from (${MOVEMENTS}) v where v.state = 'posted'
  union all
  select c.id, case c.direction when 'deposit' then bank.number else cover.number end::int8,
    case c.direction when 'deposit' then cover.number else bank.number end::int8,
    c.amount_minor::numeric
  from cover_movements c
  left join accounts cover on cover.participant_id = c.participant_id
    and cover.currency = c.currency and cover.kind = 'cover'
  left join accounts bank on bank.currency = c.currency and bank.kind = 'bank'`;

const transfersExplained = sqlCheck({
  id: 'transfers-explained',
  title:
    'Every transfer is a posted movement of one payment or of cover, and each of these a transfer',
  invariant: 3,
  count: 'select count(*) from transfers',
  breaches: [
    {
      what: 'payment or movement of cover whose transfers are others than it planned',
      sql: `with planned as (
          select id, debit, credit, sum(amount) as amount, count(*) as n from (${PLANNED}) x
          group by id, debit, credit),
        moved as (
          select payment_id as id, debit_account::int8 as debit, credit_account::int8 as credit,
            sum(amount_minor) as amount, count(*) as n
          from transfers group by 1, 2, 3)
        select coalesce(p.id, m.id)::text as who from planned p
        full join moved m on m.id = p.id and m.debit = p.debit and m.credit = p.credit
        where p.n is distinct from m.n or p.amount is distinct from m.amount`,
    },
    {
      what: 'transfer outside of the life of its payment',
      sql: `select t.seq || '.' || t.ordinal as who from transfers t
        join payments p on p.id = t.payment_id
        where t.seq < p.created_seq or t.seq > p.updated_seq`,
    },
  ],
});

/**
 * Net effect of a payment's movements in one state (`posted`, `pending`) on each of its parties'
 * accounts. Where payer and payee are one participant, both effects stand under payer.
 */
const nets = (state: string) => `
  select p.id,
    coalesce(sum(e.delta) filter (where a.kind = 'position' and a.currency = x.payers
      and a.participant_id = p.payer_participant_id), 0) as payer,
    coalesce(sum(e.delta) filter (where a.kind = 'position' and a.currency = x.payees
      and a.participant_id = p.payee_participant_id
      and (p.payee_participant_id, x.payees) <> (p.payer_participant_id, x.payers)), 0) as payee,
    coalesce(sum(e.delta) filter (where a.kind = 'position' and a.currency = x.payers
      and a.participant_id = x.exchanger), 0) as taken,
    coalesce(sum(e.delta) filter (where a.kind = 'position' and a.currency = x.payees
      and a.participant_id = x.exchanger), 0) as given,
    coalesce(sum(e.delta) filter (where a.kind = 'fees'
      and a.participant_id = p.fee_participant_id), 0) as fees,
    coalesce(sum(e.delta) filter (where a.kind = 'transit'), 0) as transit,
    count(*) filter (where e.id is not null and (a.number is null
      or a.currency not in (x.payers, x.payees)
      or a.kind not in ('position', 'fees', 'transit')
      or (a.kind = 'position' and a.participant_id not in (
        p.payer_participant_id, p.payee_participant_id,
        coalesce(x.exchanger, p.payer_participant_id))))) as strangers
  from payments p
  cross join lateral (select p.exchange::json->>'participant' as exchanger,
    case when p.kind = 'refund' then coalesce(p.exchange::json->>'currency', p.currency)
      else p.currency end as payers,
    case when p.kind = 'refund' then p.currency
      else coalesce(p.exchange::json->>'currency', p.currency) end as payees) x
  left join (
    select id, debit as account, -amount as delta from (${MOVEMENTS}) v where state = '${state}'
    union all
    select id, credit, amount from (${MOVEMENTS}) w where state = '${state}'
  ) e on e.id = p.id
  left join accounts a on a.number = e.account
  group by p.id`;

/** Of a payment between currencies: what leaves the payer, and what reaches the payee. */
const AMOUNTS = `select p.id as of,
    case when p.kind = 'refund' then coalesce((p.exchange::json->>'minor')::int8, p.debit_minor)
      else p.debit_minor end as out_minor,
    case when p.kind = 'refund' then p.credit_minor
      else coalesce((p.exchange::json->>'minor')::int8, p.credit_minor) end as in_minor,
    p.exchange is not null as is_exchanged
  from payments p`;

/**
 * Which accounts a payment must have moved, and reserved, in each state: (payer, payee, fees,
 * transit).
 */
const EXPECTED = `select p.id, p.state, x.kind,
    case x.stretch when 'whole' then -m.out_minor + own.credit when 'in' then -p.debit_minor
      when 'back' then p.debit_minor when 'out' then own.credit else 0 end as payer,
    case when x.stretch in ('whole', 'out') then m.in_minor - own.credit else 0 end as payee,
    case when m.is_exchanged and x.stretch = 'whole' then m.out_minor - p.fee_minor
      else 0 end as taken,
    case when m.is_exchanged and x.stretch = 'whole' then -m.in_minor else 0 end as given,
    case when x.stretch in ('whole', 'out') then p.fee_minor else 0 end as fees,
    case x.stretch when 'in' then p.debit_minor when 'out' then -p.debit_minor
      when 'back' then -p.debit_minor else 0 end as transit
  from payments p join (${AMOUNTS}) m on m.of = p.id
  cross join lateral (select case when p.payer_participant_id = p.payee_participant_id
    and not m.is_exchanged then p.credit_minor else 0 end as credit) own
  cross join lateral (values
    ('posted', case
      when p.state = 'completed' then 'whole'
      when p.flow = 'collect' and p.state in ('paid_in', 'delivering', 'returning') then 'in'
      else 'none' end),
    ('pending', case
      when p.flow = 'push' and p.state in ('reserved', 'delivering') then 'whole'
      when p.flow = 'collect' and p.state in ('awaiting_payer', 'closing') then 'in'
      when p.flow = 'collect' and p.state = 'delivering' then 'out'
      when p.flow = 'collect' and p.state = 'returning' then 'back'
      else 'none' end)
  ) as x(kind, stretch)`;

const unbalanced = (state: 'posted' | 'pending') => `
  select x.id || ' ' || x.state as who from (${EXPECTED}) x
  join (${nets(state)}) n on n.id = x.id
  where x.kind = '${state}' and (n.payer <> x.payer or n.payee <> x.payee or n.fees <> x.fees
    or n.taken <> x.taken or n.given <> x.given or n.transit <> x.transit or n.strangers > 0)`;

const bothSides = sqlCheck({
  id: 'both-sides',
  title:
    "The payer's side is posted if and only if the payee's is, or the amount stands in transit",
  invariant: 3,
  count: 'select count(*) from payments',
  breaches: [
    { what: 'payment posted otherwise than its state says', sql: unbalanced('posted') },
    { what: 'payment reserved otherwise than its state says', sql: unbalanced('pending') },
  ],
});

const transitExplained = sqlCheck({
  id: 'transit-explained',
  title: 'What stands in transit is what payers have paid and payees have not yet received',
  invariant: 3,
  count: `select count(*) from accounts where kind = 'transit'`,
  breaches: [
    {
      what: 'currency whose transit is not that of its payments',
      sql: `select coalesce(a.currency, p.currency) || ' ' || coalesce(a.balance, 0) || ' for '
          || coalesce(p.amount, 0) as who
        from (select currency, sum(credits_posted_minor - debits_posted_minor) as balance
          from accounts where kind = 'transit' group by currency) a
        full join (select currency, sum(debit_minor) as amount from payments
          where flow = 'collect' and state in ('paid_in', 'delivering', 'returning')
          group by currency) p on p.currency = a.currency
        where coalesce(a.balance, 0) <> coalesce(p.amount, 0)`,
    },
  ],
});

const positionLimits = sqlCheck({
  id: 'position-limits',
  title: "Every position's limit is its cover plus its cap; cover and fees cannot go below zero",
  invariant: 1,
  count: `select count(*) from accounts`,
  breaches: [
    {
      what: 'position whose limit is not cover plus cap',
      sql: `select t.participant_id || ' ' || t.currency as who from currency_terms t
        left join accounts p on p.participant_id = t.participant_id
          and p.currency = t.currency and p.kind = 'position'
        left join accounts c on c.participant_id = t.participant_id
          and c.currency = t.currency and c.kind = 'cover'
        where p.limit_minor is distinct from
          t.cap_minor + c.credits_posted_minor - c.debits_posted_minor`,
    },
    {
      what: 'account of a participant that has no terms in its currency',
      sql: `select 'account ' || a.number as who from accounts a
        left join currency_terms t on t.participant_id = a.participant_id
          and t.currency = a.currency
        where a.participant_id is not null and t.participant_id is null`,
    },
    {
      what: 'cover or fees with another limit than zero, or below it',
      sql: `select 'account ' || number as who from accounts where kind in ('cover', 'fees')
        and (limit_minor is distinct from 0 or credits_posted_minor < debits_posted_minor)`,
    },
    {
      what: 'transit or bank with a limit, or more than one of them in a currency',
      sql: `select kind || ' ' || currency as who from accounts where kind in ('transit', 'bank')
        group by kind, currency having count(*) > 1 or count(limit_minor) > 0`,
    },
  ],
});

export const LEDGER_CHECKS: readonly Check[] = [
  transfersBalance,
  sumsZero,
  postedBalances,
  pendingBalances,
  transfersExplained,
  bothSides,
  transitExplained,
  positionLimits,
];
