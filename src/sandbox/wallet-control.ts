// Speaks to a simulated wallet's control API: what its users would tap in an app. For commands, the
// demo and tests; the wallet's own side is in the dialect that it speaks.
import {
  HutongProblem,
  lookupSchema,
  orderSchema,
  paymentSchema,
  problemJsonSchema,
  quoteSchema,
} from '@hutong/sdk';
import { z } from 'zod';

const stateSchema = z.object({
  participant: z.string(),
  mode: z.enum(['two-step', 'single-phase']),
  currencies: z.array(z.string()),
  users: z.array(
    z.object({
      account: z.string(),
      name: z.string(),
      alias: z.string().nullish(),
      balances: z.record(z.string(), z.string()),
    }),
  ),
  totals: z.array(
    z.object({
      currency: z.string(),
      deposits: z.string(),
      users: z.string(),
      inFlight: z.string(),
      /** Owed to the scheme; negative: the scheme owes. */
      settlement: z.string(),
      isBalanced: z.boolean(),
    }),
  ),
});
export type WalletState = z.infer<typeof stateSchema>;

const outgoingSchema = z.object({
  key: z.string(),
  kind: z.enum(['pay', 'refund']),
  account: z.string(),
  currency: z.string(),
  amount: z.string(),
  state: z.enum(['open', 'taken', 'released']),
  paymentId: z.string().nullable(),
  code: z.string().nullable(),
});

const legSchema = z.object({
  legId: z.string(),
  kind: z.string(),
  paymentId: z.string(),
  account: z.string(),
  currency: z.string(),
  amount: z.string(),
  outcome: z.enum(['completed', 'rejected', 'pending']),
  externalId: z.string(),
  code: z.string().nullable(),
});

/** What came of a payment or refund; `open`: unknown so far, the wallet keeps asking. */
const paidSchema = z.object({
  key: z.string(),
  state: z.enum(['taken', 'released', 'open']),
  payment: paymentSchema.nullable(),
  replayed: z.boolean(),
  problem: problemJsonSchema.nullable(),
});
export type Paid = z.infer<typeof paidSchema>;

const confirmationSchema = z.object({
  legId: z.string(),
  paymentId: z.string(),
  account: z.string(),
  currency: z.string(),
  amount: z.string(),
});

export interface ControlAmount {
  /** Decimal. */
  readonly amount: string;
  readonly currency: string;
}

export interface PayWish {
  readonly account: string;
  /** With an amount; or else an order. */
  readonly payee?: { readonly alias: string };
  readonly amount?: ControlAmount;
  readonly orderId?: string;
  readonly quoteId?: string;
  readonly key?: string;
}

export interface FaultWish {
  readonly kind: string;
  readonly times?: number;
  readonly ms?: number;
  readonly code?: string;
}

export type WalletControl = ReturnType<typeof createWalletControl>;

const nothing = z.unknown();
const itemsOf = <T extends z.ZodType>(schema: T) => z.object({ items: z.array(schema) });

/** Its methods throw HutongProblem where the switch or the wallet refuses. */
export function createWalletControl(where: {
  readonly controlAddress: string;
  readonly controlToken: string;
}) {
  async function call<T>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    schema: z.ZodType<T>,
    body?: object,
  ): Promise<T> {
    const response = await fetch(`${where.controlAddress}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${where.controlToken}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json: unknown = text === '' ? null : JSON.parse(text);
    if (response.ok) return schema.parse(json);
    throw new HutongProblem(problemJsonSchema.parse(json), true);
  }

  return {
    state: () => call('GET', '/state', stateSchema),
    outgoing: async () => (await call('GET', '/outgoing', itemsOf(outgoingSchema))).items,
    legs: async () => (await call('GET', '/legs', itemsOf(legSchema))).items,
    lookup: (alias: string) => call('POST', '/lookup', lookupSchema, { alias }),
    quote: (wish: { readonly payee: { readonly alias: string }; readonly amount: ControlAmount }) =>
      call('POST', '/quote', quoteSchema, wish),
    pay: (wish: PayWish) => call('POST', '/pay', paidSchema, wish),
    payAsync: async (wish: PayWish) =>
      (await call('POST', '/pay/async', z.object({ key: z.string() }), wish)).key,
    refund: (wish: {
      readonly paymentId: string;
      readonly amount?: ControlAmount;
      readonly account?: string;
      readonly key?: string;
    }) => call('POST', '/refund', paidSchema, wish),
    createOrder: (wish: {
      readonly account: string;
      readonly amount: ControlAmount;
      readonly expiresInSeconds?: number;
      readonly key?: string;
    }) => call('POST', '/orders', orderSchema, wish),
    collect: (orderId: string, wish: { readonly payerAlias: string; readonly key?: string }) =>
      call('POST', `/orders/${orderId}/collect`, paymentSchema, wish),
    order: (orderId: string) => call('GET', `/orders/${orderId}`, orderSchema),
    closeOrder: (orderId: string) => call('POST', `/orders/${orderId}/close`, orderSchema, {}),
    confirmations: async () =>
      (await call('GET', '/confirmations', itemsOf(confirmationSchema))).items,
    confirm: (legId: string) => call('POST', '/confirm', nothing, { legId }),
    decline: (legId: string) => call('POST', '/decline', nothing, { legId }),
    addFault: (fault: FaultWish) => call('POST', '/faults', nothing, fault),
    clearFaults: () => call('DELETE', '/faults', nothing),
  };
}
