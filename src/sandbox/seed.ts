// Registers participants, connections, keys and aliases straight through the journal: what an
// operator would do by the operator's API, for sandboxes, benchmarks and fault tests.

import { currency as isoCurrency } from '../money/index.ts';
import { OPERATOR_ID, type ParticipantCommand, secretsSubject } from '../participants/index.ts';
import type { FeeTerms, Rate } from '../quotes/index.ts';
import { defect } from '../runtime/index.ts';
import type { PublicJwk } from '../signatures/index.ts';
import { thumbprint } from '../signatures/index.ts';
import type { Core } from '../switch/core.ts';

export interface SeedParticipant {
  readonly id: string;
  readonly name: string;
  readonly kind: 'wallet' | 'acquirer' | 'fx';
  readonly currencies: readonly { readonly currency: string; readonly capMinor: bigint }[];
}

export interface SeedConnection {
  readonly participantId: string;
  readonly connection: {
    readonly id: string;
    readonly dialect: string;
    readonly endpoint: string | null;
    readonly settings: object;
    readonly secrets: object | null;
  };
}

export interface SeedAlias {
  readonly participantId: string;
  readonly connectionId: string;
  readonly alias: string;
  readonly account: string;
  readonly name: string;
}

export interface Seed {
  participant(participant: SeedParticipant): Promise<void>;
  connection(connection: SeedConnection): Promise<void>;
  key(connectionId: string, jwk: PublicJwk): Promise<void>;
  currency(participantId: string, currency: string, capMinor: bigint): Promise<void>;
  endpoint(connectionId: string, endpoint: string): Promise<void>;
  alias(alias: SeedAlias): Promise<void>;
  fees(currency: string, fee: FeeTerms): Promise<void>;
  rate(rate: Pick<Rate, 'participantId' | 'base' | 'target' | 'rate'>): Promise<void>;
}

/** 2100-01-01. */
const FOREVER_MS = 4_102_444_800_000;

const exponentOf = (code: string) => isoCurrency(code)?.exponent ?? defect(`no currency ${code}`);

export function createSeed(core: Core, newId: () => string): Seed {
  const { journal, participants, aliases, quotes } = core;

  type Body<C> = C extends ParticipantCommand ? Omit<C, 'id' | 'by'> : never;
  async function tell(
    command: Body<ParticipantCommand>,
    subjects: readonly string[] = [],
  ): Promise<void> {
    const full: ParticipantCommand = { ...command, id: newId(), by: OPERATOR_ID };
    const answer = await journal.submit(participants.machine, full, { subjects });
    if (answer.kind !== 'applied') defect(`${command.type} was not applied: ${answer.kind}`);
    const { result } = answer;
    // a sandbox that starts again finds its participants where it left them
    if (!result.ok && result.code !== 'resource_exists') {
      defect(`${command.type} was refused: ${result.code}`);
    }
  }

  async function currency(participantId: string, code: string, capMinor: bigint): Promise<void> {
    if (participants.view.terms(participantId, code) !== undefined) return;
    await tell({ type: 'open_currency', participantId, currency: code, capMinor });
  }

  async function endpoint(connectionId: string, address: string): Promise<void> {
    await tell({
      type: 'change_connection',
      connectionId,
      endpoint: address,
      settings: undefined,
      secrets: undefined,
      status: undefined,
      ifVersion: null,
    });
  }

  return {
    currency,
    endpoint,
    async participant({ id, name, kind, currencies }) {
      const { view } = participants;
      if (view.participant(id) === undefined) {
        await tell({ type: 'register', participantId: id, name, kind, status: 'active' });
      }
      for (const each of currencies) {
        await currency(OPERATOR_ID, each.currency, 0n);
        await currency(id, each.currency, each.capMinor);
      }
    },
    async connection({ participantId, connection: { id, dialect, endpoint: at, ...rest } }) {
      if (participants.view.connection(id) !== undefined) {
        if (at !== null) await endpoint(id, at);
        return;
      }
      const subjects = [secretsSubject(core.indexKey, { id, participantId })];
      const { settings, secrets } = rest;
      const sealed =
        secrets === null ? null : { bytes: Buffer.from(JSON.stringify(secrets)), subjects };
      await tell(
        {
          type: 'add_connection',
          participantId,
          connectionId: id,
          dialect,
          endpoint: at,
          settings: JSON.stringify(settings),
          secrets: sealed,
        },
        sealed === null ? [] : subjects,
      );
    },
    async key(connectionId, jwk) {
      const keyId = thumbprint(jwk);
      if (participants.view.key(keyId) !== undefined) return;
      await tell({
        type: 'add_key',
        connectionId,
        keyId,
        jwk: JSON.stringify(jwk),
        validFromMs: null,
        validToMs: null,
      });
    },
    async alias(wish) {
      const claimed = await aliases.claim(wish, { by: wish.participantId });
      if (!claimed.ok) defect(`${wish.alias} was not claimed: ${claimed.problem.code}`);
    },
    async rate({ participantId, base, target, rate }) {
      const held = quotes.view.rates(participantId);
      if (held.some((each) => each.base === base && each.target === target)) return;
      const answer = await journal.submit(quotes.machine, {
        type: 'set_rate',
        id: newId(),
        participantId,
        base,
        target,
        rate,
        baseExponent: exponentOf(base),
        targetExponent: exponentOf(target),
        validToMs: FOREVER_MS,
      });
      if (answer.kind !== 'applied' || !answer.result.ok) defect(`no rate ${base}/${target}`);
    },
    async fees(code, fee) {
      if (quotes.view.schedule(code) !== undefined) return;
      await currency(OPERATOR_ID, code, 0n);
      const answer = await journal.submit(quotes.machine, {
        type: 'set_fee_schedule',
        id: newId(),
        by: OPERATOR_ID,
        currency: code,
        fee,
        ifVersion: null,
      });
      if (answer.kind !== 'applied' || !answer.result.ok) defect(`fees of ${code} were not set`);
    },
  };
}
