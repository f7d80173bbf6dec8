// Problems ↔ WeChat Pay's error codes and their HTTP status. Outward every problem has one; a
// group's unless it is named. Source: pay.weixin.qq.com, "公共错误码" and each interface's table.
import { type ProblemCode, type ProblemGroup, problemsByGroup } from '@hutong/sdk/contract';

export const errorCodes = {
  PARAM_ERROR: [400, '参数错误'],
  INVALID_REQUEST: [400, '请求不符合业务规则'],
  ORDERPAID: [400, '订单已支付'],
  ORDER_CLOSED: [400, '订单已关闭'],
  SIGN_ERROR: [401, '签名错误'],
  NO_AUTH: [403, '商户权限异常'],
  OUT_TRADE_NO_USED: [403, '商户订单号重复'],
  NOT_ENOUGH: [403, '余额不足'],
  ORDER_NOT_EXIST: [404, '订单不存在'],
  RESOURCE_NOT_EXISTS: [404, '查询的资源不存在'],
  FREQUENCY_LIMITED: [429, '频率超限'],
  SYSTEM_ERROR: [500, '系统异常'],
} as const satisfies Readonly<Record<string, readonly [status: number, text: string]>>;
export type ErrorCode = keyof typeof errorCodes;

const ofGroup: Record<ProblemGroup, ErrorCode> = {
  request: 'PARAM_ERROR',
  auth: 'NO_AUTH',
  idempotency: 'OUT_TRADE_NO_USED',
  money: 'PARAM_ERROR',
  directory: 'INVALID_REQUEST',
  quotes: 'SYSTEM_ERROR',
  orders: 'INVALID_REQUEST',
  payments: 'INVALID_REQUEST',
  resources: 'RESOURCE_NOT_EXISTS',
  platform: 'SYSTEM_ERROR',
};

const named: Partial<Record<ProblemCode, ErrorCode>> = {
  order_not_found: 'ORDER_NOT_EXIST',
  payment_not_found: 'RESOURCE_NOT_EXISTS',
  order_already_paid: 'ORDERPAID',
  order_closed: 'ORDER_CLOSED',
  order_expired: 'ORDER_CLOSED',
  limit_exceeded: 'NOT_ENOUGH',
  expiry_invalid: 'PARAM_ERROR',
  rate_limited: 'FREQUENCY_LIMITED',
  overloaded: 'FREQUENCY_LIMITED',
  outcome_contradicts: 'SYSTEM_ERROR',
};

/** What a shop is told. */
export function errorCodeOf(code: ProblemCode): ErrorCode {
  const own = named[code];
  if (own !== undefined) return own;
  for (const [group, rows] of Object.entries(problemsByGroup)) {
    if (rows.some((row) => row.code === code)) return ofGroup[group as ProblemGroup];
  }
  return 'SYSTEM_ERROR';
}

/**
 * Inward: refusals of a refund after which none of its money has moved or will. All others leave
 * the outcome unknown.
 */
const finalRefusals: Readonly<Record<string, ProblemCode>> = {
  NOT_ENOUGH: 'limit_exceeded',
  USER_ACCOUNT_ABNORMAL: 'refused_by_payer',
  RESOURCE_NOT_EXISTS: 'payment_not_found',
  ORDER_NOT_EXIST: 'payment_not_found',
  INVALID_REQUEST: 'refund_exceeds_payment',
  MCH_NOT_EXISTS: 'not_permitted',
};

export const refundProblem = (code: string): ProblemCode | null => finalRefusals[code] ?? null;

export const isUnknownOrder = (code: string) =>
  code === 'ORDER_NOT_EXIST' || code === 'RESOURCE_NOT_EXISTS' || code === 'ORDERNOTEXIST';
