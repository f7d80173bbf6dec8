// Orders: what a payee asks for, and asking payers to pay one.
import { switchRoutes as routes } from '@hutong/sdk/contract';
import type { OrderView, Outcome } from '../../../payments/port.ts';
import type { Result } from '../../../problems/index.ts';
import type { InboundRoute } from '../../inbound.ts';
import { type Reply, replyTo } from '../../signed-route.ts';
import type { NativeDeps } from '../native.deps.ts';
import type { AnyCall, On } from './bound.ts';
import { closeOrderCommand, collectCommand, createOrderCommand } from './commands.ts';
import { startedReply } from './payments.routes.ts';
import { orderJson } from './views.ts';

function orderReply(
  { currencies, publicUrl }: NativeDeps,
  outcome: Outcome<OrderView>,
  { credential }: AnyCall,
  status = 200,
): Result<Reply> {
  return replyTo(outcome, (view, replayed) => ({
    status: replayed ? 200 : status,
    json: orderJson(currencies, view, credential, publicUrl),
    headers: { location: `/v1/orders/${view.id}` },
  }));
}

export function orderRoutes(deps: NativeDeps, on: On): InboundRoute[] {
  const { payments, currencies } = deps;
  return [
    on(routes.createOrder, async (call) => {
      const command = createOrderCommand(currencies, call.body, call.asked);
      if (!command.ok) return command;
      return orderReply(deps, await payments.createOrder(command.value), call, 201);
    }),
    on(routes.getOrder, async (call) =>
      orderReply(
        deps,
        await payments.order(call.credential, { by: 'id', id: call.params.id }),
        call,
      ),
    ),
    on(routes.closeOrder, async (call) => {
      const command = closeOrderCommand(call.params.id, call.asked);
      return orderReply(deps, await payments.closeOrder(command), call);
    }),
    on(routes.createCollection, async (call) => {
      const command = collectCommand(call.params.id, call.body, call.asked);
      return startedReply(deps, await payments.collect(command), call);
    }),
  ];
}
