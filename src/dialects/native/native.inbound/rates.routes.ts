// Exchange rates of FX participants.
import { type RateJson, switchRoutes as routes } from '@hutong/sdk/contract';
import type { RateView } from '../../dialect.ts';
import type { InboundRoute } from '../../inbound.ts';
import { refusal, replyTo } from '../../signed-route.ts';
import type { NativeDeps } from '../native.deps.ts';
import { instant } from '../native.messages.ts';
import type { On } from './bound.ts';

function rateJson(rate: RateView): RateJson {
  const { participantId, base, target, rate: text, setAtMs, validToMs } = rate;
  const times = { setAt: instant(setAtMs), validUntil: instant(validToMs) };
  return { participantId, base, target, rate: text, ...times };
}

export function rateRoutes({ rates, currencies }: NativeDeps, on: On): InboundRoute[] {
  return [
    on(routes.setRate, async ({ body, asked }) => {
      const { base, target, rate, validUntil } = body;
      const known = [base, target].every((code) => currencies.byCode(code) !== undefined);
      if (!known) return refusal('currency_unknown');
      const validToMs = Date.parse(validUntil);
      const content = JSON.stringify(['rate', base, target, rate, validToMs]);
      const { waitMs: _waitMs, ...idempotent } = asked;
      const wish = { ...idempotent, base, target, rate, validToMs, content };
      return replyTo(await rates.set(wish), (view, replayed) => ({
        status: replayed ? 200 : 201,
        json: rateJson(view),
      }));
    }),
    on(routes.listRates, async ({ credential }) =>
      replyTo(await rates.list(credential), (views) => ({
        status: 200,
        json: { rates: views.map(rateJson) },
      })),
    ),
  ];
}
