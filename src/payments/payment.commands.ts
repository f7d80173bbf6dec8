// What the payments engine can be told. Commands carry every id, party and price they need: the
// engine itself has no clock, no randomness and no I/O.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { Sealable } from '../journal/table.ts';
import type { Exchange } from '../quotes/index.ts';
import type { Flow, Hold, Order, Payment } from './payment.ts';

export interface Side {
  readonly participantId: string;
  readonly connectionId: string;
  /** Canonical JSON of a PartyFile, sealed for the party's subject. */
  readonly party: Sealable;
}

/** Starts an attempt. */
export interface PrepareCommand {
  readonly type: 'prepare';
  readonly id: string;
  readonly flow: Flow;
  readonly orderId: string | null;
  readonly quoteId: string | null;
  readonly payer: Side;
  readonly payee: Side;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly debitMinor: bigint;
  readonly creditMinor: bigint;
  readonly feeMinor: bigint;
  readonly feeParticipantId: string | null;
  readonly hold: Hold | null;
  readonly exchange: Exchange | null;
  readonly reference: string | null;
  readonly expiresAtMs: number;
  readonly evidence: Sealable | null;
}

/**
 * Remembers that a request was refused before both sides were known, so that a late retry stays
 * refused.
 */
export interface RefuseCommand {
  readonly type: 'refuse';
  readonly id: string;
  readonly participantId: string;
  readonly code: ProblemCode;
  readonly evidence: Sealable | null;
}

export interface RefundCommandData {
  readonly type: 'refund';
  readonly id: string;
  readonly causeId: string;
  readonly requesterParticipantId: string;
  readonly requesterConnectionId: string;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly reference: string | null;
  readonly expiresAtMs: number;
  readonly evidence: Sealable | null;
}

/** What is now known about a leg. */
export interface SettleCommand {
  readonly type: 'settle';
  readonly paymentId: string;
  readonly leg: number;
  /** The connection that says so, or null when the switch itself or an operator does. */
  readonly connectionId: string | null;
  readonly outcome: 'completed' | 'rejected' | 'pending' | 'not_sent';
  readonly externalId: string | null;
  readonly problem: ProblemCode | null;
  readonly record: string | null | undefined;
  readonly evidence: Sealable | null;
  /** Id for a linked return, should one have to be opened. */
  readonly returnId: string;
}

export interface ExpireCommand {
  readonly type: 'expire';
  readonly paymentId: string;
}

/** A reviewer's decision on a held payment. */
export interface ReviewCommand {
  readonly type: 'review';
  readonly paymentId: string;
  readonly decision: 'release' | 'decline';
  readonly reviewer: string;
}

/** The payee takes what is due of what was authorised; `null`: all of it. */
export interface CaptureCommand {
  readonly type: 'capture';
  /** What its refusal is recorded under. */
  readonly id: string;
  readonly paymentId: string;
  readonly requesterParticipantId: string;
  readonly currency: string | null;
  readonly amountMinor: bigint | null;
}

/** The payee gives up what is on hold for it. */
export interface ReleaseCommand {
  readonly type: 'release';
  /** What its refusal is recorded under. */
  readonly id: string;
  readonly paymentId: string;
  readonly requesterParticipantId: string;
}

/** Somebody who takes part shows the preimage. */
export interface FulfilCommand {
  readonly type: 'fulfil';
  /** What its refusal is recorded under. */
  readonly id: string;
  readonly paymentId: string;
  readonly requesterParticipantId: string;
  readonly fulfilment: string;
}

/** Remembers the message that brings many payments, each of which has its own command. */
export interface ReceiveBulkCommand {
  readonly type: 'receive_bulk';
  readonly id: string;
  readonly participantId: string;
  readonly items: number;
  readonly evidence: Sealable | null;
}

export interface OpenOrderCommand {
  readonly type: 'open_order';
  readonly id: string;
  readonly payee: Side;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly reference: string | null;
  readonly expiresAtMs: number;
  readonly evidence: Sealable | null;
}

export interface CloseOrderCommand {
  readonly type: 'close_order';
  readonly id: string;
  /** null: its time has come. */
  readonly requesterParticipantId: string | null;
}

export type PaymentCommand =
  | PrepareCommand
  | RefuseCommand
  | RefundCommandData
  | SettleCommand
  | ExpireCommand
  | ReviewCommand
  | CaptureCommand
  | ReceiveBulkCommand
  | ReleaseCommand
  | FulfilCommand
  | OpenOrderCommand
  | CloseOrderCommand;

/** A payment or order as it stood when the command was decided. */
export type PaymentResult =
  | { readonly ok: true; readonly payment: Readonly<Payment> }
  | { readonly ok: true; readonly order: Readonly<Order> }
  | { readonly ok: true; readonly bulkId: string }
  | { readonly ok: false; readonly code: ProblemCode };

/** Which payment's row a command may need although it has ended. */
export function coldPaymentId(command: PaymentCommand): string | null {
  switch (command.type) {
    case 'refund':
      return command.causeId;
    case 'settle':
      return command.paymentId;
    case 'expire':
    case 'review':
    case 'capture':
    case 'release':
    case 'fulfil':
      return command.paymentId;
    case 'prepare':
    case 'refuse':
    case 'receive_bulk':
    case 'open_order':
    case 'close_order':
      return null;
  }
}

export function coldOrderId(command: PaymentCommand): string | null {
  if (command.type === 'prepare') return command.orderId;
  return command.type === 'close_order' ? command.id : null;
}
