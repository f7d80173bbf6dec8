// One signed call and its verified answer, repeated while repeating is safe. Same content, same
// idempotency key, a new signature each time.
import {
  idempotencyKeySchema,
  NDJSON_MEDIA_TYPE,
  type ProblemJson,
  pathOf,
  problemJsonSchema,
  type Route,
} from '../contract/index.ts';
import {
  parseSignature,
  requestComponents,
  responseComponents,
  signatureBase,
  signatureHeaders,
  signatureParams,
} from '../signing/index.ts';
import type { ClientCrypto } from './client.crypto.ts';
import { HutongProblem, OutcomeUnknown } from './client.errors.ts';

/** The part of `fetch` that is used: a faster HTTP client can take its place. */
export type FetchLike = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body: Uint8Array<ArrayBuffer> | null;
    readonly signal: AbortSignal;
    readonly redirect: 'error';
  },
) => Promise<FetchAnswer>;

export interface FetchAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ReadableStream<Uint8Array> | null;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export interface TransportOptions {
  /** Origin of the switch as it names itself (its public URL): signatures cover it. */
  readonly baseUrl: string;
  readonly crypto: ClientCrypto;
  readonly fetch: FetchLike;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** How often one call is sent at most. */
  readonly attemptsMax: number;
  /** For one answer, the asked wait not included. */
  readonly timeoutMs: number;
  readonly language: string | undefined;
}

