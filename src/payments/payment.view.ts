// What an asker may see of a payment or order: its own side in full, of the other a masked name.

import { openParty } from './party-file.ts';
import type { Order, Payment } from './payment.ts';
import { legIdOf } from './payment.ts';
import type { OrderView, PaymentView } from './port.ts';

export type MaskName = (name: string | null) => string | null;

export function paymentView(
  payment: Readonly<Payment>,
  participantId: string,
  maskName: MaskName,
): PaymentView {
  const payer = openParty(payment.payer);
  const payee = openParty(payment.payee);
  const side = (own: boolean, party: { account: string; name: string | null }) =>
    own
      ? { account: party.account, name: party.name }
      : { account: '', name: maskName(party.name) };
  return {
    payment,
    state: payment.state,
    legs: payment.legs.map((leg) => ({
      legId: legIdOf(payment.id, leg.n),
      role: leg.role,
      participantId: leg.participantId,
      connectionId: leg.connectionId,
      instruction: leg.instruction,
      state: leg.state,
      inDoubt: leg.inDoubt,
      externalId: leg.participantId === participantId ? leg.externalId : null,
      record: leg.participantId === participantId ? leg.record : null,
    })),
    payer: side(payment.payerParticipantId === participantId, payer),
    payee: side(payment.payeeParticipantId === participantId, payee),
  };
}

export function orderView(order: Readonly<Order>, connectionId: string | null): OrderView {
  const payee = openParty(order.payee);
  return {
    id: order.id,
    state: order.state,
    amount: { currency: order.currency, minor: order.amountMinor },
    payeeParticipantId: order.payeeParticipantId,
    payeeName: payee.name,
    reference: order.reference,
    description: payee.note,
    record: connectionId === order.payeeConnectionId ? payee.record : null,
    createdAtMs: order.createdAtMs,
    expiresAtMs: order.expiresAtMs,
    winnerId: order.winnerId,
  };
}
