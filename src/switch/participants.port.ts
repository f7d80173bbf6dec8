// Keys, connections and positions, as dialects ask for them.
import type { KnownKey, ParticipantsPort, PositionView } from '../dialects/dialect.ts';
import { balanceMinor, headroomMinor } from '../ledger/ledger.ts';
import { isLiveKey, type KeyHolder } from '../participants/index.ts';
import { problem } from '../problems/index.ts';
import type { Clock } from '../runtime/index.ts';
import type { Core } from './core.ts';
import type { Outlets } from './outlets.ts';

function standingOf({ key, connection, participant }: KeyHolder, nowMs: number) {
  if (!isLiveKey(key, nowMs) || connection.status !== 'active') return 'revoked';
  if (participant.status === 'suspended') return 'suspended';
  return participant.status === 'active' ? 'live' : 'not_active';
}

export function createParticipantsPort(deps: {
  readonly core: Core;
  readonly outlets: Outlets;
  readonly clock: Clock;
}): ParticipantsPort {
  const { core, outlets, clock } = deps;
  const { view } = core.participants;

  function position(
    participantId: string,
    currency: string,
    capMinor: bigint,
  ): PositionView | null {
    const account = view.account(participantId, currency, 'position');
    const cover = view.account(participantId, currency, 'cover');
    if (account === undefined || cover === undefined) return null;
    return {
      currency,
      balanceMinor: balanceMinor(account),
      pendingDebitsMinor: account.debitsPendingMinor,
      pendingCreditsMinor: account.creditsPendingMinor,
      coverMinor: balanceMinor(cover),
      capMinor,
      headroomMinor: headroomMinor(account) ?? 0n,
    };
  }

  return {
    key(keyId): KnownKey | undefined {
      const holder = view.key(keyId);
      if (holder === undefined) return undefined;
      return {
        jwk: holder.key.jwk,
        participantId: holder.participant.id,
        connectionId: holder.connection.id,
        dialect: holder.connection.dialect,
        standing: standingOf(holder, clock.nowMs()),
      };
    },
    connection: outlets.settings,
    named(dialect, name) {
      const connection = outlets.named(dialect, name);
      if (connection === undefined) return undefined;
      return { connection, isUsable: view.isUsable(connection.id) };
    },
    usable: (dialect, capability, currency) =>
      view
        .connections()
        .filter((each) => each.dialect === dialect && view.isUsable(each.id))
        .filter(({ participantId }) => view.terms(participantId, currency) !== undefined)
        .map(({ id }) => outlets.outlet(id))
        .filter((each) => each !== undefined)
        .filter(({ connector, settings }) => connector.capabilitiesOf(settings).has(capability))
        .map(({ settings }) => settings),
    async positions({ participantId }) {
      const positions = view
        .termsOf(participantId)
        .map(({ currency, capMinor }) => position(participantId, currency, capMinor))
        .filter((each): each is PositionView => each !== null);
      const seq = core.journal.seq();
      try {
        await core.journal.barrier();
      } catch {
        return { ok: false, problem: problem('outcome_unknown') };
      }
      if (!core.journal.isFresh()) return { ok: false, problem: problem('not_leader') };
      return { ok: true, value: { positions, seq }, replayed: false };
    },
  };
}
