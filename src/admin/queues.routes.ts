// What waits for a person: payments that policy holds, and legs whose outcome nobody knows. A leg
// is resolved by two: one says what became of it, and on what evidence; another one agrees.
import { operatorRoutes as routes } from '@hutong/sdk/contract';
import type { InboundRoute } from '../dialects/inbound.ts';
import { type Reply, refusal } from '../dialects/signed-route.ts';
import { formatAmount } from '../money/index.ts';
import { type Leg, legIdOf, type Payment, parseLegId } from '../payments/payment.ts';
import { ok, type Result } from '../problems/index.ts';
import { required } from '../runtime/index.ts';
import type { AdminDeps } from './admin.deps.ts';
import type { AdminCommand } from './admin.machine.ts';
import { durably, type On } from './operator-route.ts';

function moneyJson({ currencies }: AdminDeps, payment: Readonly<Payment>) {
  const currency = required(currencies.byCode(payment.currency), payment.currency);
  return { amount: formatAmount(payment.amountMinor, currency), currency: currency.code };
}

function heldJson(deps: AdminDeps, payment: Readonly<Payment>) {
  return {
    paymentId: payment.id,
    payer: payment.payerParticipantId,
    payee: payment.payeeParticipantId,
    amount: moneyJson(deps, payment),
    createdAt: new Date(payment.createdAtMs).toISOString(),
    expiresAt: new Date(payment.expiresAtMs).toISOString(),
  };
}

function doubtJson(deps: AdminDeps, payment: Readonly<Payment>, leg: Readonly<Leg>) {
  const legId = legIdOf(payment.id, leg.n);
  const proposed = deps.admin.view.resolution(legId);
  return {
    legId,
    paymentId: payment.id,
    connection: leg.connectionId,
    instruction: leg.instruction ?? '',
    amount: moneyJson(deps, payment),
    since: new Date(payment.createdAtMs).toISOString(),
    ...(proposed === undefined
      ? {}
      : {
          proposal: {
            outcome: proposed.outcome,
            reason: proposed.reason,
            by: proposed.proposedBy,
          },
        }),
  };
}

export function queueRoutes(deps: AdminDeps, on: On): InboundRoute[] {
  const { machine, journal, admin } = deps;
  const open = () => [...machine.book.openPayments()];

  async function tell(command: AdminCommand): Promise<Result<Reply>> {
    const done = await journal.submit(admin.machine, command);
    if (done.kind !== 'applied') return refusal(done.kind === 'refused' ? done.code : 'internal');
    if (!done.result.ok) return refusal(done.result.code);
    const state = 'resolution' in done.result ? done.result.resolution.state : '';
    return ok({ status: 200, json: { state } });
  }

  /** What two people agree on becomes a fact about the leg, as if its connection had said so. */
  async function settle(legId: string, by: string): Promise<Result<Reply>> {
    const leg = parseLegId(legId);
    const agreed = admin.view.resolution(legId);
    if (leg === null || agreed === undefined) return refusal('resource_not_found');
    const { outcome, reason, proposedBy } = agreed;
    const decided = await tell({ type: 'decide', legId, by, isAgreed: true });
    if (!decided.ok) return decided;
    const payment = machine.book.payment(leg.paymentId);
    if (payment === undefined) return refusal('payment_not_found');
    const subjects = [...payment.payer.subjects, ...payment.payee.subjects];
    const evidence = JSON.stringify({ legId, outcome, reason, proposedBy, agreedBy: by });
    const done = await journal.submit(
      machine,
      {
        type: 'settle',
        paymentId: leg.paymentId,
        leg: leg.n,
        connectionId: null,
        outcome,
        externalId: null,
        problem: null,
        record: undefined,
        evidence: { bytes: Buffer.from(evidence), subjects },
        returnId: deps.ids.uuid(),
      },
      { subjects },
    );
    if (done.kind !== 'applied') return refusal(done.kind === 'refused' ? done.code : 'internal');
    return done.result.ok ? decided : refusal(done.result.code);
  }

  return [
    on(routes.listHeld, () =>
      durably(deps, () => ({
        status: 200,
        json: {
          held: open()
            .filter(({ state }) => state === 'held')
            .map((each) => heldJson(deps, each)),
        },
      })),
    ),
    on(routes.reviewHeld, async ({ params, body, person }) => {
      const payment = machine.book.payment(params.id);
      if (payment === undefined) return refusal('payment_not_found');
      const { decision } = body;
      const command = {
        type: 'review',
        paymentId: params.id,
        decision,
        reviewer: person.id,
      } as const;
      const subjects = [...payment.payer.subjects, ...payment.payee.subjects];
      const done = await journal.submit(machine, command, { subjects });
      if (done.kind !== 'applied') return refusal(done.kind === 'refused' ? done.code : 'internal');
      if (!done.result.ok) return refusal(done.result.code);
      const state = 'payment' in done.result ? done.result.payment.state : '';
      return ok({ status: 200, json: { state } });
    }),
    on(routes.listDoubts, () =>
      durably(deps, () => ({
        status: 200,
        json: {
          inDoubt: open().flatMap((payment) =>
            payment.legs.filter((leg) => leg.inDoubt).map((leg) => doubtJson(deps, payment, leg)),
          ),
        },
      })),
    ),
    on(routes.proposeResolution, ({ params, body, person }) => {
      const { legId } = params;
      const found = parseLegId(legId);
      const payment = found === null ? undefined : machine.book.payment(found.paymentId);
      const leg = payment?.legs[found?.n ?? 0];
      if (payment === undefined || leg === undefined) return refusal('payment_not_found');
      if (!leg.inDoubt) return refusal('already_resolved');
      return tell({ type: 'propose', legId, paymentId: payment.id, by: person.id, ...body });
    }),
    on(routes.decideResolution, ({ params, body, person }) => {
      const { legId } = params;
      if (body.agree) return settle(legId, person.id);
      return tell({ type: 'decide', legId, by: person.id, isAgreed: false });
    }),
  ];
}
