// The client of the operator's API: one typed call over all of its routes.
import type { z } from 'zod';
import { type OperatorRoute, operatorRoutes as routes } from '../contract/index.ts';
import { createWebCrypto, type Jwk } from './client.crypto.ts';
import { createTransport, type FetchLike } from './client.transport.ts';

type Routes = typeof routes;
export type OperatorCallId = keyof Routes;

type Input<S> = S extends z.ZodType ? z.input<S> : never;
type Member<R, K extends string> =
  R extends Readonly<Record<K, infer S>> ? { readonly [P in K]: Input<S> } : object;
type Schemas<A> =
  A extends Readonly<Record<number, infer One>>
    ? One extends { readonly schema: infer S extends z.ZodType }
      ? S
      : never
    : never;
/** What the route answers with when it does what was asked. */
export type OperatorAnswer<K extends OperatorCallId> = z.output<Schemas<Routes[K]['answers']>>;

export type OperatorAsk<K extends OperatorCallId> = Member<Routes[K], 'params'> &
  Member<Routes[K], 'body'> & {
    /** Of the resource, as it was read: required where the route changes it. */
    readonly version?: number;
    /** Made when absent: then a call that was cut off cannot be repeated as the same. */
    readonly idempotencyKey?: string;
  };

export interface OperatorClient {
  /** @throws HutongProblem, OutcomeUnknown */
  call<K extends OperatorCallId>(route: K, ask: OperatorAsk<K>): Promise<OperatorAnswer<K>>;
}

export interface OperatorClientOptions {
  readonly baseUrl: string;
  readonly privateKey: Jwk;
  readonly switchKeys: readonly Jwk[];
  readonly fetch?: FetchLike;
}

const ATTEMPTS_MAX = 5;
const TIMEOUT_MS = 15_000;

export async function createOperatorClient(
  options: OperatorClientOptions,
): Promise<OperatorClient> {
  const { baseUrl, privateKey, switchKeys } = options;
  const transport = createTransport({
    baseUrl,
    crypto: await createWebCrypto({ privateKey, switchKeys }),
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    now: Date.now,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    attemptsMax: ATTEMPTS_MAX,
    timeoutMs: TIMEOUT_MS,
    language: undefined,
  });
  return {
    async call<K extends OperatorCallId>(id: K, ask: OperatorAsk<K>) {
      const route: OperatorRoute = routes[id];
      const given: {
        readonly params?: Record<string, string>;
        readonly body?: unknown;
        readonly version?: number;
        readonly idempotencyKey?: string;
      } = ask;
      const headers: Record<string, string> =
        given.version === undefined ? {} : { 'if-match': `"${given.version}"` };
      const { json, status } = await transport.call(route, {
        ...(given.params === undefined ? {} : { params: given.params }),
        body: given.body,
        headers,
        idempotencyKey: given.idempotencyKey ?? globalThis.crypto.randomUUID(),
      });
      // the schema of this very route, so its type is that of the answer
      const schema = route.answers[status]?.schema;
      return (schema === undefined ? json : schema.parse(json)) as OperatorAnswer<K>;
    },
  };
}
