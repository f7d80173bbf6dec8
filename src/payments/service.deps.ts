// What the payments service asks of the rooms beside and below it.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { Journal } from '../journal/journal.ts';
import type { Clock } from '../runtime/clock.ts';
import type { PaymentMachine } from './payment.engine.ts';
import type { PaymentReader } from './payment.load.ts';
import type { Amount } from './port.ts';

/** Where an alias leads. `subject` is the subject id under which the party's data is sealed. */
export interface ResolvedParty {
  readonly participantId: string;
  readonly connectionId: string;
  readonly account: string;
  readonly name: string | null;
  readonly subject: string;
}

export interface Terms {
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly debitMinor: bigint;
  readonly creditMinor: bigint;
  readonly feeMinor: bigint;
  readonly feeParticipantId: string | null;
}

export interface QuotedTerms {
  readonly payerParticipantId: string;
  readonly payee: ResolvedParty;
  readonly terms: Terms;
  readonly expiresAtMs: number;
}

export interface ServiceDeps {
  readonly journal: Journal;
  readonly machine: PaymentMachine;
  readonly stored: PaymentReader;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly sleep: (ms: number) => Promise<void>;
  /** Keys the hashes of idempotency keys and subjects; never stored beside them. */
  readonly indexKey: Uint8Array;
  readonly resolve: (alias: string) => Promise<ResolvedParty | ProblemCode>;
  readonly price: (amount: Amount) => Terms | ProblemCode;
  readonly quote: (quoteId: string) => QuotedTerms | ProblemCode;
  readonly maskName: (name: string | null) => string | null;
}
