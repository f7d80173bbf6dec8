// Mandates: proposed by a payee's side, agreed to by the payer's, collected under.
import { type MandateJson, switchRoutes as routes } from '@hutong/sdk/contract';
import type { Currencies } from '../../../money/index.ts';
import { refuse } from '../../../problems/index.ts';
import type { MandateView } from '../../dialect.ts';
import type { InboundRoute } from '../../inbound.ts';
import { replyTo } from '../../signed-route.ts';
import type { NativeDeps } from '../native.deps.ts';
import { instant, readMoney, writeMoney } from '../native.messages.ts';
import type { On } from './bound.ts';

function mandateJson(currencies: Currencies, view: MandateView): MandateJson {
  const { purpose, endsAtMs } = view;
  return {
    id: view.id,
    status: view.status,
    payer: view.payerParticipantId,
    payee: view.payeeParticipantId,
    ...(purpose === null ? {} : { purpose }),
    amount: writeMoney(currencies, view.amount),
    periodMax: writeMoney(currencies, view.periodMax),
    period: view.period,
    scheduled: view.isScheduled,
    used: writeMoney(currencies, view.used),
    payments: view.payments,
    firstAt: instant(view.firstAtMs),
    ...(endsAtMs === null ? {} : { endsAt: instant(endsAtMs) }),
  };
}

const content = (...parts: readonly unknown[]) => JSON.stringify(parts);
const instantMs = (text: string | undefined) => (text === undefined ? null : Date.parse(text));

export function mandateRoutes({ mandates, currencies }: NativeDeps, on: On): InboundRoute[] {
  const json = (view: MandateView) => mandateJson(currencies, view);
  const shown = (view: MandateView) => ({ status: 200, json: json(view) });
  return [
    on(routes.proposeMandate, async ({ body, asked }) => {
      const amount = readMoney(currencies, body.amount);
      if (!amount.ok) return amount;
      const periodMax = readMoney(currencies, body.periodMax, '/periodMax');
      if (!periodMax.ok) return periodMax;
      if (amount.value.currency !== periodMax.value.currency) {
        const detail = 'The same currency as the amount.';
        return refuse('request_invalid', { pointer: '/periodMax/currency', detail });
      }
      const { payee, payerAlias, period, purpose = null, countMax = null } = body;
      const proposed = await mandates.propose({
        ...asked,
        payee: { account: payee.account, name: payee.name ?? null },
        payerAlias,
        amount: amount.value,
        periodMax: periodMax.value,
        period,
        purpose,
        countMax,
        isScheduled: body.scheduled ?? false,
        firstAtMs: instantMs(body.firstAt),
        endsAtMs: instantMs(body.endsAt),
        content: content('mandate', body),
      });
      return replyTo(proposed, (view, replayed) => ({
        status: replayed ? 200 : 201,
        json: json(view),
      }));
    }),
    on(routes.listMandates, async ({ credential }) =>
      replyTo(await mandates.list(credential), (views) => ({
        status: 200,
        json: { mandates: views.map(json) },
      })),
    ),
    on(routes.consentMandate, async ({ params, body, asked }) => {
      const { authorisation } = body;
      const told = content('consent', params.id, authorisation);
      const wish = { ...asked, id: params.id, authorisation, content: told };
      return replyTo(await mandates.consent(wish), shown);
    }),
    on(routes.moveMandate, async ({ params, body, asked }) => {
      const wish = { ...asked, id: params.id, to: body.to };
      return replyTo(
        await mandates.move({ ...wish, content: content('move', params.id, body.to) }),
        shown,
      );
    }),
    on(routes.collectMandate, async ({ params, body, asked }) => {
      const amount = readMoney(currencies, body.amount);
      if (!amount.ok) return amount;
      const { currency, minor } = amount.value;
      const told = content('collect', params.id, currency, String(minor));
      const wish = { ...asked, id: params.id, amount: amount.value, content: told };
      return replyTo(await mandates.collect(wish), (view, replayed) => ({
        status: replayed ? 200 : 202,
        json: json(view),
      }));
    }),
  ];
}
