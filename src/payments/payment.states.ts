// Every way a payment may go, as data: drawn into the docs, obeyed by the engine (`move`), and
// checked again by a SQL constraint that a test compares with this list.
import { defect } from '../runtime/defect.ts';
import { isEnded, type OrderState, type Payment, type PaymentState } from './payment.ts';

export interface Transition<State> {
  /** `null`: the resource is made in this state. */
  readonly from: State | null;
  readonly to: State;
  /** What causes it. */
  readonly on: string;
}

/** DESIGN: push `[held →] reserved → delivering → completed | rejected | expired`. */
const PUSH = [
  { from: null, to: 'held', on: 'policy wants a review' },
  { from: null, to: 'rejected', on: 'refused before anything was reserved' },
  { from: null, to: 'delivering', on: 'reserved, and the credit is on its way in the same commit' },
  { from: null, to: 'reserved', on: 'reserved until it is captured, or its condition fulfilled' },
  { from: 'held', to: 'delivering', on: 'a reviewer releases it' },
  { from: 'held', to: 'reserved', on: 'a reviewer releases it' },
  { from: 'held', to: 'rejected', on: 'a reviewer declines it' },
  { from: 'held', to: 'expired', on: 'nobody reviewed it in time' },
  { from: 'reserved', to: 'delivering', on: 'captured or fulfilled: the credit is on its way' },
  { from: 'reserved', to: 'rejected', on: 'the payee releases it' },
  { from: 'reserved', to: 'expired', on: 'nobody acted in time' },
  { from: 'delivering', to: 'completed', on: 'the payee is credited' },
  {
    from: 'delivering',
    to: 'rejected',
    on: 'the payee refuses, or the credit provably never left',
  },
] as const satisfies readonly Transition<PaymentState>[];

/**
 * DESIGN: collect `[held →] awaiting_payer → [closing →] rejected | expired`, or through paid_in.
 */
const COLLECT = [
  { from: null, to: 'awaiting_payer', on: 'the payer is asked' },
  { from: 'held', to: 'awaiting_payer', on: 'a reviewer releases it' },
  { from: 'awaiting_payer', to: 'closing', on: 'it expires, or another attempt wins the order' },
  { from: 'awaiting_payer', to: 'rejected', on: 'the payer refuses' },
  { from: 'closing', to: 'rejected', on: 'the platform confirms it closed' },
  { from: 'closing', to: 'expired', on: 'the platform confirms it closed after its expiry' },
  { from: 'awaiting_payer', to: 'paid_in', on: 'the platform has captured the money' },
  { from: 'closing', to: 'paid_in', on: 'captured before the close was confirmed' },
  { from: 'paid_in', to: 'delivering', on: 'the credit is on its way' },
  { from: 'paid_in', to: 'returning', on: 'another attempt won, or the payee cannot be credited' },
  { from: 'delivering', to: 'returning', on: 'the payee refuses the credit' },
  { from: null, to: 'returning', on: 'captured although its payment had ended: a linked return' },
  { from: 'returning', to: 'returned', on: 'the payer has the money back' },
] as const satisfies readonly Transition<PaymentState>[];

export const PAYMENT_TRANSITIONS: readonly Transition<PaymentState>[] = [...PUSH, ...COLLECT];

export const ORDER_TRANSITIONS: readonly Transition<OrderState>[] = [
  { from: null, to: 'open', on: 'a payee asks' },
  { from: 'open', to: 'claimed', on: 'an attempt has reserved or captured the money' },
  { from: 'claimed', to: 'open', on: 'that attempt failed: another wallet may pay' },
  { from: 'claimed', to: 'paid', on: 'the payee is credited' },
  { from: 'claimed', to: 'closed', on: 'that attempt failed after the order expired' },
  { from: 'open', to: 'closed', on: 'the payee closes it, or it expires' },
];

const allowed = new Set(PAYMENT_TRANSITIONS.map((t) => `${t.from ?? ''}>${t.to}`));
const allowedOrders = new Set(ORDER_TRANSITIONS.map((t) => `${t.from ?? ''}>${t.to}`));

/** The only place where a payment's state changes. Throws a defect for a way that is not listed. */
export function move(payment: Payment, to: PaymentState, nowMs: number, seq: number): void {
  if (!allowed.has(`${payment.state}>${to}`)) {
    defect(`payment ${payment.id}: no way from ${payment.state} to ${to}`);
  }
  payment.previousState = payment.state;
  payment.state = to;
  payment.updatedSeq = seq;
  if (isEnded(to)) payment.endedAtMs = nowMs;
}

/** Whether a payment may begin in `state`. */
export function mayBegin(state: PaymentState): boolean {
  return allowed.has(`>${state}`);
}

export function mayMoveOrder(from: OrderState, to: OrderState): boolean {
  return allowedOrders.has(`${from}>${to}`);
}
