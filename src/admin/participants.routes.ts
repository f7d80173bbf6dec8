// Participants: invited, certified, activated, suspended, closed; their caps and cover.
import {
  type ParticipantJson,
  type PositionJson,
  operatorRoutes as routes,
} from '@hutong/sdk/contract';
import type { InboundRoute } from '../dialects/inbound.ts';
import { type Reply, refusal } from '../dialects/signed-route.ts';
import { balanceMinor, headroomMinor } from '../ledger/ledger.ts';
import { formatAmount, parseAmountOrZero } from '../money/index.ts';
import type { Done, Participant } from '../participants/index.ts';
import { ok, type Result, refuse } from '../problems/index.ts';
import { required } from '../runtime/index.ts';
import type { AdminDeps } from './admin.deps.ts';
import { certify } from './certification.ts';
import { durably, type On } from './operator-route.ts';

function positionOf({ view, currencies }: AdminDeps, id: string, code: string): PositionJson {
  const currency = required(currencies.byCode(code), `currency ${code}`);
  const position = required(view.account(id, code, 'position'), 'position');
  const cover = required(view.account(id, code, 'cover'), 'cover');
  const amount = (minor: bigint) => formatAmount(minor, currency);
  return {
    currency: code,
    balance: amount(balanceMinor(position)),
    pendingDebits: amount(position.debitsPendingMinor),
    pendingCredits: amount(position.creditsPendingMinor),
    cover: amount(balanceMinor(cover)),
    cap: amount(view.terms(id, code)?.capMinor ?? 0n),
    headroom: amount(headroomMinor(position) ?? 0n),
  };
}

function participantJson(deps: AdminDeps, participant: Readonly<Participant>): ParticipantJson {
  const { id, kind, name, status, createdAtMs, version } = participant;
  return {
    participantId: id,
    kind,
    name,
    status,
    positions: deps.view.termsOf(id).map(({ currency }) => positionOf(deps, id, currency)),
    connections: deps.view.connectionsOf(id).map((connection) => connection.id),
    createdAt: new Date(createdAtMs).toISOString(),
    version,
  };
}

function participantReply(
  deps: AdminDeps,
  participant: Readonly<Participant>,
  status = 200,
): Reply {
  const json = participantJson(deps, participant);
  return { status, json, headers: { etag: `"${participant.version}"` } };
}

function doneReply(deps: AdminDeps, done: Result<Done<Participant>>, status = 200): Result<Reply> {
  if (!done.ok) return done;
  const { value, replayed } = done.value;
  const reply = participantReply(deps, value, replayed ? 200 : status);
  if (!replayed) return ok(reply);
  return ok({ ...reply, headers: { ...reply.headers, 'idempotency-hit': 'true' } });
}

/** After a change of caps or cover: the participant as a whole. */
function whole(deps: AdminDeps, id: string, done: Result<unknown>): Result<Reply> {
  if (!done.ok) return done;
  const participant = deps.view.participant(id);
  return participant === undefined
    ? refusal('resource_not_found')
    : ok(participantReply(deps, participant));
}

function moneyOf(
  { currencies }: AdminDeps,
  money: { readonly amount: string; readonly currency: string },
  pointer: string,
): Result<{ readonly currency: string; readonly minor: bigint }> {
  const currency = currencies.byCode(money.currency);
  if (currency === undefined) return refuse('currency_unknown', { pointer });
  const parsed = parseAmountOrZero(money.amount, currency);
  return parsed.ok
    ? ok({ currency: currency.code, minor: parsed.minor })
    : refuse(parsed.code, { pointer });
}

export function participantAdminRoutes(deps: AdminDeps, on: On): InboundRoute[] {
  const { participants, view } = deps;
  return [
    on(routes.inviteParticipant, async ({ body, ask }) =>
      doneReply(deps, await participants.register({ ...body, status: 'invited' }, ask), 201),
    ),
    on(routes.listParticipants, () =>
      durably(deps, () => ({
        status: 200,
        json: { participants: view.participants().map((each) => participantJson(deps, each)) },
      })),
    ),
    on(routes.getParticipant, ({ params }) => {
      const participant = view.participant(params.id);
      if (participant === undefined) return refusal('resource_not_found');
      return durably(deps, () => participantReply(deps, participant));
    }),
    on(routes.changeParticipant, async ({ params, body, ask, ifVersion }) => {
      const { id: participantId } = params;
      const { name, status } = body;
      if (status !== undefined) {
        // certified is what a certification finds, not what somebody says
        if (status === 'certified' || status === 'invited') return refusal('transition_refused');
        const change = { participantId, status, ifVersion };
        return doneReply(deps, await participants.setStatus(change, ask));
      }
      const change = { participantId, name: name ?? '', ifVersion };
      return doneReply(deps, await participants.rename(change, ask));
    }),
    on(routes.certifyParticipant, async ({ params, ask }) => {
      const participant = view.participant(params.id);
      if (participant === undefined) return refusal('resource_not_found');
      const checks = await certify(deps, participant.id);
      const passed = checks.every((check) => check.passed);
      if (passed && participant.status === 'invited') {
        const change = { participantId: participant.id, status: 'certified' } as const;
        const done = await participants.setStatus(change, { by: ask.by });
        if (!done.ok) return done;
      }
      return ok({ status: 200, json: { passed, checks } });
    }),
    on(routes.setCap, async ({ params, body, ask }) => {
      const cap = moneyOf(deps, body.cap, '/cap');
      if (!cap.ok) return cap;
      const { currency, minor: capMinor } = cap.value;
      const wish = { participantId: params.id, currency, capMinor };
      const isOpen = view.terms(params.id, currency) !== undefined;
      const done = isOpen
        ? await participants.setCap(wish, ask)
        : await participants.openCurrency(wish, ask);
      return whole(deps, params.id, done);
    }),
    on(routes.moveCover, async ({ params, body, ask }) => {
      const amount = moneyOf(deps, body.amount, '/amount');
      if (!amount.ok) return amount;
      const { currency, minor: amountMinor } = amount.value;
      const { reference, direction } = body;
      const wish = { participantId: params.id, currency, amountMinor, reference };
      const done =
        direction === 'deposit'
          ? await participants.depositCover(wish, ask)
          : await participants.withdrawCover(wish, ask);
      return whole(deps, params.id, done);
    }),
  ];
}
