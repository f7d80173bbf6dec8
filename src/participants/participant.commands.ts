// What the participants' machine can be told, and the closed, ordered list of its refusals.
// Commands carry the ids and instants they need; who may give them is decided by the caller.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { Sealable } from '../journal/table.ts';
import type {
  Connection,
  ConnectionStatus,
  CoverMovement,
  CurrencyTerms,
  Key,
  Participant,
  ParticipantKind,
  ParticipantStatus,
} from './participant.ts';

interface Head {
  /**
   * UUIDv7 of the command: what its idempotency key, and a movement of cover, is recorded under.
   */
  readonly id: string;
  /** Handle of the participant that asks: `operator`, or the participant itself. */
  readonly by: string;
}

/** Only the version the asker has seen may be changed (`If-Match`); `null`: whichever it is. */
interface Versioned {
  readonly ifVersion: number | null;
}

export interface RegisterCommand extends Head {
  readonly type: 'register';
  readonly participantId: string;
  readonly name: string;
  readonly kind: ParticipantKind;
  readonly status: Extract<ParticipantStatus, 'invited' | 'active'>;
}

export interface RenameCommand extends Head, Versioned {
  readonly type: 'rename';
  readonly participantId: string;
  readonly name: string;
}

export interface SetStatusCommand extends Head, Versioned {
  readonly type: 'set_status';
  readonly participantId: string;
  readonly status: ParticipantStatus;
}

export interface OpenCurrencyCommand extends Head {
  readonly type: 'open_currency';
  readonly participantId: string;
  readonly currency: string;
  readonly capMinor: bigint;
}

export interface SetCapCommand extends Head {
  readonly type: 'set_cap';
  readonly participantId: string;
  readonly currency: string;
  readonly capMinor: bigint;
}

export interface MoveCoverCommand extends Head {
  readonly type: 'deposit_cover' | 'withdraw_cover';
  readonly participantId: string;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly reference: string;
}

export interface AddConnectionCommand extends Head {
  readonly type: 'add_connection';
  readonly participantId: string;
  readonly connectionId: string;
  readonly dialect: string;
  readonly endpoint: string | null;
  readonly settings: string;
  readonly secrets: Sealable | null;
}

/** `undefined` leaves a member as it is. */
export interface ChangeConnectionCommand extends Head, Versioned {
  readonly type: 'change_connection';
  readonly connectionId: string;
  readonly endpoint: string | null | undefined;
  readonly settings: string | undefined;
  readonly secrets: Sealable | undefined;
  readonly status: ConnectionStatus | undefined;
}

export interface AddKeyCommand extends Head {
  readonly type: 'add_key';
  readonly connectionId: string;
  readonly keyId: string;
  readonly jwk: string;
  /** `null`: from now on. */
  readonly validFromMs: number | null;
  readonly validToMs: number | null;
}

export interface RetireKeyCommand extends Head {
  readonly type: 'retire_key';
  readonly keyId: string;
  /** Until when it is still believed; `null` or past: not any more. */
  readonly atMs: number | null;
}

export type ParticipantCommand =
  | RegisterCommand
  | RenameCommand
  | SetStatusCommand
  | OpenCurrencyCommand
  | SetCapCommand
  | MoveCoverCommand
  | AddConnectionCommand
  | ChangeConnectionCommand
  | AddKeyCommand
  | RetireKeyCommand;

/** In the order in which a command is judged. */
export const PARTICIPANT_REFUSALS = [
  'participant_not_active',
  'currency_not_supported',
  'amount_negative',
  'amount_zero',
  'amount_too_large',
  'limit_exceeded',
  'resource_not_found',
  'resource_exists',
  'precondition_failed',
  'transition_refused',
  'key_refused',
] as const satisfies readonly ProblemCode[];
export type ParticipantRefusal = (typeof PARTICIPANT_REFUSALS)[number];

/** What was changed, as it stood when the command was decided. */
export type ParticipantChange =
  | { readonly ok: true; readonly participant: Readonly<Participant> }
  | { readonly ok: true; readonly terms: Readonly<CurrencyTerms> }
  | { readonly ok: true; readonly cover: CoverMovement }
  | { readonly ok: true; readonly connection: Readonly<Connection> }
  | { readonly ok: true; readonly key: Readonly<Key> };
export type ParticipantResult =
  | ParticipantChange
  | { readonly ok: false; readonly code: ParticipantRefusal };

export function refused(code: ParticipantRefusal): {
  readonly ok: false;
  readonly code: ParticipantRefusal;
} {
  return { ok: false, code };
}
