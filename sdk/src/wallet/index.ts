// The wallet's side: what a participant serves below its endpoint, as one function from Request to
// Response. It believes only what the switch has signed, answers signed, and leaves to its owner
// what only its owner can do: to move money once per leg id, durably, before it answers.
import type { z } from 'zod';
import { type ClientCrypto, createWebCrypto, type Jwk } from '../client/client.crypto.ts';
import {
  type AskParty,
  type AskQuote,
  askPartySchema,
  askQuoteSchema,
  type CollectionJson,
  type CreditJson,
  collectionSchema,
  creditSchema,
  type LegAnswerJson,
  type PartyAnswerJson,
  type QuoteAnswerJson,
  type WalletRefundJson,
  walletRefundSchema,
} from '../contract/index.ts';
import {
  parseSignature,
  requestComponents,
  responseComponents,
  signatureBase,
  signatureHeaders,
  signatureParams,
} from '../signing/index.ts';

/** What became of a leg; `null`: this wallet has never seen it. */
export type LegState = LegAnswerJson | null;

export interface WalletHandlers {
  /** Who is behind an account of yours, and can it be paid? */
  party(asked: AskParty): Promise<PartyAnswerJson>;
  /** What your side takes of an amount; nothing, where this is left out. */
  quote?(asked: AskQuote): Promise<QuoteAnswerJson>;
  /**
   * Give this party the money: **once per `legId`**, however often it is asked. What you answer as
   * completed or rejected is final; answer `pending` while you do not know.
   */
  credit(asked: CreditJson): Promise<LegAnswerJson>;
  /** Give money back against an original leg; once per `legId`. */
  refund(asked: WalletRefundJson): Promise<LegAnswerJson>;
  /** Ask this party to pay, and capture; once per `legId`. Left out: it cannot be asked. */
  collect?(asked: CollectionJson): Promise<LegAnswerJson>;
  /** Take an unanswered collection back; say what became of it. */
  close?(legId: string): Promise<LegAnswerJson>;
  /** What became of a leg. It must know what it has answered, after any crash. */
  inquire(legId: string): Promise<LegState>;
}

export interface WalletOptions {
  /** Where the switch calls you, as it is registered: signatures cover it. */
  readonly endpoint: string;
  readonly privateKey: Jwk;
  readonly switchKeys: readonly Jwk[];
  readonly now?: () => number;
}

const JSON_TYPE = 'application/json';
const CLOCK_SKEW_S = 60;
const ANSWER_LIFETIME_S = 120;
const NONCES_MAX = 100_000;

interface Context {
  readonly crypto: ClientCrypto;
  readonly endpoint: string;
  readonly now: () => number;
  /** Nonces of late, so that no message counts twice. */
  readonly seen: Set<string>;
}

/** `:base64:` of the signature, if the switch has signed this message and it is of now. */
async function verified(
  request: Request,
  body: Uint8Array<ArrayBuffer>,
  { crypto, endpoint, now, seen }: Context,
): Promise<string | null> {
  const header = (name: string) => request.headers.get(name) ?? undefined;
  const parsed = parseSignature(header('signature-input'), header('signature'));
  if (typeof parsed === 'string') return null;
  const contentDigest = header('content-digest');
  if (body.length > 0 && contentDigest !== `sha-256=:${await crypto.digest(body)}:`) return null;
  const { pathname, search } = new URL(request.url);
  const { origin } = new URL(endpoint);
  const components = requestComponents({
    method: request.method,
    targetUri: origin + pathname + search,
    contentDigest,
    contentType: header('content-type'),
    idempotencyKey: header('idempotency-key'),
  });
  const values = new Map(components);
  const isExact =
    parsed.components.length === components.length &&
    parsed.components.every((id) => values.has(id));
  const nowS = now() / 1_000;
  const isOfNow = parsed.created <= nowS + CLOCK_SKEW_S && parsed.expires >= nowS - CLOCK_SKEW_S;
  if (!isExact || !isOfNow || seen.has(parsed.nonce)) return null;
  const ordered = parsed.components.map((id): [string, string] => [id, values.get(id) ?? '']);
  const base = signatureBase(ordered, parsed.params);
  if (!(await crypto.verify(parsed.keyId, base, parsed.signature))) return null;
  seen.add(parsed.nonce);
  const oldest = seen.values().next();
  if (seen.size > NONCES_MAX && oldest.done !== true) seen.delete(oldest.value);
  return parsed.signatureItem;
}

