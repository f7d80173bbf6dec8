// The control API of a simulated wallet: what its users would tap in an app, and what a test orders
// it to do wrong. Loopback and a bearer token; plain JSON. Its caller's side is
// src/sandbox/wallet-control.ts.
import { timingSafeEqual } from 'node:crypto';
import { HutongProblem, OutcomeUnknown } from '@hutong/sdk';
import {
  aliasSchema,
  idempotencyKeySchema,
  legIdSchema,
  moneySchema,
  PROBLEM_MEDIA_TYPE,
} from '@hutong/sdk/contract';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { parseJson } from '../../../wire/index.ts';
import type { LegRecord, User } from './wallet.book.ts';
import { decimal, refusal, type WalletContext } from './wallet.context.ts';
import { faultSchema } from './wallet.faults.ts';
import type { Legs } from './wallet.legs.ts';
import {
  type OutgoingMoney,
  payWishSchema,
  quoteWishSchema,
  refundWishSchema,
} from './wallet.outgoing.ts';

const orderWishSchema = z.strictObject({
  account: z.string(),
  amount: moneySchema,
  expiresInSeconds: z.int().min(1).max(86_400).optional(),
  key: idempotencyKeySchema.optional(),
});
const collectWishSchema = z.strictObject({
  payerAlias: aliasSchema,
  key: idempotencyKeySchema.optional(),
});
const lookupWishSchema = z.strictObject({ alias: aliasSchema });
const confirmSchema = z.strictObject({ legId: legIdSchema });
const keySchema = z.strictObject({ key: idempotencyKeySchema.optional() });

export function createControlApp(
  context: WalletContext,
  outgoing: OutgoingMoney,
  legs: Legs,
): Hono {
  const app = new Hono();
  const { client, book, faults, newId } = context;

  app.use(async (c, next) => {
    const given = Buffer.from(c.req.header('authorization') ?? '');
    const wanted = Buffer.from(`Bearer ${context.config.controlToken}`);
    const isKnown = given.length === wanted.length && timingSafeEqual(given, wanted);
    if (!isKnown) return refuse(refusal('not_permitted'));
    return next();
  });
  app.onError((error) => {
    if (error instanceof HutongProblem) return refuse(error);
    // what happens when the switch dies is no fault of the wallet's: it asks again by itself
    if (error instanceof OutcomeUnknown) context.log.info({ err: error }, 'no answer yet');
    else context.log.error({ err: error }, 'the control API failed');
    const detail = error instanceof Error ? error.message : 'unknown';
    return refuse(refusal('outcome_unknown', detail));
  });
  app.notFound(() => refuse(refusal('route_not_found')));

  app.get('/state', (c) => c.json(stateOf(context)));
  app.get('/outgoing', (c) => c.json({ items: outgoingOf(context) }));
  app.get('/legs', (c) => c.json({ items: [...book.legs.values()].map(legOf) }));
  app.get('/confirmations', (c) => {
    const waiting = [...book.legs.values()].filter(
      (leg) => leg.kind === 'collection' && leg.outcome === 'pending',
    );
    return c.json({ items: waiting.map(legOf) });
  });

  app.post('/lookup', async (c) => c.json(await client.lookup(await read(c, lookupWishSchema))));
  app.post('/quote', async (c) => c.json(await outgoing.quote(await read(c, quoteWishSchema))));
  app.post('/pay', async (c) => {
    const begun = await outgoing.beginPay(await read(c, payWishSchema));
    return c.json(await outgoing.result(begun));
  });
  app.post('/pay/async', async (c) => {
    const { key } = await outgoing.beginPay(await read(c, payWishSchema));
    return c.json({ key }, 202);
  });
  app.post('/refund', async (c) => {
    const begun = await outgoing.beginRefund(await read(c, refundWishSchema));
    return c.json(await outgoing.result(begun));
  });

  app.post('/orders', async (c) => {
    const { account, amount, expiresInSeconds, key } = await read(c, orderWishSchema);
    const { name } = book.users.get(account) ?? noUser(account);
    const until = new Date(Date.now() + (expiresInSeconds ?? 0) * 1_000).toISOString();
    const expiry = expiresInSeconds === undefined ? {} : { expiresAt: until };
    const order = { payee: { account, name }, amount, ...expiry };
    return c.json(await client.createOrder(order, { idempotencyKey: key ?? newId() }));
  });
  app.get('/orders/:id', async (c) => c.json(await client.order(c.req.param('id'))));
  app.post('/orders/:id/collect', async (c) => {
    const { payerAlias, key } = await read(c, collectWishSchema);
    // the payer takes their time: who asks reads on by the payment's id
    const options = { idempotencyKey: key ?? newId(), waitS: 0 };
    return c.json(await client.collect(c.req.param('id'), payerAlias, options));
  });
  app.post('/orders/:id/close', async (c) => {
    const { key } = await read(c, keySchema);
    return c.json(await client.closeOrder(c.req.param('id'), { idempotencyKey: key ?? newId() }));
  });

  const decide = (act: (legId: string) => LegRecord) => async (c: Context) => {
    const leg = act((await read(c, confirmSchema)).legId);
    await context.durable();
    return c.json(legOf(leg));
  };
  app.post('/confirm', decide(legs.confirm));
  app.post('/decline', decide(legs.decline));

  app.post('/faults', async (c) => {
    const fault = await read(c, faultSchema);
    faults.add(fault);
    return c.json(fault);
  });
  app.delete('/faults', (c) => {
    faults.clear();
    return c.json({});
  });
  return app;
}

async function read<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const parsed = parseJson(Buffer.from(await c.req.arrayBuffer()));
  if (!parsed.ok) throw refusal(parsed.code);
  const judged = schema.safeParse(parsed.value);
  if (!judged.success) throw refusal('request_invalid', z.prettifyError(judged.error));
  return judged.data;
}

function refuse({ problem }: HutongProblem): Response {
  const headers = { 'content-type': PROBLEM_MEDIA_TYPE };
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

function noUser(account: string): never {
  throw refusal('resource_not_found', `no account ${account}`);
}

function balancesOf({ balances }: User): Record<string, string> {
  return Object.fromEntries(
    [...balances].map(([currency, minor]) => [currency, decimal(minor, currency)]),
  );
}

function stateOf({ config, book }: WalletContext): object {
  const { participant, mode, currencies } = config;
  const aliases = new Map(config.users.map(({ account, alias }) => [account, alias]));
  return {
    participant,
    mode,
    currencies,
    users: [...book.users.values()].map((user) => ({
      account: user.account,
      name: user.name,
      alias: aliases.get(user.account) ?? null,
      balances: balancesOf(user),
    })),
    totals: book.totals().map((each) => ({
      currency: each.currency,
      deposits: decimal(each.depositsMinor, each.currency),
      users: decimal(each.usersMinor, each.currency),
      inFlight: decimal(each.inFlightMinor, each.currency),
      settlement: decimal(each.settlementMinor, each.currency),
      isBalanced: each.isBalanced,
    })),
  };
}

function outgoingOf({ book }: WalletContext): object[] {
  return [...book.outgoing.values()].map((held) => {
    const { key, kind, account, currency, minor, state, paymentId, code } = held;
    const amount = decimal(minor, currency);
    return { key, kind, account, currency, amount, state, paymentId, code };
  });
}

function legOf({ minor, isReported: _own, expiresAt: _until, ...leg }: LegRecord): object {
  return { ...leg, amount: leg.currency === '' ? '0' : decimal(minor, leg.currency) };
}
