// The participants' native routes: each one reads a call, asks a port, words the answer.
import {
  isEndState,
  openApiDocument,
  type Route,
  switchRoutes as routes,
} from '@hutong/sdk/contract';
import { parseLegId } from '../../../payments/payment.ts';
import type { OrderView, Outcome, PaymentRef, PaymentView } from '../../../payments/port.ts';
import { ok, type Result } from '../../../problems/index.ts';
import { type InboundRoute, languageOf } from '../../inbound.ts';
import { createNativeAuth } from '../native.auth.ts';
import type { NativeDeps } from '../native.deps.ts';
import { readMoney } from '../native.messages.ts';
import {
  closeOrderCommand,
  collectCommand,
  createOrderCommand,
  legReport,
  payCommand,
  refundCommand,
} from './commands.ts';
import { eventStream, lastEventPlace } from './events.ts';
import { type Act, bind, type Call, type Reply, refusal, replyTo } from './pipeline.ts';
import {
  aliasJson,
  lookupJson,
  orderJson,
  paymentJson,
  positionsJson,
  problemListJson,
  quoteJson,
} from './views.ts';

export function nativeRoutes(deps: NativeDeps): readonly InboundRoute[] {
  const auth = createNativeAuth(deps);
  const on = <R extends Route>(route: R, act: Act<R>) => bind(auth, route, act);
  return [
    ...paymentRoutes(deps, on),
    ...orderRoutes(deps, on),
    ...directoryRoutes(deps, on),
    ...statusRoutes(deps, on),
    ...openRoutes(deps),
  ];
}

type On = <R extends Route>(route: R, act: Act<R>) => InboundRoute;
type AnyCall = Pick<Call<Route>, 'language' | 'credential'>;

/** 202 while it is under way; ended, 201 the first time and 200 to a replay. */
function startedReply(
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

function readReply(
  { currencies }: NativeDeps,
  outcome: Outcome<PaymentView>,
  { language }: AnyCall,
): Result<Reply> {
  return replyTo(outcome, (view) => ({
    status: 200,
    json: paymentJson(currencies, view, language),
  }));
}

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

function paymentRoutes(deps: NativeDeps, on: On): InboundRoute[] {
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

function orderRoutes(deps: NativeDeps, on: On): InboundRoute[] {
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

function directoryRoutes({ directory, currencies }: NativeDeps, on: On): InboundRoute[] {
  return [
    on(routes.createLookup, async ({ credential, body }) =>
      replyTo(await directory.lookup(credential, body.alias), (found) => ({
        status: 200,
        json: lookupJson(found),
      })),
    ),
    on(routes.createQuote, async ({ credential, body }) => {
      const amount = readMoney(currencies, body.amount);
      if (!amount.ok) return amount;
      const { fixed = 'credit', currency = null } = body;
      if (currency !== null && currencies.byCode(currency) === undefined) {
        return refusal('currency_unknown');
      }
      const { alias } = body.payee;
      const asked = { credential, alias, amount: amount.value, fixed, currency };
      return replyTo(await directory.quote(asked), (quote) => ({
        status: 201,
        json: quoteJson(currencies, quote),
      }));
    }),
    on(routes.claimAlias, async ({ credential, body }) => {
      const claim = { ...body, name: body.name ?? null };
      return replyTo(await directory.claimAlias(credential, claim), (claimed) => ({
        status: 200,
        json: aliasJson(claimed, credential),
      }));
    }),
    on(routes.releaseAlias, async ({ credential, body }) =>
      replyTo(await directory.releaseAlias(credential, body.alias), () => ({ status: 204 })),
    ),
  ];
}

function statusRoutes(deps: NativeDeps, on: On): InboundRoute[] {
  const { participants, currencies, events } = deps;
  return [
    on(routes.getPositions, async ({ credential }) =>
      replyTo(await participants.positions(credential), (answer) => ({
        status: 200,
        json: positionsJson(currencies, answer),
      })),
    ),
    on(routes.getEvents, ({ credential, request }) => {
      const after = lastEventPlace(request.headers['last-event-id']);
      if (after === undefined) return refusal('cursor_invalid');
      return ok({
        status: 200,
        stream: eventStream(events.follow(credential, after, request.signal)),
        headers: { 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
      });
    }),
  ];
}

/** What anyone may read; made once, for it never changes. */
function openRoutes({ publicUrl }: NativeDeps): InboundRoute[] {
  const document = JSON.stringify(openApiDocument({ serverUrl: publicUrl }));
  const lists = {
    en: JSON.stringify(problemListJson('en')),
    zh: JSON.stringify(problemListJson('zh')),
  };
  const json = (body: string) => ({
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'max-age=60' },
    body,
  });
  return [
    {
      method: 'GET',
      path: routes.getProblems.path,
      contentTypes: null,
      handle: ({ headers }) => json(lists[languageOf(headers['accept-language'])]),
    },
    {
      method: 'GET',
      path: routes.getOpenApi.path,
      contentTypes: null,
      handle: () => json(document),
    },
  ];
}
