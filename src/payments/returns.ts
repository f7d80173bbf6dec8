// Giving captured money back to its payer: from transit where the payee cannot have it, and as a
// linked return where it was captured although its payment had ended. Asked-for refunds are
// refund.ts.
import type { JournalContext } from '../journal/batch.ts';
import type { Sealable } from '../journal/table.ts';
import {
  contradictionEvent,
  type Engine,
  instruct,
  newLeg,
  paymentEvent,
  writePayment,
} from './engine.deps.ts';
import { post, reserveFact } from './money-flow.ts';
import type { PaymentResult, SettleCommand } from './payment.commands.ts';
import { move } from './payment.states.ts';
import type { Leg, Payment } from './payment.ts';
import { begin, draft } from './prepare.ts';

/** From paid-in, failure leads only to giving the money back through the platform it came from. */
export function giveBack(engine: Engine, payment: Payment, context: JournalContext): void {
  const debit = payment.legs[0] as Leg;
  const back = newLeg(payment.legs.length, 'credit', debit, 'none');
  payment.legs.push(back);
  reserveFact(payment, 'transit_to_payer', context);
  instruct(engine, payment, back, 'refund', context);
  move(payment, 'returning', context.nowMs, context.seq);
}

/**
 * A return that is refused is tried again, and shown to an operator: the money is not ours to keep.
 */
export function returnRefused(
  engine: Engine,
  payment: Payment,
  leg: Leg,
  context: JournalContext,
  evidence: Sealable | null,
): void {
  leg.inDoubt = true;
  writePayment(engine, payment, context);
  paymentEvent(payment, 'payment.return_refused', context, evidence);
}

/**
 * The platform captured although its payment had ended: the fact is posted past every limit, and
 * the payer gets the money back. The ended payment keeps its state; only its leg tells the truth.
 */
export function linkedReturn(
  engine: Engine,
  cause: Payment,
  leg: Leg,
  command: SettleCommand,
  context: JournalContext,
): PaymentResult {
  contradictionEvent(cause, leg, command, context, command.evidence);
  leg.instruction ??= 'collect';
  leg.state = 'completed';
  leg.externalId = command.externalId ?? leg.externalId;
  if (command.record !== undefined) leg.record = command.record;
  writePayment(engine, cause, context);
  const back = draft(
    {
      ...cause,
      id: command.returnId,
      kind: 'return',
      flow: 'collect',
      causeId: cause.id,
      quoteId: null,
      orderId: null,
      hold: null,
      legs: [{ ...leg, n: 0 }, newLeg(1, 'credit', leg, 'none')],
      reference: null,
      // the payment's own time is over: its return has as long as that had
      expiresAtMs: context.nowMs + Math.max(0, cause.expiresAtMs - cause.createdAtMs),
    },
    context,
  );
  back.problem = cause.problem;
  reserveFact(back, 'payer_to_transit', context);
  post(back, context);
  reserveFact(back, 'transit_to_payer', context);
  instruct(engine, back, back.legs[1] as Leg, 'refund', context);
  return begin(engine, back, 'returning', context, command.evidence);
}
