// Money on hold: capture, release, fulfilment.
import { switchRoutes as routes } from '@hutong/sdk/contract';
import { ok } from '../../../problems/index.ts';
import type { InboundRoute } from '../../inbound.ts';
import type { NativeDeps } from '../native.deps.ts';
import { readMoney } from '../native.messages.ts';
import type { On } from './bound.ts';
import { readReply, startedReply } from './payments.routes.ts';

const content = (...parts: readonly unknown[]) => JSON.stringify(parts);

export function holdRoutes(deps: NativeDeps, on: On): InboundRoute[] {
  const { payments, currencies } = deps;
  return [
    on(routes.capturePayment, async (call) => {
      const { id: paymentId } = call.params;
      const asked = call.body.amount;
      const amount = asked === undefined ? ok(null) : readMoney(currencies, asked);
      if (!amount.ok) return amount;
      const { value } = amount;
      const wish = content('capture', paymentId, value?.currency, value && String(value.minor));
      const command = { ...call.asked, paymentId, amount: value, content: wish };
      return startedReply(deps, await payments.capture(command), call);
    }),
    on(routes.releasePayment, async (call) => {
      const { id: paymentId } = call.params;
      const command = { ...call.asked, paymentId, content: content('release', paymentId) };
      return readReply(deps, await payments.release(command), call);
    }),
    on(routes.fulfilPayment, async (call) => {
      const { id: paymentId } = call.params;
      const { fulfilment } = call.body;
      const wish = content('fulfil', paymentId, fulfilment);
      const command = { ...call.asked, paymentId, fulfilment, content: wish };
      return startedReply(deps, await payments.fulfil(command), call);
    }),
  ];
}
