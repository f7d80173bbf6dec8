// Canonical instruction → what the platform is asked, and its signed answers → what became of the
// leg. Pure. Whatever is no answer of the published ones is unknown.
import type { Evidence, Instruction, LegReport } from '../../payments/port.ts';
import { required } from '../../runtime/defect.ts';
import type { PlatformSettings } from './wechatpay.deps.ts';
import {
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

function contentOf(
  { appid, mchid }: PlatformSettings,
  instruction: Instruction,
  notifyUrl: string,
): object {
  const { kind, legId, amount, counterparty, original, note } = instruction;
  if (kind === 'collect') {
    const description = note ?? counterparty.name ?? counterparty.participantId;
    return {
      appid,
      mchid,
      description: description.slice(0, DESCRIPTION_MAX),
      out_trade_no: legId,
      time_expire: chinaTime(instruction.expiresAtMs),
      notify_url: notifyUrl,
      amount: { total: fen(amount.minor), currency: 'CNY' },
    };
  }
  if (kind !== 'refund') return { mchid };
  const from = required(original, 'what a refund gives back');
  return {
    out_trade_no: from.legId,
    out_refund_no: legId,
    notify_url: notifyUrl,
    amount: { refund: fen(amount.minor), total: fen(from.amount.minor), currency: 'CNY' },
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

/** An answer whose signature held; `json` is null without a body. */
export interface Answer {
  readonly status: number;
  readonly json: unknown;
  readonly evidence: Evidence;
}

const report = (
  outcome: LegReport['outcome'],
  evidence: Evidence,
  rest: Partial<LegReport> = {},
): LegReport => ({ outcome, externalId: null, problem: null, evidence, ...rest });

export const unknown = (): LegReport => report('pending', null);

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

export type OrderState = 'unknown' | 'absent' | 'waiting' | 'closed' | 'paid' | 'other_amount';

/** What the order of this leg has come to; `minor` is what it was to pay, where that is at hand. */
export function orderState(answer: Answer, minor: bigint | null): OrderState {
  const code = refusalOf(answer);
  if (code !== null) return isUnknownOrder(code) ? 'absent' : 'unknown';
  const read = answer.status === 200 ? transactionSchema.safeParse(answer.json) : null;
  if (read?.success !== true) return 'unknown';
  const { trade_state, amount } = read.data;
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
      return minor === null || amount?.total === minor ? 'paid' : 'other_amount';
  }
}

export function paid(answer: Answer): LegReport {
  const { transaction_id: externalId = null } = transactionSchema.parse(answer.json);
  return report('completed', answer.evidence, { externalId });
}

/** Nothing was or will be captured. */
export const closed = (answer: Answer): LegReport => report('rejected', answer.evidence);

/** `null`: it has to be asked whether the refund was done. */
export function refunded(answer: Answer): LegReport | null {
  const code = refusalOf(answer);
  if (code !== null) {
    const problem = refundProblem(code);
    return problem === null ? null : report('rejected', answer.evidence, { problem });
  }
  const read = answer.status === 200 ? refundedSchema.safeParse(answer.json) : null;
  if (read?.success !== true) return null;
  const { status, refund_id: externalId } = read.data;
  if (status === 'SUCCESS') return report('completed', answer.evidence, { externalId });
  // abnormal: the payer's bank did not take it, and the merchant has to see to it
  return status === 'CLOSED' ? report('rejected', answer.evidence, { externalId }) : unknown();
}

export function isAbsent(answer: Answer): boolean {
  const code = refusalOf(answer);
  return code !== null && isUnknownOrder(code);
}
