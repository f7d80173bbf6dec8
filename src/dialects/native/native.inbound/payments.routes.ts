// Payments, refunds and reports of legs: reads a call, asks the port, words the answer.
import { isEndState, switchRoutes as routes } from '@hutong/sdk/contract';
import { parseLegId } from '../../../payments/payment.ts';
import type { Outcome, PaymentRef, PaymentView } from '../../../payments/port.ts';
import type { Result } from '../../../problems/index.ts';
import type { InboundRoute } from '../../inbound.ts';
import { type Call, type Reply, replyTo } from '../../signed-route.ts';
import type { NativeDeps } from '../native.deps.ts';
import type { AnyCall, On } from './bound.ts';
import { legReport, payCommand, refundCommand } from './commands.ts';
import { paymentJson } from './views.ts';

/** 202 while it is under way; ended, 201 the first time and 200 to a replay. */
export function startedReply(
  { currencies }: NativeDeps,
  outcome: Outcome<PaymentView>,
  { language }: AnyCall,
): Result<Reply> {
  return replyTo(outcome, (view, replayed) => ({
    status: isEndState(view.state) ? (replayed ? 200 : 201) : 202,
    json: paymentJson(currencies, view, language),
    headers: { location: `/v1/payments/${view.payment.id}` },
  }));
}

export function readReply(
  { currencies }: NativeDeps,
  outcome: Outcome<PaymentView>,
  { language }: AnyCall,
): Result<Reply> {
  return replyTo(outcome, (view) => ({
    status: 200,
    json: paymentJson(currencies, view, language),
  }));
}

export function paymentRoutes(deps: NativeDeps, on: On): InboundRoute[] {
  const { payments, currencies } = deps;
  return [
    on(routes.createPayment, async (call) => {
      const command = payCommand(currencies, call.body, call.asked);
      return command.ok ? startedReply(deps, await payments.pay(command.value), call) : command;
    }),
    on(routes.createRefund, async (call) => {
      const command = refundCommand(currencies, call.params.id, call.body, call.asked);
      return command.ok ? startedReply(deps, await payments.refund(command.value), call) : command;
    }),
    on(routes.getPayment, async (call) => {
      const ref: PaymentRef = { by: 'id', id: call.params.id };
      return readReply(deps, await payments.payment(call.credential, ref), call);
    }),
    on(routes.findPayment, async (call) =>
      readReply(deps, await payments.payment(call.credential, refOf(call.query)), call),
    ),
    on(routes.reportLeg, async (call) => {
      const { legId } = call.params;
      const report = legReport(call.body, call.asked.evidence);
      return readReply(deps, await payments.report(call.credential, legId, report), call);
    }),
  ];
}

function refOf(query: Call<typeof routes.findPayment>['query']): PaymentRef {
  const { idempotencyKey, reference, legId } = query;
  if (idempotencyKey !== undefined) return { by: 'key', idempotencyKey };
  const leg = legId === undefined ? null : parseLegId(legId);
  if (leg !== null) return { by: 'id', id: leg.paymentId };
  return { by: 'external', kind: 'reference', externalId: reference ?? '' };
}
