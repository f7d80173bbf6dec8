// What the operator's API works on; the composition root gives it.

import type { Limits } from '../compliance/index.ts';
import type { KnownKey } from '../dialects/dialect.ts';
import type { Journal } from '../journal/journal.ts';
import type { Currencies } from '../money/index.ts';
import type { createParticipantService, ParticipantsView } from '../participants/index.ts';
import type { Outlet } from '../payments/instruct.ts';
import type { PaymentMachine } from '../payments/payment.engine.ts';
import type { createQuoteService, createQuotes } from '../quotes/index.ts';
import type { Clock, Ids } from '../runtime/index.ts';
import type { ReplayCache, SigningKey } from '../signatures/index.ts';
import type { Admin } from './admin.machine.ts';

export interface AdminDeps {
  readonly admin: Admin;
  readonly journal: Journal;
  readonly machine: PaymentMachine;
  readonly view: ParticipantsView;
  readonly participants: ReturnType<typeof createParticipantService>;
  readonly quotes: ReturnType<typeof createQuoteService>;
  readonly quotesView: ReturnType<typeof createQuotes>['view'];
  readonly limits: Limits;
  readonly outlet: (connectionId: string) => Outlet | undefined;
  /** Keys of participants: known, and not permitted here. */
  readonly participantKey: (keyId: string) => KnownKey | undefined;
  readonly currencies: Currencies;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly publicUrl: string;
  readonly signingKey: SigningKey;
  readonly replays: ReplayCache;
  readonly indexKey: Uint8Array;
}
