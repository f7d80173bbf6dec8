// How the platform says no: the codes of its published tables with their HTTP status and text.
// Source: the table of Native下单 at pay.weixin.qq.com; codes of queries, closes and refunds are
// those that clients are known to meet, and some texts are our own.

/** What is to be sent: the body is JSON, and empty with a 204. */
export type Answer =
  | { readonly status: 200; readonly json: object }
  | { readonly status: 204; readonly json: null }
  | RefusalAnswer;

export interface RefusalAnswer {
  readonly status: (typeof refusals)[RefusalCode][0];
  readonly code: RefusalCode;
  readonly message: string;
  readonly detail?: Detail | undefined;
}

export interface Detail {
  /** A JSON pointer, or the name of a parameter. */
  readonly field: string;
  readonly issue: string;
  readonly location: 'body' | 'query' | 'header' | 'authorization';
}

const refusals = {
  PARAM_ERROR: [400, '参数错误'],
  INVALID_REQUEST: [400, '无效请求'],
  APPID_MCHID_NOT_MATCH: [400, 'AppID和mch_id不匹配'],
  ORDERPAID: [400, '该订单已支付'],
  ORDER_CLOSED: [400, '该订单已关闭'],
  SIGN_ERROR: [401, '签名错误'],
  OUT_TRADE_NO_USED: [403, '商户订单号重复'],
  NOT_ENOUGH: [403, '基本账户余额不足，请充值后重新发起'],
  ORDER_NOT_EXIST: [404, '订单不存在'],
  RESOURCE_NOT_EXISTS: [404, '请求的资源不存在'],
  FREQUENCY_LIMITED: [429, '频率超限'],
  SYSTEM_ERROR: [500, '系统异常，请稍后重试'],
} as const;
export type RefusalCode = keyof typeof refusals;

export function refuse(code: RefusalCode, message?: string, detail?: Detail): RefusalAnswer {
  const [status, text] = refusals[code];
  return { status, code, message: message ?? text, detail };
}

export function wrongField(field: string, issue: string): RefusalAnswer {
  return refuse('PARAM_ERROR', undefined, { field, issue, location: 'body' });
}
