// Canonical instruction → the native message a wallet gets, and the wallet's answer → leg report.
// Pure: the bytes of an instruction are the same on every send.
import {
  closeCollectionRoute,
  collectRoute,
  creditRoute,
  inquireCollectionRoute,
  inquireCreditRoute,
  inquireRefundRoute,
  type LegAnswerJson,
  legAnswerSchema,
  type Route,
  refundRoute,
} from '@hutong/sdk/contract';
import type { Currencies } from '../../money/index.ts';
import { type InstructionKind, parseLegId } from '../../payments/payment.ts';
import type { Evidence, Instruction, LegReport } from '../../payments/port.ts';
import { assert } from '../../runtime/defect.ts';
import { instant, writeMoney } from './native.messages.ts';
import { legProblem } from './native.problems.ts';

/**
 * Where an instruction goes, and where it is asked after. A close is asked again: it is idempotent.
 */
export const routesOf: Record<
  InstructionKind,
  { readonly execute: Route; readonly inquire: Route | null }
> = {
  credit: { execute: creditRoute, inquire: inquireCreditRoute },
  collect: { execute: collectRoute, inquire: inquireCollectionRoute },
  close: { execute: closeCollectionRoute, inquire: null },
  refund: { execute: refundRoute, inquire: inquireRefundRoute },
};

const optional = (name: string, value: string | null | undefined) =>
  value === null || value === undefined ? {} : { [name]: value };

function shared(currencies: Currencies, instruction: Instruction) {
  const { party, note, reference } = instruction;
  return {
    legId: instruction.legId,
    paymentId: instruction.paymentId,
    amount: writeMoney(currencies, instruction.amount),
    account: party.account,
    ...optional('name', party.name),
    ...optional('note', note),
    ...optional('reference', reference),
    expiresAt: instant(instruction.expiresAtMs),
  };
}

export function instructionJson(currencies: Currencies, instruction: Instruction): object {
  const { kind, legId, paymentId, counterparty } = instruction;
  const other = {
    participantId: counterparty.participantId,
    ...optional('name', counterparty.name),
  };
  switch (kind) {
    case 'credit':
      return { ...shared(currencies, instruction), payer: other };
    case 'collect':
      return { ...shared(currencies, instruction), payee: other };
    case 'close':
      return { legId, paymentId };
    case 'refund':
      return { ...shared(currencies, instruction), payee: other, original: original(instruction) };
  }
}

function original({ original: of }: Instruction): object {
  const leg = of === null ? null : parseLegId(of.legId);
  assert(of !== null && leg !== null, 'a refund names the leg it gives back');
  return { legId: of.legId, paymentId: leg.paymentId, ...optional('externalId', of.externalId) };
}

export function encodeInstruction(currencies: Currencies, instruction: Instruction): Uint8Array {
  return Buffer.from(JSON.stringify(instructionJson(currencies, instruction)), 'utf8');
}

/**
 * A wallet's signed 200 or 202 → what became of the leg. Anything that is no answer of the contract
 * is `pending`: only a wallet that says completed or rejected in so many words has said it.
 */
export function legReport(value: unknown, evidence: Evidence): LegReport {
  const parsed = legAnswerSchema.safeParse(value);
  if (!parsed.success) return unknownReport(evidence);
  return reportOf(parsed.data, evidence);
}

function reportOf(answer: LegAnswerJson, evidence: Evidence): LegReport {
  const { outcome, externalId = null, problem } = answer;
  return {
    outcome,
    externalId,
    problem: outcome === 'rejected' ? legProblem(problem?.code) : null,
    evidence: outcome === 'pending' ? null : evidence,
  };
}

/** No answer, an unsigned one, or one that says nothing: the switch asks again, never guesses. */
export function unknownReport(evidence: Evidence = null): LegReport {
  return { outcome: 'pending', externalId: null, problem: null, evidence };
}
