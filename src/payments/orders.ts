// Orders: what a payee asks for. Opened and closed here; how attempts claim them is claims.ts.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { JournalContext } from '../journal/batch.ts';
import { MAX_AMOUNT_MINOR } from '../money/index.ts';
import { closeAttempts, moveOrder } from './claims.ts';
import { type Engine, orderEvent } from './engine.deps.ts';
import type { CloseOrderCommand, OpenOrderCommand, PaymentResult } from './payment.commands.ts';
import { ORDERS } from './payment.tables.ts';
import type { Order } from './payment.ts';

/** Everything that may speak against an order, in the contract's order of problems. */
function judge(
  engine: Engine,
  command: OpenOrderCommand,
  context: JournalContext,
): ProblemCode | null {
  const { payee, currency, amountMinor } = command;
  if (!engine.isActive(payee.participantId)) return 'participant_not_active';
  if (context.ledger.find(payee.participantId, currency, 'position') === undefined) {
    return 'currency_not_supported';
  }
  if (amountMinor < 0n) return 'amount_negative';
  if (amountMinor === 0n) return 'amount_zero';
  if (amountMinor > MAX_AMOUNT_MINOR) return 'amount_too_large';
  return command.expiresAtMs <= context.nowMs ? 'expiry_invalid' : null;
}

export function openOrder(
  engine: Engine,
  command: OpenOrderCommand,
  context: JournalContext,
): PaymentResult {
  const problem = judge(engine, command, context);
  if (problem !== null)
    return refuseUnderKey(problem, command.id, command.payee.participantId, context);
  const order: Order = {
    id: command.id,
    state: 'open',
    previousState: null,
    payeeParticipantId: command.payee.participantId,
    payeeConnectionId: command.payee.connectionId,
    currency: command.currency,
    amountMinor: command.amountMinor,
    reference: command.reference,
    createdAtMs: context.nowMs,
    expiresAtMs: command.expiresAtMs,
    winnerId: null,
    createdSeq: context.seq,
    updatedSeq: context.seq,
    payee: command.payee.party,
  };
  context.insert(ORDERS, order);
  context.claimKey('order', order.id);
  engine.book.addOrder(order);
  orderEvent(order, context, command.evidence);
  return { ok: true, order: { ...order } };
}

/** A late retry of a refused request can never succeed: the key stands for the refusal. */
function refuseUnderKey(
  code: ProblemCode,
  id: string,
  participantId: string | null,
  context: JournalContext,
): PaymentResult {
  context.claimKey(`refused:${code}`, id);
  if (participantId !== null) {
    const body = { id, participant: participantId, problem: code };
    context.event({ type: 'order.refused', subjectId: id, audience: [participantId], body });
  }
  return { ok: false, code };
}

/** Closes an open order; attempts that still wait for their payer are closed with it. */
export function closeOrder(
  engine: Engine,
  command: CloseOrderCommand,
  context: JournalContext,
): PaymentResult {
  const order = engine.book.order(command.id);
  const requester = command.requesterParticipantId;
  // nothing to remember under the key: an order that is not there now never will be
  if (order === undefined || (requester !== null && requester !== order.payeeParticipantId)) {
    return { ok: false, code: 'order_not_found' };
  }
  if (requester === null && order.expiresAtMs > context.nowMs) {
    return { ok: true, order: { ...order } };
  }
  if (order.state === 'paid')
    return refuseUnderKey('order_already_paid', order.id, requester, context);
  if (order.state === 'claimed')
    return refuseUnderKey('order_already_claimed', order.id, requester, context);
  context.claimKey('action', order.id);
  if (order.state === 'open') {
    moveOrder(engine, order, 'closed', null, context);
    const problem = requester === null ? 'payment_expired' : 'order_closed';
    closeAttempts(engine, order, '', problem, context);
  }
  return { ok: true, order: { ...order } };
}
