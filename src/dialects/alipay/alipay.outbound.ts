// Canonical instruction → what the platform is asked (version 3), and its signed answers → what
// became of the leg. Pure. Whatever is no answer of the published ones is unknown.
import type { InstructionKind } from '../../payments/payment.ts';
import type { Evidence, Instruction, LegReport } from '../../payments/port.ts';
import { required } from '../../runtime/defect.ts';
import {
  cancelledSchema,
  chinaTime,
  precreatedSchema,
  queriedSchema,
  refundedSchema,
  refundQueriedSchema,
  refusedSchema,
  yuan,
} from './alipay.messages.ts';
import { isUnknownTrade, refundProblem } from './alipay.problems.ts';

/** Where each question goes, below the platform's origin. */
export const paths = {
  precreate: '/v3/alipay/trade/precreate',
  query: '/v3/alipay/trade/query',
  close: '/v3/alipay/trade/close',
  cancel: '/v3/alipay/trade/cancel',
  refund: '/v3/alipay/trade/refund',
  refundQuery: '/v3/alipay/trade/fastpay/refund/query',
} as const;

const SUBJECT_MAX = 256;

function contentOf(instruction: Instruction, notifyUrl: string): object {
  const { kind, legId, amount, counterparty, original, note } = instruction;
  // written down, and never sent: isForeign
  const foreign = amount.currency === 'CNY' ? {} : { trans_currency: amount.currency };
  switch (kind) {
    case 'collect':
      return {
        out_trade_no: legId,
        total_amount: yuan(amount.minor),
        subject: (note ?? counterparty.name ?? counterparty.participantId).slice(0, SUBJECT_MAX),
        time_expire: chinaTime(instruction.expiresAtMs),
        notify_url: notifyUrl,
        ...foreign,
      };
    case 'close':
      return { out_trade_no: legId };
    case 'refund':
      return {
        out_trade_no: required(original, 'what a refund gives back').legId,
        refund_amount: yuan(amount.minor),
        out_request_no: legId,
        ...foreign,
      };
    case 'credit':
      return { out_trade_no: legId };
  }
}

/** The exact body of the first question; the same on every send. */
export function encodeInstruction(instruction: Instruction, notifyUrl: string): Uint8Array {
  return Buffer.from(JSON.stringify(contentOf(instruction, notifyUrl)), 'utf8');
}

/** The bytes ask for another currency than yuan, which is all that the platform takes here. */
export function isForeign(bytes: Uint8Array): boolean {
  const content: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  return typeof content === 'object' && content !== null && 'trans_currency' in content;
}

/** An answer whose signature held. */
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

/** It was never sent, and never will be: the same bytes always say so. */
export const notInYuan = (): LegReport =>
  report('not_sent', null, { problem: 'currency_not_supported' });

/** The code of a refusal; null for anything else. */
export function refusalOf({ status, json }: Answer): string | null {
  if (status < 400) return null;
  return refusedSchema.safeParse(json).data?.code ?? null;
}

const isOk = ({ status }: Answer) => status === 200;

/** The code that the payer's app opens; nothing is paid yet. */
export function precreated(answer: Answer): LegReport {
  const read = isOk(answer) ? precreatedSchema.safeParse(answer.json) : null;
  return read?.success === true
    ? report('pending', null, { record: read.data.qr_code })
    : unknown();
}

export type TradeState = 'unknown' | 'absent' | 'waiting' | 'closed' | 'paid' | 'other_amount';

/** What the trade of this leg has come to; `minor` is what it was to pay, where that is at hand. */
export function tradeState(answer: Answer, legId: string, minor: bigint | null): TradeState {
  const code = refusalOf(answer);
  if (code !== null) return isUnknownTrade(code) ? 'absent' : 'unknown';
  const read = isOk(answer) ? queriedSchema.safeParse(answer.json) : null;
  if (read?.success !== true) return 'unknown';
  // a signature does not cover what was asked: the answer must be about it
  if (read.data.out_trade_no !== legId) return 'unknown';
  switch (read.data.trade_status) {
    case 'WAIT_BUYER_PAY':
      return 'waiting';
    case 'TRADE_CLOSED':
      return 'closed';
    case 'TRADE_SUCCESS':
    case 'TRADE_FINISHED':
      return (minor ?? read.data.total_amount) === read.data.total_amount ? 'paid' : 'other_amount';
  }
}

export function paid(answer: Answer): LegReport {
  const { trade_no: externalId } = queriedSchema.parse(answer.json);
  return report('completed', answer.evidence, { externalId });
}

/** Nothing was or will be captured. */
export const closed = (answer: Answer): LegReport => report('rejected', answer.evidence);

/** Cancelled for good: nothing captured, or given back with it. */
export function isCancelled(answer: Answer): boolean {
  const read = isOk(answer) ? cancelledSchema.safeParse(answer.json) : null;
  return read?.success === true && read.data.retry_flag === 'N';
}

/** `null`: it has to be asked whether the refund was done. */
export function refunded(answer: Answer, legId: string): LegReport | null {
  const code = refusalOf(answer);
  if (code !== null) {
    const problem = refundProblem(code);
    return problem === null ? null : report('rejected', answer.evidence, { problem });
  }
  const read = isOk(answer) ? refundedSchema.safeParse(answer.json) : null;
  if (read?.success !== true || read.data.fund_change === 'N') return null;
  return report('completed', answer.evidence, { externalId: legId });
}

/** `null`: it was not done, as far as the platform knows now, or not of this amount. */
export function refundQueried(
  answer: Answer,
  legId: string,
  minor: bigint | null = null,
): LegReport | null {
  const read = isOk(answer) ? refundQueriedSchema.safeParse(answer.json) : null;
  if (read?.success !== true || read.data.refund_status !== 'REFUND_SUCCESS') return null;
  if (minor !== null && read.data.refund_amount !== minor) return null;
  return report('completed', answer.evidence, { externalId: legId });
}

/** Which question an instruction's bytes are the body of. */
export const firstPath: Record<InstructionKind, string> = {
  collect: paths.precreate,
  close: paths.close,
  refund: paths.refund,
  credit: paths.query,
};
