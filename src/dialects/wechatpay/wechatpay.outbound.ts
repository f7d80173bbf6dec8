// Canonical instruction → what the platform is asked, and its signed answers → what became of the
// leg. Pure. Whatever is no answer of the published ones is unknown.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { Evidence, Instruction, LegReport } from '../../payments/port.ts';
import { required } from '../../runtime/defect.ts';
import type { PlatformSettings } from './wechatpay.deps.ts';
import {
  askedSchema,
  chinaTime,
  fen,
  orderedSchema,
  refundedSchema,
  refusedSchema,
  transactionSchema,
} from './wechatpay.messages.ts';
import { isUnknownOrder, refundProblem } from './wechatpay.problems.ts';

const ORDERS = '/v3/pay/transactions';
const REFUNDS = '/v3/refund/domestic/refunds';

/** Where each question goes, below the platform's origin. */
export const paths = {
  order: `${ORDERS}/native`,
  query: (legId: string, mchid: string) => `${ORDERS}/out-trade-no/${legId}?mchid=${mchid}`,
  close: (legId: string) => `${ORDERS}/out-trade-no/${legId}/close`,
  refund: REFUNDS,
  refundQuery: (legId: string) => `${REFUNDS}/${legId}`,
} as const;

const DESCRIPTION_MAX = 127;

/** By whole characters: half of one would be refused, on every send. */
function descriptionOf({ note, counterparty }: Instruction): string {
  const text = [note, counterparty.name].find((each) => each !== null && each.trim() !== '');
  return Array.from(text ?? counterparty.participantId)
    .slice(0, DESCRIPTION_MAX)
    .join('');
}

function contentOf(
  { appid, mchid }: PlatformSettings,
  instruction: Instruction,
  notifyUrl: string,
): object {
  const { kind, legId, amount, original } = instruction;
  const { currency } = amount;
  if (kind === 'collect') {
    return {
      appid,
      mchid,
      description: descriptionOf(instruction),
      out_trade_no: legId,
      time_expire: chinaTime(instruction.expiresAtMs),
      notify_url: notifyUrl,
      amount: { total: fen(amount.minor), currency },
    };
  }
  if (kind !== 'refund') return { mchid };
  const from = required(original, 'what a refund gives back');
  return {
    out_trade_no: from.legId,
    out_refund_no: legId,
    notify_url: notifyUrl,
    amount: { refund: fen(amount.minor), total: fen(from.amount.minor), currency },
  };
}

/** The exact body of the first question; the same on every send. */
export function encodeInstruction(
  settings: PlatformSettings,
  instruction: Instruction,
  notifyUrl: string,
): Uint8Array {
  return Buffer.from(JSON.stringify(contentOf(settings, instruction, notifyUrl)), 'utf8');
}

/**
 * Fen that the bytes of an order or refund ask for; null where they are of another currency, which
 * the platform does not take here.
 */
export function fenOf(bytes: Uint8Array): bigint | null {
  const { amount } = askedSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  return amount.currency === 'CNY' ? (amount.refund ?? amount.total) : null;
}

/** An answer whose signature held; `json` is null without a body. */
export interface Answer {
  readonly status: number;
  readonly json: unknown;
  readonly evidence: Evidence;
  /** When the platform signed it, by its own clock. */
  readonly signedAtMs: number;
}

/** What an answer must be about: signatures of answers do not cover what was asked. */
export interface Asked {
  readonly mchid: string;
  readonly legId: string;
  readonly minor: bigint;
}

const report = (
  outcome: LegReport['outcome'],
  evidence: Evidence,
  rest: Partial<LegReport> = {},
): LegReport => ({ outcome, externalId: null, problem: null, evidence, ...rest });

export const unknown = (): LegReport => report('pending', null);

/** It was never sent, and never will be: the same bytes always say so. */
export const notInYuan = (): LegReport =>
  report('not_sent', null, { problem: 'currency_not_supported' });

/** The code of a refusal; null for anything else. */
function refusalOf({ status, json }: Answer): string | null {
  if (status < 400) return null;
  return refusedSchema.safeParse(json).data?.code ?? null;
}

/** What the payer's app opens; nothing is paid yet. */
export function ordered(answer: Answer): LegReport {
  const read = answer.status === 200 ? orderedSchema.safeParse(answer.json) : null;
  return read?.success === true
    ? report('pending', null, { record: read.data.code_url })
    : unknown();
}

export type OrderState = 'unknown' | 'absent' | 'waiting' | 'closed' | 'paid' | 'contradicts';

/** What the order of a leg has come to. */
export function orderState(answer: Answer, asked: Asked): OrderState {
  const code = refusalOf(answer);
  if (code !== null) return isUnknownOrder(code) ? 'absent' : 'unknown';
  const read = answer.status === 200 ? transactionSchema.safeParse(answer.json) : null;
  if (read?.success !== true) return 'unknown';
  const { mchid, out_trade_no, trade_state, transaction_id, amount } = read.data;
  if (mchid !== asked.mchid || out_trade_no !== asked.legId) return 'contradicts';
  switch (trade_state) {
    case 'NOTPAY':
    case 'USERPAYING':
      return 'waiting';
    case 'CLOSED':
    case 'REVOKED':
    case 'PAYERROR':
      return 'closed';
    // what was refunded had been paid
    case 'SUCCESS':
    case 'REFUND':
      if (transaction_id === undefined) return 'unknown';
      return amount?.total === asked.minor ? 'paid' : 'contradicts';
  }
}

export function paid(answer: Answer): LegReport {
  const { transaction_id: externalId = null } = transactionSchema.parse(answer.json);
  return report('completed', answer.evidence, { externalId });
}

/** Nothing was or will be captured. */
export const closed = (answer: Answer): LegReport => report('rejected', answer.evidence);

const LATE_MS = 60_000;

/**
 * An order that is not there may still be under way; once its time_expire is over by the platform's
 * own clock, it is not taken any more. A minute is for clocks that differ within the platform.
 */
export const isNeverTaken = (answer: Answer, expiresAtMs: number): boolean =>
  answer.signedAtMs > expiresAtMs + LATE_MS;

/** Why a refund was refused for good; null for an answer that leaves it open. */
export function refundRefusal(answer: Answer): ProblemCode | null {
  const code = refusalOf(answer);
  return code === null ? null : refundProblem(code);
}

/** What a refund, or its query, says of it; `null`: nothing for sure. */
export function refunded(answer: Answer, asked: Asked): LegReport | null {
  const read = answer.status === 200 ? refundedSchema.safeParse(answer.json) : null;
  if (read?.success !== true) return null;
  const { status, refund_id: externalId, out_refund_no, amount } = read.data;
  if (out_refund_no !== asked.legId || amount.refund !== asked.minor) return null;
  if (status === 'SUCCESS') return report('completed', answer.evidence, { externalId });
  // abnormal: the payer's bank did not take it, and the merchant has to see to it
  return status === 'CLOSED' ? report('rejected', answer.evidence, { externalId }) : null;
}

export const refused = (answer: Answer, problem: ProblemCode): LegReport =>
  report('rejected', answer.evidence, { problem });

export function isAbsent(answer: Answer): boolean {
  const code = refusalOf(answer);
  return code !== null && isUnknownOrder(code);
}
