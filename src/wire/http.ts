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

function flatten(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

async function read(body: Dispatcher.ResponseData['body']): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > RESPONSE_BYTES_MAX) {
      body.destroy();
      return null;
    }
    chunks.push(bytes);
  }
  return chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
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
      const deadline = AbortSignal.timeout(timeoutMs);
      try {
        const answer = await poolOf(target.origin).request({
          method,
          path: `${target.pathname}${target.search}`,
          headers,
          body,
          signal: deadline,
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
        });
        const bytes = await read(answer.body);
        if (bytes === null) return { kind: 'unknown', reason: 'the answer is too large' };
        return {
          kind: 'answered',
          status: answer.statusCode,
          headers: flatten(answer.headers),
          body: bytes,
        };
      } catch (error) {
        const code = codeOf(error);
        return { kind: NEVER_SENT.has(code) ? 'not_sent' : 'unknown', reason: code };
      }
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
      pools.clear();
    },
  };
}
