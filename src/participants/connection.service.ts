// Connections and keys, as the operator's API, the native dialect and the command line call it.
import type { Submitted } from '../journal/queue.ts';
import type { Sealable } from '../journal/table.ts';
import type { Result } from '../problems/index.ts';
import { type Ask, answerTo, type Done } from './decision.ts';
import type { ParticipantResult } from './participant.commands.ts';
import {
  checkConnectionId,
  checkDialect,
  checkEndpoint,
  checkSettings,
  judge,
} from './participant.input.ts';
import { secretsSubject } from './participant.machine.ts';
import type { ParticipantServiceDeps, Submitter } from './participant.submitter.ts';
import type { Connection, ConnectionStatus, Key } from './participant.ts';
import { parsePublicKey } from './public-key.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export interface ConnectionService {
  /** Problems: request_invalid, address_refused, resource_not_found, resource_exists … */
  addConnection(
    wish: {
      readonly participantId: string;
      readonly connectionId: string;
      readonly dialect: string;
      readonly endpoint?: string | null | undefined;
      readonly settings?: JsonObject | undefined;
      /** Kept sealed; never in an event, never given out but to the dialect. */
      readonly secrets?: JsonObject | undefined;
    },
    ask: Ask,
  ): Promise<Result<Done<Connection>>>;
  /** What is not named stays as it is. */
  changeConnection(
    wish: {
      readonly connectionId: string;
      readonly endpoint?: string | null | undefined;
      readonly settings?: JsonObject | undefined;
      readonly secrets?: JsonObject | undefined;
      readonly status?: ConnectionStatus | undefined;
      readonly ifVersion?: number | undefined;
    },
    ask: Ask,
  ): Promise<Result<Done<Connection>>>;
  /** Problems: key_refused, resource_not_found, resource_exists (given up keys stay given up). */
  addKey(
    wish: {
      readonly connectionId: string;
      readonly jwk: unknown;
      readonly validFromMs?: number | undefined;
      readonly validToMs?: number | undefined;
    },
    ask: Ask,
  ): Promise<Result<Done<Key>>>;
  /** At once, or at an instant to come: until then old and new key are both believed. */
  retireKey(
    wish: { readonly keyId: string; readonly atMs?: number | undefined },
    ask: Ask,
  ): Promise<Result<Done<Key>>>;
}

export function connectionService(
  deps: ParticipantServiceDeps,
  submitter: Submitter,
): ConnectionService {
  return { ...connections(deps, submitter), ...keys(submitter) };
}

function seal(
  indexKey: Uint8Array,
  connection: { readonly id: string; readonly participantId: string },
  json: string | undefined,
): Sealable | undefined {
  if (json === undefined) return undefined;
  return { bytes: Buffer.from(json), subjects: [secretsSubject(indexKey, connection)] };
}

const jsonOf = (object: JsonObject | undefined) =>
  object === undefined ? undefined : JSON.stringify(object);

function connections(
  { participants, dialects, indexKey }: ParticipantServiceDeps,
  { submit, current }: Submitter,
): Pick<ConnectionService, 'addConnection' | 'changeConnection'> {
  const answer = (submitted: Submitted<ParticipantResult>, id: string) =>
    answerTo(
      submitted,
      (result) => ('connection' in result ? result.connection : undefined),
      () => current((view) => view.connection(id)),
    );
  return {
    async addConnection(wish, ask) {
      const { participantId, connectionId, dialect, endpoint = null } = wish;
      const settings = jsonOf(wish.settings) ?? '{}';
      const secretText = jsonOf(wish.secrets);
      const wrong = judge([
        checkConnectionId(connectionId),
        checkDialect(dialect, dialects),
        checkSettings(settings, '/settings'),
        checkSettings(secretText, '/secrets'),
        checkEndpoint(endpoint),
      ]);
      if (wrong !== null) return wrong;
      const secrets = seal(indexKey, { id: connectionId, participantId }, secretText) ?? null;
      const command = {
        type: 'add_connection',
        participantId,
        connectionId,
        dialect,
        endpoint,
        settings,
        secrets,
      } as const;
      return answer(await submit(command, ask, secrets?.subjects), connectionId);
    },
    async changeConnection(wish, ask) {
      const { connectionId, endpoint, status, ifVersion = null } = wish;
      const settings = jsonOf(wish.settings);
      const secretText = jsonOf(wish.secrets);
      const wrong = judge([
        checkSettings(settings, '/settings'),
        checkSettings(secretText, '/secrets'),
        checkEndpoint(endpoint),
      ]);
      if (wrong !== null) return wrong;
      // whose it is never changes, so it may be looked up before the command is decided
      const connection = participants.view.connection(connectionId);
      const secrets = connection === undefined ? undefined : seal(indexKey, connection, secretText);
      const command = {
        type: 'change_connection',
        connectionId,
        endpoint,
        settings,
        secrets,
        status,
        ifVersion,
      } as const;
      return answer(await submit(command, ask, secrets?.subjects), connectionId);
    },
  };
}

function keys({ submit, current }: Submitter): Pick<ConnectionService, 'addKey' | 'retireKey'> {
  const answer = (submitted: Submitted<ParticipantResult>, keyId: string) =>
    answerTo(
      submitted,
      (result) => ('key' in result ? result.key : undefined),
      () => current((view) => view.key(keyId)?.key),
    );
  return {
    async addKey({ connectionId, jwk, validFromMs = null, validToMs = null }, ask) {
      const parsed = parsePublicKey(jwk);
      if (!parsed.ok) return parsed;
      const { keyId, jwk: text } = parsed.value;
      const command = {
        type: 'add_key',
        connectionId,
        keyId,
        jwk: text,
        validFromMs,
        validToMs,
      } as const;
      return answer(await submit(command, ask), keyId);
    },
    async retireKey({ keyId, atMs = null }, ask) {
      return answer(await submit({ type: 'retire_key', keyId, atMs }, ask), keyId);
    },
  };
}
