// Orders: what a payee asks for. Opened and closed here; claimed and paid where payments settle.
import type { JournalContext } from '../journal/batch.ts';
import { type Engine, orderEvent } from './engine.deps.ts';
import type { CloseOrderCommand, OpenOrderCommand, PaymentResult } from './payment.commands.ts';
import { ORDERS } from './payment.tables.ts';
import type { Order } from './payment.ts';
import { claimOrder } from './prepare.ts';
import { close } from './settle.ts';

export function openOrder(
  engine: Engine,
  command: OpenOrderCommand,
  context: JournalContext,
): PaymentResult {
  if (!engine.isActive(command.payee.participantId)) {
    return { ok: false, code: 'participant_not_active' };
  }
  if (
    context.ledger.find(command.payee.participantId, command.currency, 'position') === undefined
  ) {
    return { ok: false, code: 'currency_not_supported' };
  }
  if (command.expiresAtMs <= context.nowMs) return { ok: false, code: 'expiry_invalid' };
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

/** Closes an open order; attempts that still wait for their payer are closed with it. */
export function closeOrder(
  engine: Engine,
  command: CloseOrderCommand,
  context: JournalContext,
): PaymentResult {
  const order = engine.book.order(command.id);
  const requester = command.requesterParticipantId;
  if (order === undefined || (requester !== null && requester !== order.payeeParticipantId)) {
    return { ok: false, code: 'order_not_found' };
  }
  if (requester === null && order.expiresAtMs > context.nowMs)
    return { ok: true, order: { ...order } };
  if (order.state === 'closed') return { ok: true, order: { ...order } };
  if (order.state === 'paid') return { ok: false, code: 'order_already_paid' };
  if (order.state === 'claimed') return { ok: false, code: 'order_already_claimed' };
  const problem = requester === null ? 'payment_expired' : 'order_closed';
  claimOrder(engine, order, null, 'closed', context);
  context.claimKey('order', order.id);
  for (const attempt of engine.book.rivals(order.id, '')) {
    if (attempt.state === 'awaiting_payer') close(engine, attempt, problem, context);
  }
  return { ok: true, order: { ...order } };
}
