// What the processes of the end-to-end benchmark agree on.
import type { PublicJwk } from '../../src/signatures/index.ts';

export const CAP_MINOR = 10n ** 15n - 1n;
/** Users of each wallet, where nobody says otherwise. */
export const ALIASES = 20;

export interface BenchParticipant {
  readonly id: string;
  readonly endpoint: string;
  readonly jwk: PublicJwk;
}

export interface BenchSetup {
  readonly dataFolder: string;
  /** Users of each wallet. */
  readonly aliases: number;
  readonly participants: readonly BenchParticipant[];
}

export interface ProxySetup {
  readonly payee: string;
  readonly payerJwk: PublicJwk;
  readonly payeeJwk: PublicJwk;
  readonly privateJwk: string;
}
