// One typed call over all routes of an API: what it takes and answers comes from the contract.
import type { z } from 'zod';
import type { Route } from '../contract/index.ts';
import { OutcomeUnknown } from './client.errors.ts';
import type { Transport } from './client.transport.ts';

export type Routes = Readonly<Record<string, Route>>;

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
export type AnswerOf<R extends Route> = z.output<Schemas<R['answers']>>;

/** What the route takes: `params`, `query`, `body` as it has them. */
export type AskOf<R extends Route> = Member<R, 'params'> &
  Member<R, 'query'> &
  Member<R, 'body'> & {
    /** Of the resource, as it was read: required where a route of the operator changes it. */
    readonly version?: number;
    /** Made when absent: then a call that was cut off cannot be repeated as the same. */
    readonly idempotencyKey?: string;
    readonly waitS?: number;
    readonly signal?: AbortSignal;
  };

export type Caller<R extends Routes> = <K extends keyof R & string>(
  route: K,
  ask: AskOf<R[K]>,
) => Promise<AnswerOf<R[K]>>;

interface Given {
  readonly params?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
  readonly version?: number;
  readonly idempotencyKey?: string;
  readonly waitS?: number;
  readonly signal?: AbortSignal;
}

/** Calls reject with HutongProblem, or OutcomeUnknown. */
export function createCaller<R extends Routes>(transport: Transport, routes: R): Caller<R> {
  return async <K extends keyof R & string>(id: K, ask: AskOf<R[K]>) => {
    const route = routes[id];
    if (route === undefined) throw new TypeError(`no route ${id}`);
    const { version, ...given }: Given = ask;
    const idempotencyKey = given.idempotencyKey ?? globalThis.crypto.randomUUID();
    const { json, status } = await transport.call(route, {
      ...given,
      headers: version === undefined ? {} : { 'if-match': `"${version}"` },
      idempotencyKey,
    });
    const parsed = route.answers[status]?.schema?.safeParse(json);
    if (parsed?.success === false) {
      throw new OutcomeUnknown('the answer has another shape', idempotencyKey, parsed.error);
    }
    // checked by the schema of this very route, so its type is that of the answer
    return (parsed?.data ?? json) as AnswerOf<R[K]>;
  };
}
