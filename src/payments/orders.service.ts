// The order half of the port: opening, closing and reading what a payee asks for.
import type { Submitted } from '../journal/queue.ts';
import type { PaymentResult } from './payment.commands.ts';
import type { Lookup } from './payment.lookup.ts';
import { orderView } from './payment.view.ts';
import type { Credential, Idempotent, OrderView, Outcome, PaymentsPort } from './port.ts';
import { refusalOf, refused } from './refusal.ts';
import type { ServiceDeps } from './service.deps.ts';
import { expiryOf, ORDER_EXPIRY_MS, ownSide, type Submit } from './service.deps.ts';

type OrderPort = Pick<PaymentsPort, 'createOrder' | 'closeOrder' | 'order'>;

export function createOrderService(deps: ServiceDeps, lookup: Lookup, submit: Submit): OrderPort {
  const { journal } = deps;

  async function conclude(
    credential: Credential,
    answer: Submitted<PaymentResult>,
  ): Promise<Outcome<OrderView>> {
    switch (answer.kind) {
      case 'refused':
        return refused(answer.code);
      case 'conflict':
        return refused('idempotency_conflict');
      case 'replayed': {
        const code = refusalOf(answer.resource);
        return code === null ? read(credential, answer.resourceId, true) : refused(code);
      }
      case 'applied':
        if (!answer.result.ok) return refused(answer.result.code);
        if (!('order' in answer.result)) return refused('internal');
        return {
          ok: true,
          value: orderView(answer.result.order, credential.connectionId),
          replayed: false,
        };
    }
  }

  async function read(
    { connectionId }: Credential,
    orderId: string,
    replayed: boolean,
  ): Promise<Outcome<OrderView>> {
    const order = await lookup.order(orderId);
    if (!(await lookup.isDurable())) return refused('outcome_unknown');
    if (order === undefined) return refused('order_not_found');
    return { ok: true, value: orderView(order, connectionId), replayed };
  }

  return {
    async createOrder(command) {
      if (!journal.isFresh()) return refused('not_leader');
      const nowMs = deps.clock.nowMs();
      const expiresAtMs = expiryOf(command.expiresAtMs, ORDER_EXPIRY_MS, nowMs);
      if (expiresAtMs === null) return refused('expiry_invalid');
      const payee = ownSide(deps.indexKey, command.credential, command.payee, {
        note: command.description,
        record: command.record,
      });
      const { subjects } = payee.party;
      const answer = await submit(
        'order',
        command,
        {
          type: 'open_order',
          id: deps.newId(),
          payee,
          currency: command.amount.currency,
          amountMinor: command.amount.minor,
          reference: command.reference,
          expiresAtMs,
          evidence: command.evidence === null ? null : { bytes: command.evidence, subjects },
        },
        subjects,
      );
      return conclude(command.credential, answer);
    },
    async closeOrder(command: Idempotent & { readonly orderId: string }) {
      if (!journal.isFresh()) return refused('not_leader');
      const requesterParticipantId = command.credential.participantId;
      const close = { type: 'close_order', id: command.orderId, requesterParticipantId } as const;
      return conclude(command.credential, await submit('close_order', command, close, []));
    },
    async order(credential, ref) {
      if (!journal.isFresh()) return refused('not_leader');
      if (ref.by === 'id') return read(credential, ref.id, false);
      const found = await lookup.key(credential, 'order', ref.idempotencyKey);
      if (found?.resource !== 'order') return refused('order_not_found');
      return read(credential, found.resourceId, false);
    },
  };
}
