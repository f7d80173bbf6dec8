// What a route is, as data: server, SDK, OpenAPI document and docs are all made from it.
import type { z } from 'zod';
import type { ProblemCode } from '../problems.ts';

export type RouteMethod = 'GET' | 'POST' | 'DELETE';

export interface RouteAnswer {
  readonly description: string;
  /** Absent where the answer is no JSON of this contract (an event stream, a document). */
  readonly schema?: z.ZodType;
  readonly mediaType?: string;
}

export interface Route {
  /** The operation's name in OpenAPI, SDK and logs: `createPayment`. */
  readonly id: string;
  readonly method: RouteMethod;
  /** `/v1/payments/{id}`: every `{name}` is a member of `params`. */
  readonly path: string;
  readonly summary: string;
  /** Signed by the caller as RFC 9421 says, and answered signed. */
  readonly signed: boolean;
  /**
   * `Idempotency-Key` is required: the same key and content have one effect, however often sent.
   */
  readonly idempotent: boolean;
  /** `Prefer: wait=<seconds>` is understood. */
  readonly waits: boolean;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Instead of `body`: newline-delimited JSON, each line of this shape. */
  readonly lines?: z.ZodType;
  readonly answers: Readonly<Record<number, RouteAnswer>>;
  /** What it may refuse with, besides what every route may (`request` to `auth`, `platform`). */
  readonly problems: readonly ProblemCode[];
}

const defaults = { signed: true, idempotent: false, waits: false, problems: [] } as const;
type Defaults = typeof defaults;

/** Fills in what most routes share, and keeps the exact types of the rest. */
export function defineRoute<
  const R extends Omit<Route, keyof Defaults> & Partial<Pick<Route, keyof Defaults>>,
>(route: R): Omit<Defaults, keyof R> & R {
  return { ...defaults, ...route };
}

/** `/v1/payments/{id}` and `{ id }` → the path to call; every value is percent-encoded. */
export function pathOf(route: Route, params: Readonly<Record<string, string>> = {}): string {
  return route.path.replace(/\{([A-Za-z]+)\}/g, (_whole, name: string) => {
    const value = params[name];
    if (value === undefined || value === '') throw new TypeError(`${route.id} needs ${name}`);
    return encodeURIComponent(value);
  });
}
