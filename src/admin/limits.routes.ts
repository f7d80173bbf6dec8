// The scheme's limits, as the operator sets them.
import { type LimitJson, operatorRoutes as routes } from '@hutong/sdk/contract';
import type { LimitRule } from '../compliance/index.ts';
import type { InboundRoute } from '../dialects/inbound.ts';
import { refusal } from '../dialects/signed-route.ts';
import { formatAmount, parseAmountOrZero } from '../money/index.ts';
import { ok, refuse } from '../problems/index.ts';
import { required } from '../runtime/index.ts';
import type { AdminDeps } from './admin.deps.ts';
import { durably, type On } from './operator-route.ts';

function limitJson({ currencies }: AdminDeps, rule: Readonly<LimitRule>): LimitJson {
  const { id, version, subject, participantId, measure, period, limit, outcome } = rule;
  const currency = required(currencies.byCode(rule.currency), rule.currency);
  return {
    id,
    version,
    currency: currency.code,
    subject,
    ...(participantId === null ? {} : { participantId }),
    measure,
    period,
    limit: measure === 'count' ? String(limit) : formatAmount(limit, currency),
    outcome,
  };
}

export function limitAdminRoutes(deps: AdminDeps, on: On): InboundRoute[] {
  const { limits, journal, currencies } = deps;
  return [
    on(routes.listLimits, () =>
      durably(deps, () => ({
        status: 200,
        json: { limits: limits.rules().map((rule) => limitJson(deps, rule)) },
      })),
    ),
    on(routes.setLimit, async ({ params, body, person }) => {
      const currency = currencies.byCode(body.currency);
      if (currency === undefined) return refusal('currency_unknown');
      const isCount = body.measure === 'count';
      if (isCount && !/^[0-9]{1,9}$/.test(body.limit)) {
        return refuse('request_invalid', { pointer: '/limit', detail: 'A whole number.' });
      }
      const parsed = isCount
        ? ({ ok: true, minor: BigInt(body.limit) } as const)
        : parseAmountOrZero(body.limit, currency);
      if (!parsed.ok) return refuse(parsed.code, { pointer: '/limit' });
      const { subject, measure, period, outcome, participantId = null } = body;
      const what = { currency: currency.code, subject, measure, period, outcome, participantId };
      const rule = { id: params.id, ...what, limit: parsed.minor, setBy: person.id };
      const done = await journal.submit(limits.machine, { type: 'set_limit', rule });
      if (done.kind !== 'applied') return refusal(done.kind === 'refused' ? done.code : 'internal');
      if (!done.result.ok) return refusal(done.result.code);
      return ok({ status: 200, json: limitJson(deps, done.result.rule) });
    }),
    on(routes.retireLimit, async ({ params, person }) => {
      const command = { type: 'retire_limit', id: params.id, by: person.id } as const;
      const done = await journal.submit(limits.machine, command);
      if (done.kind !== 'applied') return refusal(done.kind === 'refused' ? done.code : 'internal');
      return done.result.ok ? ok({ status: 204 }) : refusal(done.result.code);
    }),
  ];
}
