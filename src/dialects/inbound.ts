// How a dialect sees a request and says its answer, independent of the HTTP server that carries
// them (src/http). Body and target are the raw ones: signatures are verified on what was sent.
import type { IncomingHttpHeaders } from 'node:http';
import type { Language, Problem } from '../problems/index.ts';

export interface InboundRequest {
  readonly method: string;
  /** As in the request line, not decoded: `/v1/payments?reference=a%20b`. */
  readonly target: string;
  /** The decoded values of the `{name}`s in the route's path. */
  readonly params: Readonly<Record<string, string>>;
  /**
   * Lower-case names. Repeated ones are joined by node:http, except those that may be there once.
   */
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  readonly requestId: string;
  /** Aborted when the client has gone, or the server stops: for streams and long waits. */
  readonly signal: AbortSignal;
}

export interface InboundAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text is sent as UTF-8; an iterable as it comes, until it ends or the client has gone. */
  readonly body: string | Uint8Array | AsyncIterable<string> | null;
}

export interface InboundRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/v1/payments/{id}`; a `{name}` is one segment. */
  readonly path: string;
  /** Media types of a body that are taken; `null`: any, or no body at all. */
  readonly contentTypes: readonly string[] | null;
  /** Overrides the server's cap, downwards or upwards. */
  readonly bodyBytesMax?: number;
  handle(request: InboundRequest): InboundAnswer | Promise<InboundAnswer>;
  /**
   * Words a refusal by the server itself (body too large, media type, defect) in the dialect's own
   * errors; without it the answer is problem+json. `request.body` is empty then.
   */
  refuse?(problem: Problem, request: InboundRequest): InboundAnswer;
}

/** The first language the client names (RFC 9110 section 12.5.4, without weights). */
export function languageOf(acceptLanguage: string | undefined): Language {
  return acceptLanguage !== undefined && /^\s*zh\b/i.test(acceptLanguage) ? 'zh' : 'en';
}