async function answer(
  status: number,
  json: unknown,
  requestSignature: string,
  { crypto, now }: Context,
): Promise<Response> {
  const body = new TextEncoder().encode(JSON.stringify(json));
  const contentDigest = `sha-256=:${await crypto.digest(body)}:`;
  const contentType = JSON_TYPE;
  const components = responseComponents({ status, contentDigest, contentType, requestSignature });
  const created = Math.floor(now() / 1_000);
  const params = signatureParams(components, {
    created,
    expires: created + ANSWER_LIFETIME_S,
    nonce: globalThis.crypto.randomUUID(),
    keyId: crypto.keyId,
  });
  const signature = await crypto.sign(signatureBase(components, params));
  const headers = {
    'content-type': contentType,
    'content-digest': contentDigest,
    ...signatureHeaders(params, signature),
  };
  return new Response(body, { status, headers });
}

interface Told {
  readonly status: number;
  readonly json: unknown;
}

const notFound: Told = { status: 404, json: { code: 'resource_not_found' } };
const told = (leg: LegAnswerJson): Told => ({
  status: leg.outcome === 'pending' ? 202 : 200,
  json: leg,
});

async function act(
  { method, path }: { readonly method: string; readonly path: string },
  json: unknown,
  handlers: WalletHandlers,
): Promise<Told> {
  const read = <T>(schema: z.ZodType<T>): T => schema.parse(json);
  const route = `${method} ${path.replace(/\/[0-9a-f]{32}(?=\/|$)/, '/:legId')}`;
  const legId = /\/([0-9a-f]{32})(?:\/|$)/.exec(path)?.[1] ?? '';
  switch (route) {
    case 'POST /parties':
      return { status: 200, json: await handlers.party(read(askPartySchema)) };
    case 'POST /quotes': {
      const asked = read(askQuoteSchema);
      const free = { payable: true, fee: { amount: '0', currency: asked.amount.currency } };
      return { status: 200, json: (await handlers.quote?.(asked)) ?? free };
    }
    case 'POST /credits':
      return told(await handlers.credit(read(creditSchema)));
    case 'POST /refunds':
      return told(await handlers.refund(read(walletRefundSchema)));
    case 'POST /collections': {
      const refusal = { outcome: 'rejected', problem: { code: 'capability_unsupported' } } as const;
      return told((await handlers.collect?.(read(collectionSchema))) ?? refusal);
    }
    case 'POST /collections/:legId/close':
      return told((await handlers.close?.(legId)) ?? { outcome: 'rejected' });
    case 'GET /credits/:legId':
    case 'GET /refunds/:legId':
    case 'GET /collections/:legId': {
      const leg = await handlers.inquire(legId);
      return leg === null ? notFound : told(leg);
    }
    default:
      return notFound;
  }
}

/**
 * Serves the switch's calls. What the switch has not signed is answered 401, unsigned; what a
 * handler throws is answered 500, unsigned: the switch takes neither as an answer, and asks again.
 */
export async function createWalletHandler(
  options: WalletOptions,
  handlers: WalletHandlers,
): Promise<(request: Request) => Promise<Response>> {
  const { privateKey, switchKeys, now = Date.now } = options;
  const endpoint = options.endpoint.replace(/\/+$/, '');
  const crypto = await createWebCrypto({ privateKey, switchKeys });
  const context: Context = { crypto, endpoint, now, seen: new Set() };
  const below = new URL(endpoint).pathname.replace(/\/+$/, '');
  return async (request) => {
    const body = new Uint8Array(await request.arrayBuffer());
    const signature = await verified(request, body, context);
    if (signature === null) return new Response(null, { status: 401 });
    const path = new URL(request.url).pathname.slice(below.length);
    try {
      const json: unknown =
        body.length === 0 ? undefined : JSON.parse(new TextDecoder().decode(body));
      const done = await act({ method: request.method, path }, json, handlers);
      return await answer(done.status, done.json, signature, context);
    } catch {
      return new Response(null, { status: 500 });
    }
  };
}
