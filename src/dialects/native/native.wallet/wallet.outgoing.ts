// What the wallet's users do: pay, and give back. The money is held and the idempotency key written
// down before the switch is asked; the same key is sent until the outcome is known, across crashes.
import { HutongProblem, type PaymentJson, type ProblemJson, type QuoteJson } from '@hutong/sdk';
import {
  aliasSchema,
  createPaymentSchema,
  createRefundSchema,
  idempotencyKeySchema,
  isEndState,
  moneySchema,
  orderIdSchema,
  paymentIdSchema,
  quoteIdSchema,
} from '@hutong/sdk/contract';
import { z } from 'zod';
import { required } from '../../../runtime/defect.ts';
import type { Outgoing } from './wallet.book.ts';
import { decimal, minorOf, pause, refusal, retryMs, type WalletContext } from './wallet.context.ts';

const payeeSchema = z.strictObject({ alias: aliasSchema });
export const quoteWishSchema = z.strictObject({ payee: payeeSchema, amount: moneySchema });
export const payWishSchema = z.strictObject({
  account: z.string(),
  payee: payeeSchema.optional(),
  amount: moneySchema.optional(),
  quoteId: quoteIdSchema.optional(),
  /** Instead of payee and amount: pays what the order asks for. */
  orderId: orderIdSchema.optional(),
  key: idempotencyKeySchema.optional(),
});
export type PayWish = z.infer<typeof payWishSchema>;

export const refundWishSchema = z.strictObject({
  paymentId: paymentIdSchema,
  /** All that is left of it, when absent. */
  amount: moneySchema.optional(),
  account: z.string().optional(),
  key: idempotencyKeySchema.optional(),
});
export type RefundWish = z.infer<typeof refundWishSchema>;

/** `open`: unknown so far; the wallet keeps asking. */
export interface Paid {
  readonly key: string;
  readonly state: Outgoing['state'];
  readonly payment: PaymentJson | null;
  readonly replayed: boolean;
  readonly problem: ProblemJson | null;
}

export interface OutgoingMoney {
  quote(wish: z.infer<typeof quoteWishSchema>): Promise<QuoteJson>;
  /** Resolves once the hold is durable. @throws HutongProblem where nothing was held. */
  beginPay(wish: PayWish): Promise<Begun>;
  beginRefund(wish: RefundWish): Promise<Begun>;
  /** What came of it, `open` after some seconds. */
  result(begun: Begun): Promise<Paid>;
  /** After a start: asks on for all that is open. */
  resume(): void;
}

export interface Begun {
  readonly key: string;
  readonly replayed: boolean;
}

/** What is kept with a hold: what the user wished, to know a replay, and what is sent for it. */
const heldBodySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pay'), wish: z.string(), send: createPaymentSchema }),
  z.object({
    kind: z.literal('refund'),
    wish: z.string(),
    paymentId: paymentIdSchema,
    send: createRefundSchema,
  }),
]);
type HeldBody = z.infer<typeof heldBodySchema>;

const RESULT_MS_MAX = 20_000;
const SWITCH_WAIT_S = 10;
const QUOTES_MAX = 10_000;
const EARLIER_MAX = 10_000;

interface Outcome {
  readonly payment: PaymentJson | null;
  readonly problem: ProblemJson | null;
}

