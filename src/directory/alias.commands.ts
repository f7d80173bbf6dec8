// What the directory's machine can be told, its refusals in order, and the row of an alias.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { Sealable } from '../journal/table.ts';

export const ALIAS_STATUSES = ['active', 'released'] as const;
export type AliasStatus = (typeof ALIAS_STATUSES)[number];

export interface AliasRow {
  /** Keyed hash of the canonical text, 32 hex digits. */
  readonly hash: string;
  participantId: string;
  connectionId: string;
  status: AliasStatus;
  /** Empty: all that the participant has opened. */
  currencies: readonly string[];
  /** Canonical JSON {account, alias, name}; `null` once released: nothing personal stays behind. */
  party: Sealable | null;
  changedAtMs: number;
}

/** Claims an alias, or says anew where one's own leads. */
export interface ClaimAliasCommand {
  readonly type: 'claim_alias';
  /** UUIDv7 of the command. */
  readonly id: string;
  readonly by: string;
  readonly hash: string;
  readonly participantId: string;
  readonly connectionId: string;
  readonly currencies: readonly string[];
  readonly party: Sealable;
}

export interface ReleaseAliasCommand {
  readonly type: 'release_alias';
  readonly id: string;
  readonly by: string;
  readonly hash: string;
  /** Its holder; `null`: the operator takes it back, whoever holds it. */
  readonly participantId: string | null;
}

export type AliasCommand = ClaimAliasCommand | ReleaseAliasCommand;

/** In the order in which a command is judged. */
export const ALIAS_REFUSALS = [
  'participant_not_active',
  'participant_suspended',
  'alias_not_found',
  'alias_taken',
  'alias_not_yours',
  'resource_not_found',
] as const satisfies readonly ProblemCode[];
export type AliasRefusal = (typeof ALIAS_REFUSALS)[number];

export type AliasResult =
  | { readonly ok: true; readonly participantId: string; readonly connectionId: string }
  | { readonly ok: false; readonly code: AliasRefusal };
