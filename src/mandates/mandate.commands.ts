// What the mandates' machine is told, and what it answers.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { Sealable } from '../journal/table.ts';
import type { Execution, Mandate } from './mandate.ts';

type Terms = Pick<
  Mandate,
  | 'id'
  | 'initiator'
  | 'isScheduled'
  | 'isFixed'
  | 'payerParticipantId'
  | 'payerConnectionId'
  | 'payeeParticipantId'
  | 'payeeConnectionId'
  | 'currency'
  | 'amountMinor'
  | 'period'
  | 'periodMaxMinor'
  | 'firstAtMs'
  | 'endsAtMs'
  | 'countMax'
  | 'payer'
  | 'payee'
>;

export type MandateCommand =
  | {
      readonly type: 'propose';
      readonly terms: Terms;
      /** Of the payer who registers a standing order. */
      readonly consent: Sealable | null;
    }
  | {
      readonly type: 'consent';
      readonly id: string;
      readonly participantId: string;
      readonly consent: Sealable;
    }
  | {
      readonly type: 'move';
      readonly id: string;
      readonly participantId: string;
      readonly to: 'declined' | 'paused' | 'active' | 'revoked';
    }
  | {
      readonly type: 'collect';
      readonly id: string;
      readonly participantId: string;
      readonly currency: string;
      readonly amountMinor: bigint;
    }
  /** By the clock: begins what is due, ends what is over. Told twice it does nothing. */
  | { readonly type: 'tick'; readonly id: string }
  | {
      readonly type: 'asked';
      readonly id: string;
      readonly n: number;
      readonly attempt: number;
      readonly orderId: string;
      readonly paymentId: string;
    }
  | {
      readonly type: 'ended';
      readonly id: string;
      readonly n: number;
      readonly attempt: number;
      /** `null`: it was paid. */
      readonly problem: ProblemCode | null;
      /** Whether it may be tried again by the schedule. */
      readonly mayRetry: boolean;
    };

export type MandateResult =
  | {
      readonly ok: true;
      readonly mandate: Readonly<Mandate>;
      readonly execution: Readonly<Execution> | null;
    }
  | { readonly ok: false; readonly code: ProblemCode };
