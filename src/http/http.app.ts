// The routes on Hono: body cap, media type, request id, and problem+json for all that goes wrong
// before or around a dialect's handler. Measured (Node 26, 64 in flight): a bare node:http server
// takes 15.5 µs of CPU for a 500-byte POST, the same behind Hono with answers written straight to
// the socket 20 µs, so there is one path for all routes and no thinner one beside it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import {
  type InboundAnswer,
  type InboundRequest,
  type InboundRoute,
  languageOf,
} from '../dialects/inbound.ts';
import { type Problem, problem } from '../problems/index.ts';
import { problemAnswer, sendAnswer } from './answer.ts';
import { readBody } from './body.ts';

export type HttpEnv = { Bindings: HttpBindings };

/** `route` is the template, never the path itself: labels of metrics are few, and tell no ids. */
export type ObserveAnswer = (
  route: string,
  method: string,
  status: number,
  problemCode: string | null,
  tookMs: number,
) => void;

export interface HttpAppDeps {
  readonly routes: readonly InboundRoute[];
  /** Whole applications below a path: the operator's API, the console. */
  readonly apps?: readonly { readonly at: string; readonly app: Hono<HttpEnv> }[];
  readonly bodyBytesMax: number;
  readonly newRequestId: () => string;
  /** Told of every defect; the client learns only the request id. */
  readonly onDefect: (error: unknown, requestId: string) => void;
  /** Aborted when the server stops: ends streams and long waits. */
  readonly stopping: AbortSignal;
  readonly observe?: ObserveAnswer;
}

export type HttpApp = Hono<HttpEnv>;

const EMPTY = new Uint8Array(0);

export function createHttpApp(deps: HttpAppDeps): HttpApp {
  // strict: `/v1/payments/` is not `/v1/payments`; a signature covers exactly one of them.
  const app = new Hono<HttpEnv>({ strict: true });
  for (const route of deps.routes) {
    app.on(route.method, honoPath(route.path), (context) => serve(deps, route, context));
  }
  for (const { at, app: below } of deps.apps ?? []) app.route(at, below);
  const methods = methodsByPath(deps.routes);
  app.notFound((context) => {
    const { incoming, outgoing } = context.env;
    const allow = methods(context.req.path);
    const code = allow.length === 0 ? 'route_not_found' : 'method_not_allowed';
    const requestId = deps.newRequestId();
    const language = languageOf(incoming.headers['accept-language']);
    const answer = problemAnswer(problem(code), requestId, language);
    const headers =
      allow.length === 0 ? answer.headers : { ...answer.headers, allow: allow.join(', ') };
    deps.observe?.('(none)', incoming.method ?? '', answer.status, code, 0);
    return sent(outgoing, { ...answer, headers }, requestId);
  });
  app.onError((error, context) => {
    const requestId = deps.newRequestId();
    deps.onDefect(error, requestId);
    return sent(context.env.outgoing, problemAnswer(problem('internal'), requestId), requestId);
  });
  return app;
}

/** `/v1/payments/{id}` → Hono's `/v1/payments/:id`. */
function honoPath(path: string): string {
  return path.replace(/\{([A-Za-z]+)\}/g, ':$1');
}

function methodsByPath(routes: readonly InboundRoute[]): (path: string) => string[] {
  const patterns = routes.map(({ method, path }) => ({
    method,
    pattern: new RegExp(
      `^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+')}$`,
    ),
  }));
  return (path) => [...new Set(patterns.filter((p) => p.pattern.test(path)).map((p) => p.method))];
}

async function sent(
  outgoing: ServerResponse,
  answer: InboundAnswer,
  requestId: string,
): Promise<Response> {
  await sendAnswer(outgoing, answer, requestId);
  return RESPONSE_ALREADY_SENT;
}

async function serve(
  deps: HttpAppDeps,
  route: InboundRoute,
  context: Context<HttpEnv>,
): Promise<Response> {
  const { incoming, outgoing } = context.env;
  const requestId = deps.newRequestId();
  const startedMs = deps.observe === undefined ? 0 : performance.now();
  const params: Record<string, string> = route.path.includes('{') ? context.req.param() : {};
  const read = await readBody(incoming, route.bodyBytesMax ?? deps.bodyBytesMax);
  const request = inboundRequest(deps, incoming, outgoing, {
    params,
    requestId,
    body: read.ok ? read.bytes : EMPTY,
  });
  const answered = (answer: InboundAnswer) => {
    if (deps.observe !== undefined) tell(deps.observe, route, answer, startedMs);
    return sent(outgoing, answer, requestId);
  };
  const refuse = (why: Problem) => {
    const answer =
      route.refuse?.(why, request) ??
      problemAnswer(why, requestId, languageOf(incoming.headers['accept-language']));
    return answered(answer);
  };
  if (!read.ok) {
    // What the client still sends is not read: the connection ends with the answer.
    outgoing.shouldKeepAlive = false;
    const maxBytes = String(route.bodyBytesMax ?? deps.bodyBytesMax);
    return refuse(problem('body_too_large', { params: { maxBytes } }));
  }
  const wrongType = mediaTypeFault(route, incoming.headers['content-type'], read.bytes);
  if (wrongType !== null) return refuse(wrongType);
  try {
    return await answered(await route.handle(request));
  } catch (error) {
    deps.onDefect(error, requestId);
    if (outgoing.headersSent) {
      outgoing.destroy();
      return RESPONSE_ALREADY_SENT;
    }
    return refuse(problem('internal'));
  }
}

function tell(
  observe: ObserveAnswer,
  { path, method }: InboundRoute,
  { status, body }: InboundAnswer,
  startedMs: number,
): void {
  const code =
    status >= 400 && typeof body === 'string' ? /"code":"([a-z0-9_]{1,60})"/.exec(body)?.[1] : null;
  observe(path, method, status, code ?? null, performance.now() - startedMs);
}

function mediaTypeFault(
  route: InboundRoute,
  header: string | undefined,
  body: Uint8Array,
): Problem | null {
  if (route.contentTypes === null || (body.length === 0 && header === undefined)) return null;
  const mediaType = (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (route.contentTypes.includes(mediaType)) return null;
  const shown = /^[\w.+/-]{1,80}$/.test(mediaType) ? mediaType : 'this content type';
  return problem('content_type_unsupported', { params: { contentType: shown } });
}

function inboundRequest(
  deps: HttpAppDeps,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  read: Pick<InboundRequest, 'params' | 'requestId' | 'body'>,
): InboundRequest {
  let signal: AbortSignal | null = null;
  return {
    ...read,
    method: incoming.method ?? '',
    target: incoming.url ?? '',
    headers: incoming.headers,
    // Made only where someone looks: most requests are answered without.
    get signal() {
      signal ??= AbortSignal.any([deps.stopping, goneSignal(outgoing)]);
      return signal;
    },
  };
}

function goneSignal(outgoing: ServerResponse): AbortSignal {
  const gone = new AbortController();
  if (outgoing.destroyed) gone.abort();
  else outgoing.once('close', () => gone.abort());
  return gone.signal;
}
