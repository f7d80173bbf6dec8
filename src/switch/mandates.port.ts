// Mandates, as dialects propose, agree to and collect under them.
import type { MandatesPort, MandateView } from '../dialects/dialect.ts';
import type { Submitted } from '../journal/queue.ts';
import { openParty, sealParty } from '../payments/party-file.ts';
import type { Idempotent, Outcome } from '../payments/port.ts';
import { commandKey } from '../payments/scope.ts';
import { ownSide } from '../payments/service.deps.ts';
import { type ProblemCode, problem } from '../problems/index.ts';
import type { Clock, Ids } from '../runtime/index.ts';
import type { Core } from './core.ts';
import type { Outlets } from './outlets.ts';

const no = (code: ProblemCode) => ({ ok: false, problem: problem(code) }) as const;

export function createMandatesPort(deps: {
  readonly core: Core;
  readonly outlets: Outlets;
  readonly clock: Clock;
  readonly ids: Ids;
}): MandatesPort {
  const { core, outlets, clock, ids } = deps;
  const { journal, mandates, indexKey } = core;
  type Found = NonNullable<ReturnType<typeof mandates.mandate>>;

  function viewOf(mandate: Readonly<Found>): MandateView {
    const { currency, amountMinor, periodMaxMinor, usedMinor } = mandate;
    const { id, status, payerParticipantId, payeeParticipantId, period } = mandate;
    return {
      id,
      status,
      payerParticipantId,
      payeeParticipantId,
      purpose: openParty(mandate.payee).note,
      amount: { currency, minor: amountMinor },
      periodMax: { currency, minor: periodMaxMinor },
      used: { currency, minor: usedMinor },
      period,
      isScheduled: mandate.isScheduled,
      payments: mandate.made,
      firstAtMs: mandate.firstAtMs,
      endsAtMs: mandate.endsAtMs,
    };
  }

  const own = (participantId: string, id: string): Readonly<Found> | undefined => {
    const mandate = mandates.mandate(id);
    const { payerParticipantId: payer, payeeParticipantId: payee } = mandate ?? {};
    return participantId === payer || participantId === payee ? mandate : undefined;
  };

  const keyOf = (asked: Idempotent) => commandKey(indexKey, 'mandate', asked);

  type Done = Submitted<ReturnType<typeof mandates.machine.apply>>;
  function answer(done: Done): Outcome<MandateView> {
    if (done.kind === 'refused') return no(done.code);
    if (done.kind === 'conflict') return no('idempotency_conflict');
    if (done.kind === 'replayed') {
      const mandate = mandates.mandate(done.resourceId);
      if (mandate === undefined) return no('resource_not_found');
      return { ok: true, value: viewOf(mandate), replayed: true };
    }
    if (!done.result.ok) return no(done.result.code);
    return { ok: true, value: viewOf(done.result.mandate), replayed: false };
  }

  const subjectsOf = ({ payer, payee }: Readonly<Found>) => [...payer.subjects, ...payee.subjects];

  return {
    async propose(asked) {
      const { credential, payee, amount, periodMax, period } = asked;
      const found = await core.resolve(asked.payerAlias);
      if (typeof found === 'string') return no(found);
      const outlet = outlets.outlet(found.connectionId);
      const can = outlet?.connector.capabilitiesOf(outlet.settings).has('collect') === true;
      if (!can) return no('capability_unsupported');
      const { party } = ownSide(indexKey, credential, payee, { note: asked.purpose });
      const payer = sealParty({ account: found.account, name: found.name }, found.subject);
      const terms = {
        id: ids.uuid(),
        initiator: 'payee',
        isScheduled: asked.isScheduled,
        isFixed: asked.isScheduled,
        payerParticipantId: found.participantId,
        payerConnectionId: found.connectionId,
        payeeParticipantId: credential.participantId,
        payeeConnectionId: credential.connectionId,
        currency: amount.currency,
        amountMinor: amount.minor,
        period,
        periodMaxMinor: periodMax.minor,
        firstAtMs: asked.firstAtMs ?? clock.nowMs(),
        endsAtMs: asked.endsAtMs,
        countMax: asked.countMax,
        payer,
        payee: party,
      } as const;
      const subjects = [...payer.subjects, ...party.subjects];
      const command = { type: 'propose', terms, consent: null } as const;
      return answer(
        await journal.submit(mandates.machine, command, { key: keyOf(asked), subjects }),
      );
    },
    async consent(asked) {
      const { participantId } = asked.credential;
      const mandate = own(participantId, asked.id);
      if (mandate === undefined) return no('resource_not_found');
      const bytes = Buffer.from(JSON.stringify(asked.authorisation));
      const consent = { bytes, subjects: mandate.payer.subjects };
      const command = { type: 'consent', id: asked.id, participantId, consent } as const;
      const options = { key: keyOf(asked), subjects: subjectsOf(mandate) };
      return answer(await journal.submit(mandates.machine, command, options));
    },
    async move(asked) {
      const { id, to } = asked;
      const { participantId } = asked.credential;
      const mandate = own(participantId, id);
      if (mandate === undefined) return no('resource_not_found');
      const options = { key: keyOf(asked), subjects: subjectsOf(mandate) };
      const command = { type: 'move', id, participantId, to } as const;
      return answer(await journal.submit(mandates.machine, command, options));
    },
    async collect(asked) {
      const { id, amount } = asked;
      const { participantId } = asked.credential;
      const mandate = own(participantId, id);
      if (mandate === undefined) return no('resource_not_found');
      const { currency, minor: amountMinor } = amount;
      const options = { key: keyOf(asked), subjects: subjectsOf(mandate) };
      const command = { type: 'collect', id, participantId, currency, amountMinor } as const;
      return answer(await journal.submit(mandates.machine, command, options));
    },
    async list({ participantId }) {
      const all = [...mandates.live()].filter((each) => own(participantId, each.id) !== undefined);
      const value = all.map(viewOf);
      try {
        await journal.barrier();
      } catch {
        return no('outcome_unknown');
      }
      return { ok: true, value, replayed: false };
    },
  };
}
