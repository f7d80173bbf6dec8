// The typed client of the native protocol: what a participant's wallet, or a shop's program, calls.
import type { z } from 'zod';
import {
  type AliasRecordJson,
  aliasRecordSchema,
  type BulkEndJson,
  type BulkItem,
  type BulkResultJson,
  type CapturePayment,
  type ClaimAlias,
  type CreateLookup,
  type CreateOrder,
  type CreatePayment,
  type CreateQuote,
  type CreateRefund,
  type EventJson,
  type LookupJson,
  lookupSchema,
  type OrderJson,
  orderSchema,
  type PaymentJson,
  type PositionsJson,
  paymentSchema,
  positionsSchema,
  type QuoteJson,
  quoteSchema,
  type RateJson,
  type ReportLeg,
  type Route,
  rateListSchema,
  rateSchema,
  switchRoutes as routes,
  type SetRate,
} from '../contract/index.ts';
import { type BulkOptions, readBulk } from './client.bulk.ts';
import { type Caller, createCaller } from './client.call.ts';
import { type ClientCrypto, createWebCrypto, type Jwk } from './client.crypto.ts';
import { HutongProblem, OutcomeUnknown } from './client.errors.ts';
import { readEvents } from './client.events.ts';
import { type CallOptions, createTransport, type FetchLike } from './client.transport.ts';

export interface HutongClientOptions {
  /** The switch's public URL, exactly as it names itself: signatures cover it. */
  readonly baseUrl: string;
  /** Signs, and verifies the switch; made from `privateKey` and `switchKeys` when absent. */
  readonly crypto?: ClientCrypto;
  readonly privateKey?: Jwk;
  readonly switchKeys?: readonly Jwk[];
  readonly fetch?: FetchLike;
  readonly attemptsMax?: number;
  readonly timeoutMs?: number;
  /** `zh` for Chinese titles and suggestions. */
  readonly language?: string;
  readonly now?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
}

/**
 * Keep the key where a crash cannot lose it before you call: only with it can you learn what became
 * of the call.
 */
export interface MoneyOptions {
  readonly idempotencyKey: string;
  readonly waitS?: number;
  readonly signal?: AbortSignal;
}

/** With what came back, whether the key had been used before. */
export type Replayable<T> = T & { readonly replayed: boolean };

export interface HutongClient {
  /** Any route of the contract by its name: `call('createWebhook', { body })`. */
  readonly call: Caller<typeof routes>;
  lookup(body: CreateLookup): Promise<LookupJson>;
  quote(body: CreateQuote): Promise<QuoteJson>;
  /** Resolves also with a payment that was rejected, or is still under way: read its `state`. */
  pay(body: CreatePayment, options: MoneyOptions): Promise<Replayable<PaymentJson>>;
  refund(id: string, body: CreateRefund, options: MoneyOptions): Promise<Replayable<PaymentJson>>;
  payment(id: string): Promise<PaymentJson>;
  findPayment(
    by:
      | { readonly idempotencyKey: string }
      | { readonly reference: string }
      | { readonly legId: string },
  ): Promise<PaymentJson>;
  /**
   * Up to 10,000 payments in one signed call: a result for each as it is durable. Returns the
   * signed end; throws OutcomeUnknown where it does not come: ask again with the same keys.
   */
  bulk(
    items: readonly BulkItem[],
    options: BulkOptions,
  ): AsyncGenerator<BulkResultJson, BulkEndJson>;
  /** Takes all, or a part, of what is on hold for a party of yours. */
  capture(
    id: string,
    body: CapturePayment,
    options: MoneyOptions,
  ): Promise<Replayable<PaymentJson>>;
  release(id: string, options: MoneyOptions): Promise<Replayable<PaymentJson>>;
  /** Shows the preimage of the payment's condition. */
  fulfil(id: string, fulfilment: string, options: MoneyOptions): Promise<Replayable<PaymentJson>>;
  /** For FX participants. */
  setRate(body: SetRate, options: MoneyOptions): Promise<Replayable<RateJson>>;
  rates(): Promise<readonly RateJson[]>;
  reportLeg(legId: string, body: ReportLeg): Promise<PaymentJson>;
  createOrder(body: CreateOrder, options: MoneyOptions): Promise<Replayable<OrderJson>>;
  order(id: string): Promise<OrderJson>;
  closeOrder(id: string, options: MoneyOptions): Promise<Replayable<OrderJson>>;
  collect(
    orderId: string,
    payerAlias: string,
    options: MoneyOptions,
  ): Promise<Replayable<PaymentJson>>;
  claimAlias(body: ClaimAlias): Promise<AliasRecordJson>;
  releaseAlias(alias: string): Promise<void>;
  positions(): Promise<PositionsJson>;
  /** Reconnects by itself, after the last event it gave; ends when the signal aborts. */
  events(options: {
    readonly signal: AbortSignal;
    readonly lastEventId?: string;
  }): AsyncIterable<EventJson>;
}

