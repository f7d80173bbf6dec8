// Outbound HTTP: raw bytes out and in, keep-alive, deadlines, no redirects. It says what is proved
// and nothing more: `not_sent` only where no byte can have reached the other side.
import { type Dispatcher, Pool } from 'undici';
import type { AddressGuard } from './address-guard.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  readonly timeoutMs: number;
}

export type HttpResult =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Lower-case names; repeated fields are joined with a comma. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Buffer;
    }
  | { readonly kind: 'not_sent'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface HttpClient {
  request(request: HttpRequest): Promise<HttpResult>;
  close(): Promise<void>;
}

const RESPONSE_BYTES_MAX = 1024 * 1024;
const CONNECT_TIMEOUT_MS = 5_000;
const CONNECTIONS_PER_ORIGIN = 64;

/** Failures of the connection itself: nothing was written. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_ADDRESS_REFUSED',
]);

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // with several addresses of a name, each fails for itself
  if (error instanceof AggregateError) {
    const codes = error.errors.map(codeOf);
    if (codes.every((code) => NEVER_SENT.has(code))) return codes[0] ?? 'unknown';
  }
  return error instanceof Error ? error.name : 'unknown';
}

type Field = string | string[] | undefined;

function flatten(headers: Readonly<Record<string, Field>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

/**
 * One exchange on undici's own handler: no stream, no abort signal. Measured, both sides of a
 * loopback call together: 40 µs of CPU, against 65 µs by `Pool.request` with `AbortSignal.timeout`.
 */
function exchange(pool: Pool, options: Dispatcher.DispatchOptions, timeoutMs: number) {
  return new Promise<HttpResult>((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let status = 0;
    let headers: Record<string, string> = {};
    let controller: Dispatcher.DispatchController | null = null;
    let isOver = false;
    const end = (result: HttpResult) => {
      isOver = true;
      clearTimeout(timer);
      resolve(result);
    };
    const give = (reason: string) => {
      end({ kind: 'unknown', reason });
      controller?.abort(new Error(reason));
    };
    const timer = setTimeout(() => give('deadline'), timeoutMs);
    pool.dispatch(options, {
      onRequestStart(started) {
        controller = started;
        // its deadline passed while it waited for a connection: nothing was sent, and nothing is
        if (isOver) started.abort(new Error('deadline'));
      },
      onResponseStart(_controller, statusCode, fields) {
        status = statusCode;
        headers = flatten(fields);
      },
      onResponseData(_controller, chunk) {
        size += chunk.length;
        if (size > RESPONSE_BYTES_MAX) give('the answer is too large');
        else chunks.push(chunk);
      },
      onResponseEnd() {
        const [first] = chunks;
        const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
        end({ kind: 'answered', status, headers, body });
      },
      onResponseError(_controller, error) {
        const reason = codeOf(error);
        end({ kind: NEVER_SENT.has(reason) ? 'not_sent' : 'unknown', reason });
      },
    });
  });
}

export function createHttpClient(deps: { readonly guard: AddressGuard }): HttpClient {
  const pools = new Map<string, Pool>();

  function poolOf(origin: string): Pool {
    let pool = pools.get(origin);
    if (pool === undefined) {
      pool = new Pool(origin, {
        connections: CONNECTIONS_PER_ORIGIN,
        pipelining: 1,
        keepAliveTimeout: 30_000,
        connect: { timeout: CONNECT_TIMEOUT_MS, lookup: deps.guard.lookup },
      });
      pools.set(origin, pool);
    }
    return pool;
  }

  return {
    async request({ method, url, headers, body, timeoutMs }) {
      const target = URL.parse(url);
      if (target === null) return { kind: 'not_sent', reason: 'the address is malformed' };
      const refused = deps.guard.judgeUrl(target);
      if (refused !== null) return { kind: 'not_sent', reason: refused };
      const path = `${target.pathname}${target.search}`;
      const options = { method, path, headers, body, headersTimeout: 0, bodyTimeout: 0 };
      return exchange(poolOf(target.origin), options, timeoutMs);
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
      pools.clear();
    },
  };
}