export function createOutgoing(context: WalletContext): OutgoingMoney {
  const { book, client, config, record, stopping } = context;
  const beginning = new Map<string, Promise<Begun>>();
  const chased = new Map<string, Promise<void>>();
  const outcomes = new Map<string, Outcome>();
  const quotes = new Map<string, QuoteJson>();

  function remember<T>(map: Map<string, T>, key: string, value: T, max: number): void {
    if (map.size >= max) map.delete(map.keys().next().value ?? '');
    map.set(key, value);
  }

  async function quote(wish: z.infer<typeof quoteWishSchema>): Promise<QuoteJson> {
    const given = await client.quote(wish);
    remember(quotes, given.id, given, QUOTES_MAX);
    return given;
  }

  function settle(held: Outgoing, payment: PaymentJson): void {
    const { key } = held;
    remember(outcomes, key, { payment, problem: null }, EARLIER_MAX);
    if (payment.state === 'completed') {
      const minor = String(minorOf(payment.debit));
      record({ type: 'taken', key, paymentId: payment.id, minor });
    } else {
      const code = payment.problem?.code ?? payment.state;
      record({ type: 'released', key, paymentId: payment.id, code });
    }
  }

  /** One signed question. True once the outcome is known and written down. */
  async function ask(held: Outgoing, body: HeldBody): Promise<boolean> {
    const options = { idempotencyKey: held.key, waitS: SWITCH_WAIT_S, signal: stopping };
    try {
      const payment =
        body.kind === 'pay'
          ? await client.pay(body.send, options)
          : await client.refund(body.paymentId, body.send, options);
      if (!isEndState(payment.state)) return false;
      settle(held, payment);
      return true;
    } catch (error) {
      if (!(error instanceof HutongProblem) || !isEnd(error)) return false;
      remember(outcomes, held.key, { payment: null, problem: error.problem }, EARLIER_MAX);
      record({ type: 'released', key: held.key, paymentId: '', code: error.code });
      return true;
    }
  }

  async function chase(key: string): Promise<void> {
    const held = required(book.outgoing.get(key), `hold ${key}`);
    const body = heldBodySchema.parse(held.body);
    for (let attempt = 1; !stopping.aborted; attempt += 1) {
      if (await ask(held, body)) return context.durable();
      await pause(retryMs(attempt), stopping);
    }
  }

  function follow(key: string): void {
    if (chased.has(key)) return;
    const done = chase(key)
      .catch((error: unknown) =>
        context.log.error({ err: error, key }, 'a payment is not followed'),
      )
      .finally(() => chased.delete(key));
    chased.set(key, done);
  }

  async function hold(
    key: string,
    account: string,
    debit: { readonly amount: string; readonly currency: string },
    body: HeldBody,
  ): Promise<Begun> {
    const { currency } = debit;
    const minor = minorOf(debit);
    const has = book.balance(account, currency);
    if (has < minor) {
      const holds = `${decimal(has, currency)} ${currency}`;
      throw refusal('refused_by_payer', `${account} holds ${holds} and needs ${debit.amount}`);
    }
    const { kind } = body;
    const paymentId = body.kind === 'refund' ? { paymentId: body.paymentId } : {};
    record({
      type: 'hold',
      kind,
      key,
      account,
      currency,
      minor: String(minor),
      ...paymentId,
      body,
    });
    await context.durable();
    follow(key);
    return { key, replayed: false };
  }

  /** The same key once more: the same payment, or a conflict. Two at the same moment are one. */
  function once(key: string, wish: string, begin: () => Promise<Begun>): Promise<Begun> {
    const earlier = book.outgoing.get(key);
    if (earlier !== undefined) {
      const isSame = heldBodySchema.parse(earlier.body).wish === wish;
      if (!isSame) return Promise.reject(refusal('idempotency_conflict'));
      return Promise.resolve({ key, replayed: true });
    }
    const under = beginning.get(key);
    if (under !== undefined) return under.then(() => once(key, wish, begin));
    const begun = begin().finally(() => beginning.delete(key));
    beginning.set(key, begun);
    return begun;
  }

  function quoteFor({ payee, amount }: PayWish): Promise<QuoteJson> {
    if (payee !== undefined && amount !== undefined) return quote({ payee, amount });
    throw refusal('request_invalid', 'say who is paid and how much, or name an order');
  }

  async function pay(key: string, wish: string, asked: PayWish): Promise<Begun> {
    const { account, quoteId, orderId } = asked;
    if (config.mode === 'single-phase') {
      throw refusal('capability_unsupported', 'users of this wallet pay what a payee asks for');
    }
    const user = book.users.get(account);
    if (user === undefined) throw refusal('resource_not_found', `no account ${account}`);
    const payer = { account, name: user.name };
    if (orderId !== undefined) {
      const order = await client.order(orderId);
      const send = { payer, orderId };
      return hold(key, account, order.amount, { kind: 'pay', wish, send });
    }
    const given = quoteId === undefined ? await quoteFor(asked) : quotes.get(quoteId);
    if (given === undefined) throw refusal('quote_not_found');
    const send = { payer, quoteId: given.id };
    return hold(key, account, given.debit, { kind: 'pay', wish, send });
  }

  async function refund(key: string, wish: string, asked: RefundWish): Promise<Begun> {
    const { paymentId } = asked;
    const credited = [...book.legs.values()].find(
      (leg) => leg.paymentId === paymentId && leg.kind === 'credit' && leg.outcome === 'completed',
    );
    const account = asked.account ?? credited?.account;
    if (account === undefined || !book.users.has(account)) throw refusal('payment_not_found');
    const amount = asked.amount ?? leftOf(await client.payment(paymentId));
    const send = { amount };
    return hold(key, account, amount, { kind: 'refund', wish, paymentId, send });
  }

  async function outcomeOf(held: Outgoing): Promise<Outcome> {
    const known = outcomes.get(held.key);
    if (known !== undefined) return known;
    if (held.state === 'open') return { payment: null, problem: null };
    try {
      return { payment: await client.findPayment({ idempotencyKey: held.key }), problem: null };
    } catch (error) {
      if (error instanceof HutongProblem) return { payment: null, problem: error.problem };
      return { payment: null, problem: null };
    }
  }

  return {
    quote,
    beginPay({ key = context.newId(), ...asked }) {
      const { account, payee, amount, orderId = null } = asked;
      const wish = JSON.stringify(['pay', account, payee?.alias ?? orderId, amount ?? null]);
      return once(key, wish, () => pay(key, wish, asked));
    },
    beginRefund({ key = context.newId(), ...asked }) {
      const wish = JSON.stringify(['refund', asked.paymentId, asked.amount ?? null]);
      return once(key, wish, () => refund(key, wish, asked));
    },
    async result({ key, replayed }) {
      const known = new AbortController();
      const patience = pause(RESULT_MS_MAX, AbortSignal.any([stopping, known.signal]));
      await Promise.race([chased.get(key), patience]);
      known.abort();
      const held = required(book.outgoing.get(key), `hold ${key}`);
      return { key, state: held.state, replayed, ...(await outcomeOf(held)) };
    },
    resume() {
      for (const held of book.outgoing.values()) if (held.state === 'open') follow(held.key);
    },
  };
}

/**
 * A signed refusal that repeating cannot mend: the switch judges the key first, so nothing was
 * begun under it. A conflict would say the opposite; it cannot come, for a key's content never
 * changes here.
 */
function isEnd({ verified, problem }: HutongProblem): boolean {
  return verified && problem.retry !== 'same_key' && problem.code !== 'idempotency_conflict';
}

/** What of a payment is not refunded yet, as a decimal. */
function leftOf({ credit, refunded }: PaymentJson): { amount: string; currency: string } {
  const { currency } = credit;
  const back = refunded.currency === currency && /[1-9]/.test(refunded.amount);
  const left = minorOf(credit) - (back ? minorOf(refunded) : 0n);
  if (left <= 0n) throw refusal('refund_exceeds_payment');
  return { amount: decimal(left, currency), currency };
}
