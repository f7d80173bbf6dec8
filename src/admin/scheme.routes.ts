// The scheme's fees, and the operator's own people.
import {
  type FeeScheduleJson,
  type PersonJson,
  operatorRoutes as routes,
} from '@hutong/sdk/contract';
import type { InboundRoute } from '../dialects/inbound.ts';
import { refusal } from '../dialects/signed-route.ts';
import { type Currency, formatAmount, parseAmountOrZero } from '../money/index.ts';
import { parsePublicKey } from '../participants/index.ts';
import { ok, type Result, refuse } from '../problems/index.ts';
import type { FeeSchedule, FeeTerms } from '../quotes/index.ts';
import { required } from '../runtime/index.ts';
import type { AdminDeps } from './admin.deps.ts';
import type { AdminCommand } from './admin.machine.ts';
import type { Person } from './admin.tables.ts';
import { durably, type On, type OperatorCall } from './operator-route.ts';

function feesJson({ currencies }: AdminDeps, schedule: FeeSchedule): FeeScheduleJson {
  const { fee, version } = schedule;
  const currency = required(currencies.byCode(schedule.currency), schedule.currency);
  const amount = (minor: bigint) => formatAmount(minor, currency);
  return {
    currency: currency.code,
    fixed: amount(fee.fixedMinor),
    bps: fee.bps,
    min: amount(fee.minMinor),
    ...(fee.maxMinor === null ? {} : { max: amount(fee.maxMinor) }),
    tiers: fee.tiers.map((tier) => ({
      upTo: amount(tier.upToMinor),
      fixed: amount(tier.fixedMinor),
      bps: tier.bps,
    })),
    bearer: fee.bearer,
    version,
  };
}

type FeesBody = OperatorCall<typeof routes.setFees>['body'];

/** Amounts as texts → minor units; the first that cannot be read is the refusal. */
function feeTerms(body: FeesBody, currency: Currency): Result<FeeTerms> {
  let wrong: Result<FeeTerms> | null = null;
  const minor = (text: string | undefined, pointer: string): bigint => {
    const parsed = parseAmountOrZero(text ?? '0', currency);
    if (parsed.ok) return parsed.minor;
    wrong ??= refuse(parsed.code, { pointer });
    return 0n;
  };
  const terms: FeeTerms = {
    fixedMinor: minor(body.fixed, '/fixed'),
    bps: body.bps ?? 0,
    minMinor: minor(body.min, '/min'),
    maxMinor: body.max === undefined ? null : minor(body.max, '/max'),
    tiers: (body.tiers ?? []).map((tier, i) => ({
      upToMinor: minor(tier.upTo, `/tiers/${i}/upTo`),
      fixedMinor: minor(tier.fixed, `/tiers/${i}/fixed`),
      bps: tier.bps,
    })),
    bearer: body.bearer,
  };
  return wrong ?? ok(terms);
}

const personJson = ({ id, name, role, status, keyId }: Readonly<Person>): PersonJson => ({
  id,
  name,
  role,
  status,
  keyId,
});

export function schemeAdminRoutes(deps: AdminDeps, on: On): InboundRoute[] {
  const { quotes, quotesView, currencies, admin, journal } = deps;

  async function tell(command: AdminCommand, status: number) {
    const done = await journal.submit(admin.machine, command);
    if (done.kind !== 'applied') return refusal(done.kind === 'refused' ? done.code : 'internal');
    if (!done.result.ok) return refusal(done.result.code);
    if (!('person' in done.result)) return refusal('internal');
    return ok({ status, json: personJson(done.result.person) });
  }

  return [
    on(routes.getFees, () =>
      durably(deps, () => ({
        status: 200,
        json: { fees: quotesView.schedules().map((each) => feesJson(deps, each)) },
      })),
    ),
    on(routes.setFees, async ({ params, body, ask }) => {
      const currency = currencies.byCode(params.currency);
      if (currency === undefined) return refusal('currency_unknown');
      const fee = feeTerms(body, currency);
      if (!fee.ok) return fee;
      const wish = { currency: currency.code, fee: fee.value };
      const done = await quotes.setFeeSchedule(wish, ask);
      return done.ok ? ok({ status: 200, json: feesJson(deps, done.value.value) }) : done;
    }),
    on(routes.enrolPerson, ({ body }) => {
      const key = parsePublicKey(body.jwk);
      if (!key.ok) return key;
      const { id, name, role } = body;
      const person = { id, name, role, status: 'active', ...key.value } as const;
      return tell({ type: 'enrol', person }, 201);
    }),
    on(routes.listPeople, () =>
      durably(deps, () => ({
        status: 200,
        json: { people: admin.view.people().map(personJson) },
      })),
    ),
    on(routes.changePerson, ({ params, body, person }) =>
      tell({ type: 'change_person', id: params.id, by: person.id, status: body.status }, 200),
    ),
  ];
}