export interface CallOptions {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Instead of `body`: newline-delimited JSON. */
  readonly lines?: readonly unknown[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly idempotencyKey?: string | undefined;
  /** Seconds the switch may wait for the payment's end. */
  readonly waitS?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Answered {
  readonly status: number;
  readonly json: unknown;
  /** The key had been used before: this is what it stands for, as it is now. */
  readonly replayed: boolean;
}

export interface Transport {
  /** @throws HutongProblem, OutcomeUnknown */
  call(route: Route, options?: CallOptions): Promise<Answered>;
  /** @throws HutongProblem, OutcomeUnknown */
  open(route: Route, options: CallOptions, signal?: AbortSignal): Promise<OpenedStream>;
}

/** What signs a streamed body, told at its end. */
export interface StreamSignature {
  readonly contentDigest: string;
  readonly signatureInput: string;
  readonly signature: string;
}

export interface OpenedStream {
  readonly body: ReadableStream<Uint8Array>;
  /** Whether the switch has signed all of these bytes as the body of this answer. */
  isSigned(bytes: Uint8Array<ArrayBuffer>, by: StreamSignature): Promise<boolean>;
}

const LIFETIME_S = 120;
const BACKOFF_FIRST_MS = 200;
const BACKOFF_MS_MAX = 10_000;

interface Prepared {
  readonly route: Route;
  readonly url: string;
  readonly body: Uint8Array<ArrayBuffer> | null;
  /** Of the body, where there is one. */
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly idempotencyKey: string | undefined;
}

export function createTransport(options: TransportOptions): Transport {
  const base = options.baseUrl.replace(/\/+$/, '');

  function prepare(route: Route, call: CallOptions): Prepared {
    const query = new URLSearchParams(call.query).toString();
    const url = base + pathOf(route, call.params) + (query === '' ? '' : `?${query}`);
    const idempotencyKey = route.idempotent
      ? idempotencyKeySchema.parse(call.idempotencyKey)
      : undefined;
    const text = textOf(call);
    const headers: Record<string, string> = { ...call.headers };
    if (call.waitS !== undefined) headers['prefer'] = `wait=${Math.floor(call.waitS)}`;
    if (options.language !== undefined) headers['accept-language'] = options.language;
    const body = text === null ? null : new TextEncoder().encode(text);
    const contentType = call.lines === undefined ? 'application/json' : NDJSON_MEDIA_TYPE;
    return { route, url, body, contentType, headers, idempotencyKey };
  }

  async function call(route: Route, asked: CallOptions = {}): Promise<Answered> {
    const prepared = prepare(route, asked);
    const timeoutMs = options.timeoutMs + (asked.waitS ?? 10) * 1_000;
    let last: unknown = null;
    for (let attempt = 1; attempt <= options.attemptsMax; attempt += 1) {
      const tried = await attemptOnce(options, prepared, timeoutMs, asked.signal);
      if (tried.kind === 'answered') return tried.answer;
      if (tried.kind === 'refused') throw tried.error;
      last = tried.cause;
      asked.signal?.throwIfAborted();
      if (attempt === options.attemptsMax) break;
      await options.sleep(Math.max(tried.afterMs, backoffMs(attempt)));
    }
    if (last instanceof HutongProblem) throw last;
    throw new OutcomeUnknown('no verified answer', prepared.idempotencyKey ?? null, last);
  }

  return {
    call,
    async open(route, asked, signal = new AbortController().signal) {
      const prepared = prepare(route, asked);
      const { sent, item } = await signed(options, prepared);
      const answer = await options.fetch(prepared.url, { ...sent, signal });
      if (answer.status === 200 && answer.body !== null) {
        if (!(await isSigned(options.crypto, answer, null, item, options.now()))) {
          throw new OutcomeUnknown('the stream is not signed by the switch', null, null);
        }
        const { status, body } = answer;
        const contentType = answer.headers.get('content-type') ?? '';
        return {
          body,
          isSigned(bytes, by) {
            const headers = new Map([
              ['content-type', contentType],
              ['content-digest', by.contentDigest],
              ['signature-input', by.signatureInput],
              ['signature', by.signature],
            ]);
            const told = { status, headers: { get: (name: string) => headers.get(name) ?? null } };
            return isSigned(options.crypto, told, bytes, item, options.now());
          },
        };
      }
      const read = await readAnswer(options, answer, item);
      if (read.kind === 'refused') throw read.error;
      throw new OutcomeUnknown('the stream did not open', null, null);
    },
  };
}

function textOf({ body, lines }: CallOptions): string | null {
  if (lines !== undefined) return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  return body === undefined ? null : JSON.stringify(body);
}

/** Doubling, and a random half: many clients must not come back at the same moment. */
function backoffMs(attempt: number): number {
  const ms = Math.min(BACKOFF_FIRST_MS * 2 ** (attempt - 1), BACKOFF_MS_MAX);
  return ms / 2 + Math.random() * (ms / 2);
}

type Tried =
  | { readonly kind: 'answered'; readonly answer: Answered }
  | { readonly kind: 'refused'; readonly error: HutongProblem }
  | { readonly kind: 'again'; readonly cause: unknown; readonly afterMs: number };

async function attemptOnce(
  options: TransportOptions,
  prepared: Prepared,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Tried> {
  const { sent, item } = await signed(options, prepared);
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await options.fetch(prepared.url, {
      ...sent,
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    });
    return await readAnswer(options, answer, item);
  } catch (cause) {
    // A broken connection, a time-out: what became of the request is open.
    return { kind: 'again', cause, afterMs: 0 };
  }
}

async function signed(
  options: TransportOptions,
  { route, url, body, contentType: type, headers, idempotencyKey }: Prepared,
) {
  const { crypto, now } = options;
  const contentDigest = body === null ? undefined : `sha-256=:${await crypto.digest(body)}:`;
  const contentType = body === null ? undefined : type;
  const components = requestComponents({
    method: route.method,
    targetUri: url,
    contentDigest,
    contentType,
    idempotencyKey,
  });
  const created = Math.floor(now() / 1_000);
  const nonce = globalThis.crypto.randomUUID();
  const expires = created + LIFETIME_S;
  const params = signatureParams(components, { created, expires, nonce, keyId: crypto.keyId });
  const signature = await crypto.sign(signatureBase(components, params));
  const all: Record<string, string> = { ...headers, ...signatureHeaders(params, signature) };
  if (contentDigest !== undefined) all['content-digest'] = contentDigest;
  if (contentType !== undefined) all['content-type'] = contentType;
  if (idempotencyKey !== undefined) all['idempotency-key'] = idempotencyKey;
  const sent = { method: route.method, headers: all, body, redirect: 'error' } as const;
  return { sent, item: `:${signature}:` };
}

/** The answer's signature covers its status, body and the signature of the request it answers. */
async function isSigned(
  crypto: ClientCrypto,
  answer: Pick<FetchAnswer, 'status' | 'headers'>,
  body: Uint8Array | null,
  requestSignature: string,
  nowMs: number,
): Promise<boolean> {
  const header = (name: string) => answer.headers.get(name) ?? undefined;
  const parsed = parseSignature(header('signature-input'), header('signature'));
  if (typeof parsed === 'string') return false;
  const contentDigest = header('content-digest');
  const hasBody = body !== null && body.length > 0;
  if (hasBody && contentDigest !== `sha-256=:${await crypto.digest(body)}:`) return false;
  const components = responseComponents({
    status: answer.status,
    contentDigest,
    contentType: header('content-type'),
    requestSignature,
  });
  const values = new Map(components);
  const isExact =
    parsed.components.length === components.length &&
    parsed.components.every((id) => values.has(id));
  // The nonce of the request binds the answer to it, so an old answer cannot be played again;
  // the time is checked all the same, generously.
  if (!isExact || parsed.expires * 1_000 + 60_000 < nowMs) return false;
  const ordered = parsed.components.map((id): [string, string] => [id, values.get(id) ?? '']);
  return crypto.verify(parsed.keyId, signatureBase(ordered, parsed.params), parsed.signature);
}

async function readAnswer(
  options: TransportOptions,
  answer: FetchAnswer,
  item: string,
): Promise<Tried> {
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const verified = await isSigned(options.crypto, answer, bytes, item, options.now());
  let json: unknown;
  try {
    json = bytes.length === 0 ? undefined : JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    return { kind: 'again', cause, afterMs: 0 };
  }
  if (answer.status < 300 && verified) {
    const replayed = answer.headers.get('idempotency-hit') === 'true';
    return { kind: 'answered', answer: { status: answer.status, json, replayed } };
  }
  const problem = problemJsonSchema.safeParse(json);
  if (!problem.success) {
    const cause = new Error(`status ${answer.status} without a signature of the switch`);
    return { kind: 'again', cause, afterMs: 0 };
  }
  return judged(problem.data, verified, answer.headers.get('retry-after'));
}

function judged(problem: ProblemJson, verified: boolean, retryAfter: string | null): Tried {
  const error = new HutongProblem(problem, verified);
  if (problem.retry !== 'same_key') return { kind: 'refused', error };
  const seconds = Number(retryAfter ?? 0);
  return { kind: 'again', cause: error, afterMs: Number.isFinite(seconds) ? seconds * 1_000 : 0 };
}