const ATTEMPTS_MAX = 5;
const TIMEOUT_MS = 15_000;
const RECONNECT_MS = 1_000;

const sleepMs = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** @throws TypeError when neither `crypto` nor `privateKey` is given. */
export async function createHutongClient(options: HutongClientOptions): Promise<HutongClient> {
  const transport = createTransport({
    baseUrl: options.baseUrl,
    crypto: options.crypto ?? (await cryptoOf(options)),
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    now: options.now ?? Date.now,
    sleep: options.sleep ?? sleepMs,
    attemptsMax: options.attemptsMax ?? ATTEMPTS_MAX,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    language: options.language,
  });
  const sleep = options.sleep ?? sleepMs;

  async function ask<T>(route: Route, schema: z.ZodType<T>, call: CallOptions = {}): Promise<T> {
    return understood(schema, (await transport.call(route, call)).json, null);
  }

  async function money<T extends object>(
    route: Route,
    schema: z.ZodType<T>,
    call: CallOptions,
    asked: MoneyOptions,
  ): Promise<Replayable<T>> {
    const { json, replayed } = await transport.call(route, { ...call, ...asked });
    return { ...understood(schema, json, asked.idempotencyKey), replayed };
  }

  return {
    call: createCaller(transport, routes),
    lookup: (body) => ask(routes.createLookup, lookupSchema, { body }),
    quote: (body) => ask(routes.createQuote, quoteSchema, { body }),
    pay: (body, asked) => money(routes.createPayment, paymentSchema, { body }, asked),
    refund: (id, body, asked) =>
      money(routes.createRefund, paymentSchema, { params: { id }, body }, asked),
    payment: (id) => ask(routes.getPayment, paymentSchema, { params: { id } }),
    findPayment: (query) => ask(routes.findPayment, paymentSchema, { query: { ...query } }),
    bulk: (items, asked) => readBulk(transport, items, asked),
    capture: (id, body, asked) =>
      money(routes.capturePayment, paymentSchema, { params: { id }, body }, asked),
    release: (id, asked) => money(routes.releasePayment, paymentSchema, { params: { id } }, asked),
    fulfil: (id, fulfilment, asked) =>
      money(routes.fulfilPayment, paymentSchema, { params: { id }, body: { fulfilment } }, asked),
    setRate: (body, asked) => money(routes.setRate, rateSchema, { body }, asked),
    rates: async () => (await ask(routes.listRates, rateListSchema)).rates,
    reportLeg: (legId, body) => ask(routes.reportLeg, paymentSchema, { params: { legId }, body }),
    createOrder: (body, asked) => money(routes.createOrder, orderSchema, { body }, asked),
    order: (id) => ask(routes.getOrder, orderSchema, { params: { id } }),
    closeOrder: (id, asked) => money(routes.closeOrder, orderSchema, { params: { id } }, asked),
    collect: (id, payerAlias, asked) =>
      money(
        routes.createCollection,
        paymentSchema,
        { params: { id }, body: { payerAlias } },
        asked,
      ),
    claimAlias: (body) => ask(routes.claimAlias, aliasRecordSchema, { body }),
    async releaseAlias(alias) {
      await transport.call(routes.releaseAlias, { body: { alias } });
    },
    positions: () => ask(routes.getPositions, positionsSchema),
    async *events({ signal, lastEventId }) {
      let last = lastEventId;
      while (!signal.aborted) {
        const headers: Record<string, string> = last === undefined ? {} : { 'last-event-id': last };
        try {
          const { body } = await transport.open(routes.getEvents, { headers }, signal);
          for await (const event of readEvents(body)) {
            last = event.id;
            yield event;
          }
        } catch (error) {
          // A refusal that repeating cannot mend is told; a broken stream is opened again.
          if (error instanceof HutongProblem && error.problem.retry === 'never') throw error;
        }
        if (!signal.aborted) await sleep(RECONNECT_MS);
      }
    },
  };
}

function cryptoOf({ privateKey, switchKeys }: HutongClientOptions): Promise<ClientCrypto> {
  if (privateKey === undefined || switchKeys === undefined) {
    throw new TypeError('give crypto, or privateKey and switchKeys');
  }
  return createWebCrypto({ privateKey, switchKeys });
}

/** A verified answer of another shape than the contract's: a newer switch, or a defect. */
function understood<T>(schema: z.ZodType<T>, json: unknown, idempotencyKey: string | null): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new OutcomeUnknown('the answer has another shape', idempotencyKey, parsed.error);
}
