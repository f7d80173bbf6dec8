// From a payment's leg to the canonical instruction a connector encodes. Pure.

import { openParty } from './party-file.ts';
import { type Leg, legIdOf, type Payment } from './payment.ts';
import type { Amount, ConnectionSettings, Connector, Instruction } from './port.ts';

export interface Outlet {
  readonly connector: Connector;
  readonly settings: ConnectionSettings;
}

const debitOf = ({ currency, debitMinor }: Payment): Amount => ({ currency, minor: debitMinor });

/** The leg, and its id at the platform, that a refund, return or close speaks of. */
function originalOf(
  payment: Payment,
  leg: Leg,
  cause: Payment | undefined,
): Instruction['original'] {
  if (leg.instruction === 'close') {
    return {
      legId: legIdOf(payment.id, leg.n),
      externalId: leg.externalId,
      amount: debitOf(payment),
    };
  }
  if (leg.instruction !== 'refund') return null;
  const from = payment.kind === 'payment' ? payment : cause;
  const debit = from?.legs[0];
  if (from === undefined || debit === undefined) return null;
  return { legId: legIdOf(from.id, 0), externalId: debit.externalId, amount: debitOf(from) };
}

function amountOf(payment: Payment, isPayers: boolean): Amount {
  const { currency, debitMinor, creditMinor, exchange, kind } = payment;
  if (isPayers) return { currency, minor: debitMinor };
  // of a payment the payee has the exchanged side, of its refund the payer has their own back
  if (exchange !== null && kind === 'payment') {
    return { currency: exchange.currency, minor: exchange.minor };
  }
  return { currency, minor: creditMinor };
}

export function instructionFor(
  payment: Payment,
  leg: Leg,
  cause: Payment | undefined,
): Instruction {
  const payer = openParty(payment.payer);
  const payee = openParty(payment.payee);
  // a return goes back to the payer of its own payment; all other credits go to the payee
  const isBack = payment.state === 'returning' || payment.kind === 'return';
  const atPayer =
    leg.role === 'debit' || (leg.instruction === 'refund' && payment.kind !== 'refund');
  const party = atPayer || isBack ? payer : payee;
  const other = party === payer ? payee : payer;
  const otherId = party === payer ? payment.payeeParticipantId : payment.payerParticipantId;
  return {
    kind: leg.instruction ?? 'credit',
    legId: legIdOf(payment.id, leg.n),
    paymentId: payment.id,
    amount: amountOf(payment, atPayer || isBack),
    party: { account: party.account, name: party.name },
    counterparty: { participantId: otherId, name: other.name },
    note: payer.note,
    reference: payment.reference,
    expiresAtMs: payment.expiresAtMs,
    original: originalOf(payment, leg, cause),
    record: leg.record,
  };
}

/** The bytes of an instruction, in the dialect of its leg's connection. */
export function createEncoder(deps: {
  readonly outlet: (connectionId: string) => Outlet | undefined;
  readonly cause: (paymentId: string) => Payment | undefined;
}): (payment: Readonly<Payment>, leg: Readonly<Leg>) => Uint8Array {
  return (payment, leg) => {
    const outlet = deps.outlet(leg.connectionId);
    if (outlet === undefined) throw new Error(`connection ${leg.connectionId} has no connector`);
    const cause = payment.causeId === null ? undefined : deps.cause(payment.causeId);
    return outlet.connector.encode(outlet.settings, instructionFor(payment, leg, cause));
  };
}
