// Giving a completed payment back, in full or in part, through the connection it came from: never
// as a fresh transfer. What its end does to the sums of the original is settle.ts.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { JournalContext } from '../journal/batch.ts';
import { type Engine, newLeg, writePayment } from './engine.deps.ts';
import type { PaymentResult, RefundCommandData } from './payment.commands.ts';
import type { Leg, Payment } from './payment.ts';
import { conclude, draft, judgeAmounts, launch, refuse } from './prepare.ts';

/** The refund as a payment the other way round: the payee pays, through the original's way in. */
function draftOf(original: Payment, command: RefundCommandData, context: JournalContext): Payment {
  const asker = {
    participantId: original.payeeParticipantId,
    connectionId: command.requesterConnectionId,
  };
  return draft(
    {
      id: command.id,
      kind: 'refund',
      flow: 'push',
      causeId: original.id,
      orderId: null,
      quoteId: null,
      payerParticipantId: original.payeeParticipantId,
      payeeParticipantId: original.payerParticipantId,
      currency: original.currency,
      amountMinor: command.amountMinor,
      debitMinor: command.amountMinor,
      creditMinor: command.amountMinor,
      feeMinor: 0n,
      feeParticipantId: null,
      hold: null,
      exchange: exchangeBack(original, command.amountMinor),
      legs: [
        newLeg(0, 'debit', asker, 'completed'),
        newLeg(1, 'credit', original.legs[0] as Leg, 'none'),
      ],
      reference: command.reference,
      expiresAtMs: command.expiresAtMs,
      payer: original.payee,
      payee: original.payer,
    },
    context,
  );
}

/**
 * What leaves the payee for this part of a payment between currencies, at the rate of its quote.
 * Counted from the sum of all refunds, so that refunds in parts give back exactly the whole.
 */
function exchangeBack(original: Payment, amountMinor: bigint): Payment['exchange'] {
  const { exchange, amountMinor: wholeMinor } = original;
  if (exchange === null) return null;
  const beforeMinor = original.refundedMinor + original.refundingMinor;
  const upTo = (minor: bigint) => (exchange.minor * minor) / wholeMinor;
  return { ...exchange, minor: upTo(beforeMinor + amountMinor) - upTo(beforeMinor) };
}

/** Everything that may speak against a refund; what is pending counts as given back already. */
function judge(
  engine: Engine,
  original: Payment,
  refund: Payment,
  command: RefundCommandData,
): ProblemCode | null {
  const back = refund.legs[1] as Leg;
  if (!engine.isActive(refund.payerParticipantId)) return 'participant_not_active';
  const wrong = judgeAmounts(refund);
  if (wrong !== null) return wrong;
  if (!engine.isActive(refund.payeeParticipantId)) return 'payee_participant_unavailable';
  if (!engine.can(back.connectionId, 'refund')) return 'capability_unsupported';
  if (original.kind !== 'payment' || original.state !== 'completed') return 'payment_not_completed';
  if (original.currency !== command.currency) return 'refund_currency_mismatch';
  if (refund.exchange !== null && refund.exchange.minor <= 0n) return 'amount_zero';
  const leftMinor = original.amountMinor - original.refundedMinor - original.refundingMinor;
  return command.amountMinor > leftMinor ? 'refund_exceeds_payment' : null;
}

export function refund(
  engine: Engine,
  command: RefundCommandData,
  context: JournalContext,
): PaymentResult {
  const { id, requesterParticipantId: participantId, evidence } = command;
  const refused = (code: ProblemCode) =>
    refuse({ type: 'refuse', id, participantId, code, evidence }, context);
  const original = engine.book.payment(command.causeId);
  // another participant's payment is not there at all
  if (original?.payeeParticipantId !== participantId) return refused('payment_not_found');
  const payment = draftOf(original, command, context);
  const problem = judge(engine, original, payment, command);
  if (problem !== null) return refused(problem);
  const verdict = launch(engine, payment, context);
  if (verdict === 'delivering') {
    original.refundingMinor += command.amountMinor;
    writePayment(engine, original, context);
  }
  return conclude(engine, payment, verdict, context, evidence);
}
