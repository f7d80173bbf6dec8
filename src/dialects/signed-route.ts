// What every signed route of the house does around its own act, in the order in which problems are
// judged: read the message, ask for the key, verify, act, answer signed.
import {
  idempotencyKeySchema,
  NDJSON_MEDIA_TYPE,
  PROBLEM_MEDIA_TYPE,
  type Route,
} from '@hutong/sdk/contract';
import type { z } from 'zod';
import type { Credential, Idempotent } from '../payments/port.ts';
import {
  definitionOf,
  type Language,
  ok,
  type Problem,
  type ProblemCode,
  type ProblemError,
  type Result,
  refuse,
  retryAfterSeconds,
  toProblemJson,
} from '../problems/index.ts';
import { parseJson } from '../wire/index.ts';
import {
  type InboundAnswer,
  type InboundRequest,
  type InboundRoute,
  languageOf,
} from './inbound.ts';
import { evidenceOf, type SignedAuth } from './signed-auth.ts';

type Output<S> = S extends z.ZodType<infer T> ? T : undefined;
type Member<R extends Route, K extends keyof Route> = R extends { readonly [P in K]: infer S }
  ? Output<S>
  : undefined;

/** What the transport knows of a request, apart from its message. */
export type Asked = Omit<Idempotent, 'content'> & { readonly waitMs: number };

export interface Call<R extends Route> {
  readonly credential: Credential;
  readonly params: Member<R, 'params'>;
  readonly query: Member<R, 'query'>;
  readonly body: Member<R, 'body'>;
  /** With the idempotency key where the route requires one. */
  readonly asked: Asked;
  readonly language: Language;
  readonly request: InboundRequest;
  /** What an answer's signature covers of the request. */
  readonly signatureItem: string;
}

export interface Reply {
  readonly status: number;
  /** Undefined: no body. */
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of `json`. */
  readonly stream?: AsyncIterable<string>;
  /** Of the stream; server-sent events unless told otherwise. */
  readonly contentType?: string;
}

export type Act<R extends Route> = (call: Call<R>) => Promise<Result<Reply>> | Result<Reply>;

const JSON_TYPE = 'application/json';
const WAIT_MS_DEFAULT = 10_000;
const WAIT_MS_MAX = 30_000;

/** RFC 7240: `wait=5`, `respond-async`. What is not understood is ignored, as it says. */
export function waitMsOf(prefer: string | string[] | undefined): number {
  const text = String(prefer ?? '').toLowerCase();
  if (/(^|,)\s*respond-async\s*(,|$)/.test(text)) return 0;
  const wait = /(?:^|,)\s*wait\s*=\s*"?([0-9]{1,6})"?\s*(?:[;,]|$)/.exec(text)?.[1];
  return wait === undefined ? WAIT_MS_DEFAULT : Math.min(Number(wait) * 1_000, WAIT_MS_MAX);
}

/** Enough to mend a request in one go; a hostile one does not get a long answer. */
const ERRORS_MAX = 10;

/** RFC 6901. */
function pointerOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

export function readMessage<T>(schema: z.ZodType<T>, value: unknown): Result<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const errors: ProblemError[] = parsed.error.issues.slice(0, ERRORS_MAX).map((issue) => ({
    pointer: pointerOf(issue.path),
    detail: issue.message.slice(0, 200),
  }));
  return refuse('request_invalid', { errors });
}

interface Read {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly idempotencyKey: string;
}

function readRequest(route: Route, request: InboundRequest): Result<Read> {
  const params = part(route.params, () => ok(request.params));
  if (!params.ok) return params;
  const query = part(route.query, () => queryOf(request.target));
  if (!query.ok) return query;
  const body = part(route.body, () => bodyOf(request.body));
  if (!body.ok) return body;
  const takesNone = route.body === undefined && route.lines === undefined;
  if (takesNone && request.body.length > 0) return refuse('request_invalid');
  const key = route.idempotent ? keyOf(request) : ok('');
  if (!key.ok) return key;
  return ok({
    params: params.value,
    query: query.value,
    body: body.value,
    idempotencyKey: key.value,
  });
}

function part(schema: z.ZodType | undefined, read: () => Result<unknown>): Result<unknown> {
  if (schema === undefined) return ok(undefined);
  const raw = read();
  return raw.ok ? readMessage(schema, raw.value) : raw;
}

function bodyOf(bytes: Uint8Array): Result<unknown> {
  const parsed = parseJson(bytes);
  if (parsed.ok) return ok(parsed.value);
  return refuse(parsed.code, parsed.pointer === '' ? {} : { pointer: parsed.pointer });
}

