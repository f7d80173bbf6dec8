// What the payments service asks of the rooms beside and below it.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { Journal } from '../journal/journal.ts';
import type { Submitted } from '../journal/queue.ts';
import { subjectId } from '../journal/vault.ts';
import type { Exchange } from '../quotes/index.ts';
import type { Clock } from '../runtime/clock.ts';
import { type PartyFile, sealParty } from './party-file.ts';
import type { PaymentCommand, PaymentResult, Side } from './payment.commands.ts';
import type { PaymentMachine } from './payment.engine.ts';
import type { PaymentReader } from './payment.load.ts';
import type { Amount, Credential, Idempotent, Party } from './port.ts';
import type { Operation } from './scope.ts';

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
  readonly exchange: Exchange | null;
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
  /** Whose connection it is, where it may be used now. */
  readonly participantOf: (connectionId: string) => string | undefined;
  readonly maskName: (name: string | null) => string | null;
}

/** How long a payment or order may take where nobody says otherwise. */
export const EXPIRY_MS = 60_000;
export const ORDER_EXPIRY_MS = 15 * 60_000;
/** A deposit or a ride is captured within days. */
export const HOLD_EXPIRY_MS = 7 * 86_400_000;
const EXPIRY_MS_MAX = 30 * 86_400_000;

/** The instant asked for, or the usual one; null where it is too far away. */
export function expiryOf(askedMs: number | null, usualMs: number, nowMs: number): number | null {
  const atMs = askedMs ?? nowMs + usualMs;
  return atMs > nowMs + EXPIRY_MS_MAX ? null : atMs;
}

/** Hands a command to the journal under its idempotency key. */
export type Submit = (
  operation: Operation,
  asked: Idempotent,
  command: PaymentCommand,
  subjects: readonly string[],
) => Promise<Submitted<PaymentResult>>;

/** A party at the asker's own participant, as a side of a payment. */
export function ownSide(
  indexKey: Uint8Array,
  credential: Credential,
  party: Party,
  extra: Partial<PartyFile> = {},
): Side {
  const subject = subjectId(indexKey, credential.participantId, party.account);
  return {
    participantId: credential.participantId,
    connectionId: credential.connectionId,
    party: sealParty({ ...party, ...extra }, subject),
  };
}

export function otherSide(found: ResolvedParty): Side {
  return {
    participantId: found.participantId,
    connectionId: found.connectionId,
    party: sealParty({ account: found.account, name: found.name }, found.subject),
  };
}
