// Problems ↔ Alipay's error codes. Outward every problem has one; a group's unless it is named.
import { type ProblemCode, type ProblemGroup, problemsByGroup } from '@hutong/sdk/contract';

export type BusinessCode =
  | 'SYSTEM_ERROR'
  | 'INVALID_PARAMETER'
  | 'TRADE_NOT_EXIST'
  | 'TRADE_HAS_SUCCESS'
  | 'TRADE_HAS_CLOSE'
  | 'TRADE_STATUS_ERROR'
  | 'CONTEXT_INCONSISTENT'
  | 'TOTAL_FEE_EXCEED'
  | 'SELLER_BALANCE_NOT_ENOUGH'
  | 'REFUND_AMT_NOT_EQUAL_TOTAL'
  | 'ACCESS_FORBIDDEN'
  | 'DISCORDANT_REPEAT_REQUEST';

const ofGroup: Record<ProblemGroup, BusinessCode> = {
  request: 'INVALID_PARAMETER',
  auth: 'ACCESS_FORBIDDEN',
  idempotency: 'CONTEXT_INCONSISTENT',
  money: 'INVALID_PARAMETER',
  directory: 'ACCESS_FORBIDDEN',
  quotes: 'SYSTEM_ERROR',
  orders: 'TRADE_STATUS_ERROR',
  payments: 'TRADE_STATUS_ERROR',
  resources: 'TRADE_NOT_EXIST',
  platform: 'SYSTEM_ERROR',
};

const named: Partial<Record<ProblemCode, BusinessCode>> = {
  amount_too_large: 'TOTAL_FEE_EXCEED',
  order_not_found: 'TRADE_NOT_EXIST',
  payment_not_found: 'TRADE_NOT_EXIST',
  order_already_paid: 'TRADE_HAS_SUCCESS',
  order_closed: 'TRADE_HAS_CLOSE',
  order_expired: 'TRADE_HAS_CLOSE',
  refund_exceeds_payment: 'REFUND_AMT_NOT_EQUAL_TOTAL',
  limit_exceeded: 'SELLER_BALANCE_NOT_ENOUGH',
  outcome_contradicts: 'SYSTEM_ERROR',
};

/** What a shop is told; Alipay writes it with `ACQ.` before it. */
export function businessCodeOf(code: ProblemCode): BusinessCode {
  const own = named[code];
  if (own !== undefined) return own;
  for (const [group, rows] of Object.entries(problemsByGroup)) {
    if (rows.some((row) => row.code === code)) return ofGroup[group as ProblemGroup];
  }
  return 'SYSTEM_ERROR';
}

/** Chinese texts as the open platform's pages have them. */
export const businessTexts: Record<BusinessCode, string> = {
  SYSTEM_ERROR: '系统错误',
  INVALID_PARAMETER: '参数无效',
  TRADE_NOT_EXIST: '交易不存在',
  TRADE_HAS_SUCCESS: '交易已被支付',
  TRADE_HAS_CLOSE: '交易已经关闭',
  TRADE_STATUS_ERROR: '交易状态不合法',
  CONTEXT_INCONSISTENT: '交易信息被篡改',
  TOTAL_FEE_EXCEED: '订单总金额超过限额',
  SELLER_BALANCE_NOT_ENOUGH: '卖家余额不足',
  REFUND_AMT_NOT_EQUAL_TOTAL: '退款金额超限',
  ACCESS_FORBIDDEN: '无权限使用接口',
  DISCORDANT_REPEAT_REQUEST: '不一致的请求',
};

/**
 * Inward: refusals of a refund after which none of its money has moved or will. All others leave
 * the outcome unknown.
 */
const finalRefusals: Readonly<Record<string, ProblemCode>> = {
  TRADE_NOT_EXIST: 'payment_not_found',
  TRADE_HAS_CLOSE: 'payment_not_completed',
  TRADE_HAS_FINISHED: 'refund_too_late',
  TRADE_STATUS_ERROR: 'payment_not_completed',
  TRADE_NOT_ALLOW_REFUND: 'payment_not_completed',
  REFUND_AMT_NOT_EQUAL_TOTAL: 'refund_exceeds_payment',
  REASON_TRADE_REFUND_FEE_ERR: 'refund_exceeds_payment',
  DISCORDANT_REPEAT_REQUEST: 'outcome_contradicts',
  SELLER_BALANCE_NOT_ENOUGH: 'limit_exceeded',
};

const bare = (code: string) => code.replace(/^ACQ\./, '');

export function refundProblem(code: string): ProblemCode | null {
  return finalRefusals[bare(code)] ?? null;
}

export const isUnknownTrade = (code: string) => bare(code) === 'TRADE_NOT_EXIST';
