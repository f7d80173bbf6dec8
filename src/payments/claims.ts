// Orders and the attempts that try to pay them: the first to claim an order wins, the others are
// taken back, and an order whose winner failed is open again. Opening and closing is orders.ts.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { JournalContext } from '../journal/batch.ts';
import { defect } from '../runtime/defect.ts';
import { type Engine, instruct, paymentEvent, writeOrder, writePayment } from './engine.deps.ts';
import { mayMoveOrder, move } from './payment.states.ts';
import type { Leg, Order, OrderState, Payment } from './payment.ts';

/** The only place where an order's state changes. Throws a defect for a way that is not listed. */
export function moveOrder(
  engine: Engine,
  order: Order,
  state: OrderState,
  winnerId: string | null,
  context: JournalContext,
): void {
  if (!mayMoveOrder(order.state, state)) {
    defect(`order ${order.id}: no way from ${order.state} to ${state}`);
  }
  order.previousState = order.state;
  order.state = state;
  order.winnerId = winnerId;
  writeOrder(engine, order, context);
}

/** The attempt has reserved or captured the money: all others that still ask are taken back. */
export function claimOrder(engine: Engine, winner: Payment, context: JournalContext): void {
  const order = winner.orderId === null ? undefined : engine.book.order(winner.orderId);
  if (order === undefined) return;
  moveOrder(engine, order, 'claimed', winner.id, context);
  closeAttempts(engine, order, winner.id, 'order_already_claimed', context);
}

/** Takes back every attempt whose payer was asked and has not answered; `exceptId` stays. */
export function closeAttempts(
  engine: Engine,
  order: Order,
  exceptId: string,
  problem: ProblemCode,
  context: JournalContext,
): void {
  for (const attempt of engine.book.rivals(order.id, exceptId)) {
    if (attempt.state === 'awaiting_payer') closeAttempt(engine, attempt, problem, context);
  }
}

/** Takes an unanswered collect back; it ends only when the platform confirms. */
export function closeAttempt(
  engine: Engine,
  payment: Payment,
  problem: ProblemCode,
  context: JournalContext,
): void {
  payment.problem = problem;
  instruct(engine, payment, payment.legs[0] as Leg, 'close', context);
  move(payment, 'closing', context.nowMs, context.seq);
  writePayment(engine, payment, context);
  paymentEvent(payment, 'payment.closing', context, null);
}

/** The winner of an order has ended: the order is paid, or open to another wallet again. */
export function concludeOrder(
  engine: Engine,
  payment: Payment,
  isPaid: boolean,
  context: JournalContext,
): void {
  const order = payment.orderId === null ? undefined : engine.book.order(payment.orderId);
  if (order === undefined || order.winnerId !== payment.id) return;
  if (isPaid) return moveOrder(engine, order, 'paid', payment.id, context);
  const isOver = order.expiresAtMs <= context.nowMs;
  moveOrder(engine, order, isOver ? 'closed' : 'open', null, context);
}
