// The half of the port that acts on money on hold: capturing, releasing and fulfilling.
import type { Submitted } from '../journal/queue.ts';
import type { PaymentCommand, PaymentResult } from './payment.commands.ts';
import type { Lookup } from './payment.lookup.ts';
import type { Credential, Idempotent, Outcome, PaymentsPort, PaymentView } from './port.ts';
import { refused } from './refusal.ts';
import type { Operation } from './scope.ts';
import type { ServiceDeps, Submit } from './service.deps.ts';

interface Means {
  readonly submit: Submit;
  readonly conclude: (
    credential: Credential,
    answer: Submitted<PaymentResult>,
    waitMs: number,
  ) => Promise<Outcome<PaymentView>>;
}

export function createHoldsService(
  { journal, newId }: ServiceDeps,
  lookup: Lookup,
  { submit, conclude }: Means,
): Pick<PaymentsPort, 'capture' | 'release' | 'fulfil'> {
  async function act(
    operation: Operation,
    asked: Idempotent & { readonly paymentId: string },
    command: PaymentCommand,
    waitMs: number,
  ): Promise<Outcome<PaymentView>> {
    if (!journal.isFresh()) return refused('not_leader');
    const payment = await lookup.payment(asked.paymentId);
    if (payment === undefined) return refused('payment_not_found');
    const subjects = [...payment.payer.subjects, ...payment.payee.subjects];
    return conclude(asked.credential, await submit(operation, asked, command, subjects), waitMs);
  }

  return {
    capture(asked) {
      const { paymentId, credential, amount, waitMs } = asked;
      const command = {
        type: 'capture',
        id: newId(),
        paymentId,
        requesterParticipantId: credential.participantId,
        currency: amount?.currency ?? null,
        amountMinor: amount?.minor ?? null,
      } as const;
      return act('capture', asked, command, waitMs);
    },
    release(asked) {
      const { paymentId, credential } = asked;
      const requesterParticipantId = credential.participantId;
      return act(
        'release',
        asked,
        { type: 'release', id: newId(), paymentId, requesterParticipantId },
        0,
      );
    },
    fulfil(asked) {
      const { paymentId, credential, fulfilment, waitMs } = asked;
      const requesterParticipantId = credential.participantId;
      const command = {
        type: 'fulfil',
        id: newId(),
        paymentId,
        requesterParticipantId,
        fulfilment,
      } as const;
      return act('fulfil', asked, command, waitMs);
    },
  };
}
