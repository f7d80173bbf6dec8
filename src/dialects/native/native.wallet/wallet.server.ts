// Serves the switch: the signed calls of the contract, each answered signed, after what was booked
// is on disk. Here the wallet also misbehaves, where a fault was ordered.
import {
  askPartyRoute,
  askPartySchema,
  askQuoteRoute,
  askQuoteSchema,
  closeCollectionRoute,
  closeCollectionSchema,
  collectionSchema,
  collectRoute,
  creditRoute,
  creditSchema,
  inquireCollectionRoute,
  inquireCreditRoute,
  inquireRefundRoute,
  type PartyAnswerJson,
  PROBLEM_MEDIA_TYPE,
  type Route,
  refundRoute,
  walletRefundSchema,
} from '@hutong/sdk/contract';
import { Hono } from 'hono';
import type { z } from 'zod';
import { problem, toProblemJson } from '../../../problems/index.ts';
import { parseJson } from '../../../wire/index.ts';
import type { LegRecord } from './wallet.book.ts';
import { pause, type WalletContext } from './wallet.context.ts';
import type { Fault } from './wallet.faults.ts';
import { answerOf, type Legs } from './wallet.legs.ts';
import type { SignedRequest, WalletSignatures } from './wallet.signatures.ts';

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly fault?: Fault | undefined;
  /** To be told to the switch once more. */
  readonly leg?: LegRecord;
}

interface Call {
  readonly body: Buffer;
  readonly legId: string;
}

const refused = (status: number, code: Parameters<typeof problem>[0]): Answer => ({
  status,
  body: toProblemJson(problem(code), { requestId: 'wallet' }),
});

/** Sent back as it is, whether or not anything is due. */
const GARBAGE = '{"outcome":"compl';

export function createWalletApp(
  context: WalletContext,
  legs: Legs,
  signatures: WalletSignatures,
  address: () => string,
): Hono {
  const app = new Hono();
  const { config, book, faults, stopping } = context;

  async function send(call: SignedRequest, answer: Answer): Promise<Response> {
    const { fault, leg } = answer;
    if (fault?.kind === 'die_after') process.kill(process.pid, 'SIGKILL');
    if (fault?.kind === 'silent') await new Promise(() => undefined);
    if (fault?.kind === 'slow') await pause(fault.ms, stopping);
    if (fault?.kind === 'twice' && leg !== undefined) legs.repeat(leg);
    const headers = {
      'content-type': answer.status < 400 ? 'application/json' : PROBLEM_MEDIA_TYPE,
    };
    const body = Buffer.from(JSON.stringify(answer.body), 'utf8');
    const { status } = answer;
    if (fault?.kind === 'garbage') return new Response(GARBAGE, { status, headers });
    if (fault?.kind === 'unsigned') return new Response(body, { status, headers });
    const signed = await signatures.signAnswer({ status, headers, body }, call);
    return new Response(body, { status, headers: signed });
  }

  function serve(route: Route, answer: (call: Call) => Answer): void {
    const path = route.path.replaceAll(/\{([A-Za-z]+)\}/g, ':$1');
    app.on(route.method, path, async (c) => {
      const url = new URL(c.req.url);
      const call: SignedRequest = {
        method: route.method,
        url: address() + url.pathname + url.search,
        headers: c.req.header(),
        body: Buffer.from(await c.req.arrayBuffer()),
      };
      const why = await signatures.judge(call);
      if (why !== null) {
        const text = JSON.stringify({
          status: 401,
          title: 'Not signed by the switch',
          detail: why,
        });
        return new Response(text, { status: 401, headers: { 'content-type': PROBLEM_MEDIA_TYPE } });
      }
      const made = answer({ body: call.body, legId: c.req.param('legId') ?? '' });
      await context.durable();
      return send(call, made);
    });
  }

  function read<T>(schema: z.ZodType<T>, body: Buffer): T | null {
    const parsed = parseJson(body);
    const judged = schema.safeParse(parsed.ok ? parsed.value : undefined);
    return judged.success ? judged.data : null;
  }

  function instruct<T>(
    route: Route,
    schema: z.ZodType<T>,
    act: (body: T, fault?: Fault) => LegRecord,
  ) {
    serve(route, (call) => {
      const body = read(schema, call.body);
      if (body === null) return refused(400, 'request_invalid');
      const fault =
        faults.take('refuse', 'slow', 'die_before', 'die_after', 'late', 'twice') ??
        faults.take('garbage', 'unsigned', 'silent');
      if (fault?.kind === 'die_before') process.kill(process.pid, 'SIGKILL');
      const leg = act(body, fault);
      return { status: leg.outcome === 'pending' ? 202 : 200, body: answerOf(leg), fault, leg };
    });
  }

  instruct(creditRoute, creditSchema, (body, fault) => legs.credit('credit', body, fault));
  instruct(refundRoute, walletRefundSchema, (body, fault) => legs.credit('refund', body, fault));
  instruct(collectRoute, collectionSchema, (body, fault) => legs.collect(body, fault));
  serve(closeCollectionRoute, (call) => {
    const body = read(closeCollectionSchema, call.body);
    if (body === null || body.legId !== call.legId) return refused(400, 'request_invalid');
    return { status: 200, body: answerOf(legs.close(body)) };
  });
  for (const route of [inquireCreditRoute, inquireRefundRoute, inquireCollectionRoute]) {
    serve(route, ({ legId }) => {
      const leg = legs.inquire(legId);
      return leg === undefined
        ? refused(404, 'resource_not_found')
        : { status: 200, body: answerOf(leg) };
    });
  }
  serve(askPartyRoute, (call) => {
    const body = read(askPartySchema, call.body);
    if (body === null) return refused(400, 'request_invalid');
    const user = book.users.get(body.account);
    const { currencies } = config;
    const answer: PartyAnswerJson =
      user === undefined
        ? { payable: false, currencies: [] }
        : { payable: true, name: user.name, currencies };
    return { status: 200, body: answer };
  });
  serve(askQuoteRoute, (call) => {
    const body = read(askQuoteSchema, call.body);
    if (body === null) return refused(400, 'request_invalid');
    const { account, amount } = body;
    const payable = book.users.has(account) && config.currencies.includes(amount.currency);
    return { status: 200, body: { payable, fee: { amount: '0', currency: amount.currency } } };
  });
  return app;
}
