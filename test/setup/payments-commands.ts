// Commands to the payments engine as a test says them: who pays whom how much, who reports what.
// Everything that is not said is the usual: both persons, one minute, no fee, a signed message.
import { createHash } from 'node:crypto';
import type { ProblemCode } from '@hutong/sdk/contract';
import type { PaymentCommand, SettleCommand, Side } from '../../src/payments/payment.commands.ts';
import type { Hold, Leg, LegRole } from '../../src/payments/payment.ts';
import type { Exchange } from '../../src/quotes/index.ts';

export const WALLETS = ['lotus', 'bamboo', 'river', 'crane'] as const;
export type Wallet = (typeof WALLETS)[number];
export interface Asked {
  readonly from: Wallet;
  readonly to: Wallet;
  readonly amount: bigint;
  readonly currency?: string;
  readonly fee?: bigint;
  readonly feeBy?: 'payer' | 'payee';
  readonly orderId?: string | null;
  readonly quoteId?: string | null;
  readonly reference?: string;
  /** From now. */
  readonly expiresInMs?: number;
  readonly id?: string;
  readonly hold?: Hold;
  readonly exchange?: Exchange;
  /** Party accounts, where both sides are not the usual two persons. */
  readonly accounts?: readonly [payer: string, payee: string];
}

export interface Said {
  readonly externalId?: string;
  readonly problem?: ProblemCode;
  readonly record?: string | null;
  /** Who says so; the leg's own connection unless told otherwise, null for the switch itself. */
  readonly by?: string | null;
  readonly evidence?: string;
}

export const connectionOf = (wallet: string) => `${wallet}-main`;

function side(wallet: Wallet, account: string): Side {
  const subject = createHash('sha256').update(`${wallet}/${account}`).digest('hex').slice(0, 32);
  return {
    participantId: wallet,
    connectionId: connectionOf(wallet),
    party: { bytes: Buffer.from(JSON.stringify({ account, name: null })), subjects: [subject] },
  };
}

export function createCommands(deps: {
  readonly nowMs: () => number;
  readonly newId: () => string;
  readonly legsOf: (paymentId: string) => readonly Leg[];
}) {
  const { nowMs, newId, legsOf } = deps;

  function prepared(flow: 'push' | 'collect', asked: Asked): PaymentCommand {
    const { fee = 0n, feeBy = 'payer', amount } = asked;
    const [payer, payee] = asked.accounts ?? ['ann', 'bob'];
    return {
      type: 'prepare',
      id: asked.id ?? newId(),
      flow,
      orderId: asked.orderId ?? null,
      quoteId: asked.quoteId ?? null,
      payer: side(asked.from, payer),
      payee: side(asked.to, payee),
      currency: asked.currency ?? 'CNY',
      amountMinor: amount,
      debitMinor: feeBy === 'payer' ? amount + fee : amount,
      creditMinor: feeBy === 'payer' ? amount : amount - fee,
      feeMinor: fee,
      feeParticipantId: fee === 0n ? null : 'operator',
      hold: asked.hold ?? null,
      exchange: asked.exchange ?? null,
      reference: asked.reference ?? null,
      expiresAtMs: nowMs() + (asked.expiresInMs ?? 60_000),
      evidence: { bytes: Buffer.from(`signed ${flow}`), subjects: [] },
    };
  }

  function settled(
    paymentId: string,
    which: LegRole | number,
    outcome: SettleCommand['outcome'],
    said: Said = {},
  ): SettleCommand {
    const legs = legsOf(paymentId);
    // a payment that is given back has two credit legs: the latest is meant
    const leg = typeof which === 'number' ? which : legs.findLastIndex((l) => l.role === which);
    const own = legs[leg]?.connectionId ?? null;
    return {
      type: 'settle',
      paymentId,
      leg,
      connectionId: said.by === undefined ? own : said.by,
      outcome,
      externalId: said.externalId ?? null,
      problem: said.problem ?? null,
      record: said.record,
      evidence:
        said.evidence === undefined ? null : { bytes: Buffer.from(said.evidence), subjects: [] },
      returnId: newId(),
    };
  }

  return {
    pay: (asked: Asked) => prepared('push', asked),
    collect: (asked: Asked) => prepared('collect', asked),
    report: settled,
    refund: (paymentId: string, amount: bigint, by: Wallet, currency = 'CNY'): PaymentCommand => ({
      type: 'refund',
      id: newId(),
      causeId: paymentId,
      requesterParticipantId: by,
      requesterConnectionId: connectionOf(by),
      currency,
      amountMinor: amount,
      reference: 'refund-1',
      expiresAtMs: nowMs() + 60_000,
      evidence: null,
    }),
    order: (
      to: Wallet,
      amount: bigint,
      expiresInMs = 600_000,
      currency = 'CNY',
    ): PaymentCommand => ({
      type: 'open_order',
      id: newId(),
      payee: side(to, 'bob'),
      currency,
      amountMinor: amount,
      reference: null,
      expiresAtMs: nowMs() + expiresInMs,
      evidence: null,
    }),
    closeOrder: (id: string, by: Wallet | null): PaymentCommand => ({
      type: 'close_order',
      id,
      requesterParticipantId: by,
    }),
    capture: (paymentId: string, amountMinor: bigint | null, by: string): PaymentCommand => ({
      type: 'capture',
      id: newId(),
      paymentId,
      requesterParticipantId: by,
      currency: null,
      amountMinor,
    }),
    release: (paymentId: string, by: string): PaymentCommand => ({
      type: 'release',
      id: newId(),
      paymentId,
      requesterParticipantId: by,
    }),
    fulfil: (paymentId: string, fulfilment: string, by: string): PaymentCommand => ({
      type: 'fulfil',
      id: newId(),
      paymentId,
      requesterParticipantId: by,
      fulfilment,
    }),
    expire: (paymentId: string): PaymentCommand => ({ type: 'expire', paymentId }),
    review: (paymentId: string, decision: 'release' | 'decline'): PaymentCommand => ({
      type: 'review',
      paymentId,
      decision,
      reviewer: 'zhang',
    }),
  };
}