/** Each name once: of two values nobody knows which is meant. */
function queryOf(target: string): Result<Record<string, string>> {
  const at = target.indexOf('?');
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(at < 0 ? '' : target.slice(at))) {
    if (Object.hasOwn(query, name) || name === '__proto__') return refuse('request_invalid');
    query[name] = value;
  }
  return ok(query);
}

function keyOf(request: InboundRequest): Result<string> {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return refuse('idempotency_key_missing');
  const key = idempotencyKeySchema.safeParse(header);
  return key.success ? ok(key.data) : refuse('idempotency_key_invalid');
}

function contentTypesOf({ body, lines }: Route): readonly string[] | null {
  if (lines !== undefined) return [NDJSON_MEDIA_TYPE];
  return body === undefined ? null : [JSON_TYPE];
}

/**
 * A signed route, bound to what it does. The casts are the one place where the schemas' types are
 * taken for what readRequest has just checked with those very schemas.
 */
export function bind<R extends Route>(auth: SignedAuth, route: R, act: Act<R>): InboundRoute {
  return {
    method: route.method,
    path: route.path,
    contentTypes: contentTypesOf(route),
    async handle(request) {
      const language = languageOf(request.headers['accept-language']);
      const read = readRequest(route, request);
      if (!read.ok) return problemAnswer(auth, read.problem, request, language, null);
      const who = auth.verify(request);
      if (!who.ok) {
        return problemAnswer(auth, who.problem, request, language, who.signatureItem);
      }
      const { signatureItem, credential } = who;
      const evidence = evidenceOf(request);
      const waitMs = route.waits ? waitMsOf(request.headers['prefer']) : 0;
      const { idempotencyKey } = read.value;
      const done = await act({
        credential,
        params: read.value.params as Member<R, 'params'>,
        query: read.value.query as Member<R, 'query'>,
        body: read.value.body as Member<R, 'body'>,
        asked: { credential, idempotencyKey, evidence, waitMs },
        language,
        request,
        signatureItem,
      });
      return done.ok
        ? signedAnswer(auth, done.value, signatureItem)
        : problemAnswer(auth, done.problem, request, language, signatureItem);
    },
  };
}

function signedAnswer(auth: SignedAuth, reply: Reply, signatureItem: string): InboundAnswer {
  const { status, json, stream, headers } = reply;
  if (stream !== undefined) {
    const { contentType = 'text/event-stream' } = reply;
    const signed = auth.signAnswer({ status, contentType }, null, signatureItem);
    return { status, headers: { ...headers, ...signed }, body: stream };
  }
  const body = json === undefined ? null : Buffer.from(JSON.stringify(json), 'utf8');
  const contentType = body === null ? undefined : JSON_TYPE;
  const signed = auth.signAnswer({ status, contentType }, body, signatureItem);
  return { status, headers: { 'cache-control': 'no-store', ...headers, ...signed }, body };
}

function problemAnswer(
  auth: SignedAuth,
  why: Problem,
  { requestId }: InboundRequest,
  language: Language,
  signatureItem: string | null,
): InboundAnswer {
  const { status } = definitionOf(why.code);
  const body = Buffer.from(JSON.stringify(toProblemJson(why, { requestId, language })), 'utf8');
  const seconds = retryAfterSeconds(why);
  const headers: Record<string, string> = {
    'content-type': PROBLEM_MEDIA_TYPE,
    'cache-control': 'no-store',
    'content-language': language === 'zh' ? 'zh-CN' : 'en',
    ...(seconds === undefined ? {} : { 'retry-after': String(seconds) }),
  };
  if (signatureItem === null) return { status, headers, body };
  const signed = auth.signAnswer({ status, contentType: PROBLEM_MEDIA_TYPE }, body, signatureItem);
  return { status, headers: { ...headers, ...signed }, body };
}

/** A port's outcome → a reply, or its problem. */
export function replyTo<T>(
  outcome:
    | { readonly ok: true; readonly value: T; readonly replayed: boolean }
    | { readonly ok: false; readonly problem: Problem },
  make: (value: T, replayed: boolean) => Reply,
): Result<Reply> {
  if (!outcome.ok) return { ok: false, problem: outcome.problem };
  const reply = make(outcome.value, outcome.replayed);
  if (!outcome.replayed) return ok(reply);
  return ok({ ...reply, headers: { ...reply.headers, 'idempotency-hit': 'true' } });
}

export function refusal(code: ProblemCode): Result<Reply> {
  return refuse(code);
}
