// Listens: bounds of time and number, refusals of what is no HTTP, and a stop that lets requests
// end. What is served is http.app.ts.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { PROBLEM_MEDIA_TYPE } from '@hutong/sdk/contract';
import type { Hono } from 'hono';
import type { InboundRoute } from '../dialects/inbound.ts';
import { type Problem, problem, toProblemJson } from '../problems/index.ts';
import { defect } from '../runtime/defect.ts';
import { problemAnswer, sendAnswer } from './answer.ts';
import { healthRoutes, type ReadinessCheck } from './health.ts';
import { createHttpApp, type HttpEnv, type ObserveAnswer } from './http.app.ts';
import { createRateLimit, defaultHttpLimits, type HttpLimits } from './limits.ts';

export interface HttpServerDeps {
  /** What the dialects' inbound sides mount, in one list. */
  readonly routes: readonly InboundRoute[];
  readonly apps?: readonly { readonly at: string; readonly app: Hono<HttpEnv> }[];
  /** By name: `/readyz` says 200 only while all hold. */
  readonly readiness?: Readonly<Record<string, ReadinessCheck>>;
  readonly limits?: Partial<HttpLimits>;
  readonly newRequestId: () => string;
  readonly onDefect: (error: unknown, requestId: string) => void;
  /** Told of every answer, for metrics; nothing is measured without it. */
  readonly observe?: ObserveAnswer;
}

export interface HttpServer {
  /** Binds; port 0 takes a free one. @throws when the address cannot be had. */
  listen(host: string, port: number): Promise<{ readonly host: string; readonly port: number }>;
  /** Requests under way. */
  readonly active: number;
  /** From now on `/readyz` says no; all else is served as before. */
  drain(): void;
  /** Takes nothing new, lets what is under way end, and cuts what has not after `withinMs`. */
  stop(withinMs?: number): Promise<void>;
}

const STOP_WITHIN_MS = 10_000;
/** How often node looks for connections that are over their time; its default is 30 s. */
const CHECK_EVERY_MS = 1_000;

export function createHttpServer(deps: HttpServerDeps): HttpServer {
  const limits = { ...defaultHttpLimits, ...deps.limits };
  const stopping = new AbortController();
  const draining = new AbortController();
  const rate = createRateLimit(limits.requestsPerSecondMax, () => performance.now());
  let active = 0;
  const app = createHttpApp({
    ...deps,
    bodyBytesMax: limits.bodyBytesMax,
    stopping: stopping.signal,
    routes: [...healthRoutes(deps.readiness ?? {}, draining.signal), ...deps.routes],
  });
  const server = createServer({
    maxHeaderSize: limits.headerBytesMax,
    connectionsCheckingInterval: CHECK_EVERY_MS,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    noDelay: true,
  });
  server.maxConnections = limits.connectionsMax;
  server.timeout = limits.socketTimeoutMs;
  const refuse = (outgoing: ServerResponse, why: Problem) => {
    const requestId = deps.newRequestId();
    return sendAnswer(outgoing, problemAnswer(why, requestId), requestId);
  };
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  server.on('request', (incoming, outgoing) => {
    if (active >= limits.requestsMax) {
      outgoing.shouldKeepAlive = false;
      deps.observe?.('(shed)', incoming.method ?? '', 503, 'overloaded', 0);
      refuse(outgoing, problem('overloaded', { retryAfterMs: 1_000 })).catch(() => undefined);
      return;
    }
    const retryAfterMs = rate.take(incoming.socket);
    if (retryAfterMs > 0) {
      deps.observe?.('(shed)', incoming.method ?? '', 429, 'rate_limited', 0);
      incoming.resume();
      refuse(outgoing, problem('rate_limited', { retryAfterMs })).catch(() => undefined);
      return;
    }
    active += 1;
    outgoing.once('close', () => {
      active -= 1;
    });
    const perConnection = limits.requestsPerConnectionMax;
    const isWorn = perConnection > 0 && rate.total(incoming.socket) >= perConnection;
    if (isWorn || stopping.signal.aborted) outgoing.shouldKeepAlive = false;
    // A host or target that is no URL: node-server would word the refusal itself.
    if (!isServable(incoming.headers.host, incoming.url)) {
      refuse(outgoing, problem('request_invalid')).catch(() => undefined);
      return;
    }
    listener(incoming, outgoing).catch((error: unknown) => deps.onDefect(error, ''));
  });
  server.on('clientError', (error, socket) => refuseUnparsed(error, socket, deps.newRequestId()));
  return {
    listen: (host, port) => listen(server, host, port),
    get active() {
      return active;
    },
    drain: () => draining.abort(),
    stop: (withinMs = STOP_WITHIN_MS) => {
      draining.abort();
      stopping.abort();
      return stop(server, withinMs);
    },
  };
}

function isServable(host: string | undefined, target: string | undefined): boolean {
  if (host === undefined || target === undefined || !target.startsWith('/')) return false;
  return /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/i.test(host) && !target.includes('\\');
}

/** What is no HTTP at all still gets a document that says so. */
function refuseUnparsed(error: Error, socket: Duplex, requestId: string): void {
  if (socket.destroyed || !socket.writable) return;
  const code = 'code' in error ? error.code : undefined;
  const [status, reason] =
    code === 'HPE_HEADER_OVERFLOW'
      ? ([431, 'Request Header Fields Too Large'] as const)
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ([408, 'Request Timeout'] as const)
        : ([400, 'Bad Request'] as const);
  const text = JSON.stringify({
    ...toProblemJson(problem('request_invalid'), { requestId }),
    status,
  });
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nserver: hutong\r\ncontent-type: ${PROBLEM_MEDIA_TYPE}\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
}

async function listen(
  server: Server,
  host: string,
  port: number,
): Promise<{ readonly host: string; readonly port: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host, port }, resolve);
  await promise;
  server.off('error', reject);
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') return defect('no address to listen on');
  return { host: address.address, port: address.port };
}

async function stop(server: Server, withinMs: number): Promise<void> {
  if (!server.listening) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  // A connection becomes idle when its last answer is out, and would then stay for its keep-alive.
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const cut = setTimeout(() => server.closeAllConnections(), withinMs);
  await promise;
  clearInterval(idle);
  clearTimeout(cut);
}
