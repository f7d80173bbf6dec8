// The limits' counters against the payments they count.
import { type Check, sqlCheck } from './verify.check.ts';

/** Payments that a rule counts: began after it, and have moved money, or may yet. */
const COUNTED = `select r.id || '/' || r.version as rule, p.id,
    to_char(to_timestamp(p.created_at_ms / 1000.0) at time zone 'UTC',
      case r.period when 'day' then 'YYYY-MM-DD' else 'YYYY-MM' end) as span,
    -- a capture in part frees the rest only when it has ended
    case when p.ended_at_ms is null and p.hold::json->>'until' = 'capture'
      then (p.hold::json->>'authorised')::int8 else p.amount_minor end as minor
  from limit_rules r join payments p on p.currency = r.currency and p.kind = 'payment'
    and p.created_seq > r.set_seq
    and (r.participant_id is null or r.participant_id = p.payer_participant_id)
    and p.state not in ('held', 'rejected', 'expired', 'returned')
  where r.measure <> 'amount' and r.status = 'active'`;

export const LIMIT_CHECKS: readonly Check[] = [
  sqlCheck({
    id: 'limits',
    title: 'What limits have counted is what payments have used, and nothing else',
    invariant: null,
    count: 'select count(*) from limit_counters',
    breaches: [
      {
        what: 'rule and window whose counters are not its payments',
        sql: `select coalesce(c.rule, p.rule) || ' ' || coalesce(c.span, p.span) as who
          from (select rule, span, sum(sum_minor) as minor, sum(count) as n
            from limit_counters group by 1, 2) c
          full join (select rule, span, sum(minor) as minor, count(*) as n
            from (${COUNTED}) x group by 1, 2) p
            on p.rule = c.rule and p.span = c.span
          where exists (select from limit_rules r where r.status = 'active'
              and r.id || '/' || r.version = coalesce(c.rule, p.rule))
            and (coalesce(c.minor, 0) <> coalesce(p.minor, 0)
              or coalesce(c.n, 0) <> coalesce(p.n, 0))`,
      },
    ],
  }),
];
