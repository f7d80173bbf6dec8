// How the platform says no: the codes of the open platform's pages with their texts, and the shape
// each generation of the protocol gives them.

/** Of one interface (`sub_code` in version 2). The merchant's affair. */
export const businessTexts = {
  'ACQ.SYSTEM_ERROR': '系统错误',
  'ACQ.INVALID_PARAMETER': '参数无效',
  'ACQ.TRADE_NOT_EXIST': '交易不存在',
  'ACQ.TRADE_HAS_SUCCESS': '交易已被支付',
  'ACQ.TRADE_HAS_CLOSE': '交易已经关闭',
  'ACQ.TRADE_HAS_FINISHED': '交易已经完结',
  'ACQ.TRADE_STATUS_ERROR': '交易状态不合法',
  'ACQ.CONTEXT_INCONSISTENT': '交易信息被篡改',
  'ACQ.TOTAL_FEE_EXCEED': '订单总金额不在允许范围内',
  'ACQ.SELLER_BALANCE_NOT_ENOUGH': '卖家余额不足',
  'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL': '退款金额超限',
  'ACQ.REASON_TRADE_REFUND_FEE_ERR': '退款金额无效',
  'ACQ.DISCORDANT_REPEAT_REQUEST': '不一致的请求',
  'ACQ.TRADE_CANCEL_TIME_OUT': '超过撤销时间范围',
} as const;
export type BusinessCode = keyof typeof businessTexts;

interface GatewayRefusal {
  /** Of version 2. */
  readonly code: '20000' | '40001' | '40002';
  /** Of version 3. */
  readonly status: number;
  readonly text: string;
}

const missing = (text: string): GatewayRefusal => ({ code: '40001', status: 400, text });
const invalid = (text: string, status = 400): GatewayRefusal => ({ code: '40002', status, text });

/**
 * Of the gateway itself, before any interface: version 2's `sub_code`; version 3 has them without
 * the `isv.`. Status of version 3: the page on its errors, 401 for who is asking, 404 for what.
 */
export const gatewayRefusals = {
  'isp.unknow-error': { code: '20000', status: 500, text: '系统繁忙' },
  'isv.missing-method': missing('缺少方法名参数'),
  'isv.missing-app-id': missing('缺少AppID参数'),
  'isv.missing-signature': { ...missing('缺少签名参数'), status: 401 },
  'isv.missing-signature-type': missing('缺少签名类型参数'),
  'isv.missing-timestamp': missing('缺少时间戳参数'),
  'isv.missing-version': missing('缺少版本参数'),
  'isv.invalid-method': invalid('不存在的方法名', 404),
  'isv.invalid-app-id': invalid('无效的AppID参数', 401),
  'isv.invalid-signature-type': invalid('无效签名类型'),
  'isv.invalid-signature': invalid('验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配', 401),
  'isv.invalid-charset': invalid('无效字符集'),
  'isv.invalid-format': invalid('无效的数据格式'),
  'isv.invalid-timestamp': invalid('非法的时间戳参数'),
  'isv.invalid-encrypt': invalid('加密异常'),
  'isv.decryption-error-unknown': invalid('解密出错, 未知错误'),
} as const satisfies Readonly<Record<string, GatewayRefusal>>;
export type GatewayCode = keyof typeof gatewayRefusals;

/** What an operation answers; `fields` of a refusal are the zeros that version 2 sends with it. */
export type Outcome =
  | { readonly ok: true; readonly fields: Readonly<Record<string, unknown>> }
  | {
      readonly ok: false;
      readonly code: BusinessCode;
      readonly detail?: string;
      readonly fields?: Readonly<Record<string, unknown>>;
    };

export function refuse(code: BusinessCode, fields?: Readonly<Record<string, unknown>>): Outcome {
  return fields === undefined ? { ok: false, code } : { ok: false, code, fields };
}

/** The body of a version 2 answer. */
export function nodeOf(outcome: Outcome): Record<string, unknown> {
  if (outcome.ok) return { code: '10000', msg: 'Success', ...outcome.fields };
  const { code, detail = businessTexts[code], fields } = outcome;
  return { code: '40004', msg: 'Business Failed', sub_code: code, sub_msg: detail, ...fields };
}

const MESSAGES = {
  '20000': 'Service Currently Unavailable',
  '40001': 'Missing Required Arguments',
  '40002': 'Invalid Arguments',
} as const;

export function gatewayNodeOf(subCode: GatewayCode, detail = ''): Record<string, unknown> {
  const { code, text } = gatewayRefusals[subCode];
  return { code, msg: MESSAGES[code], sub_code: subCode, sub_msg: text + detail };
}

/** Version 3: 400 for everything an interface refuses, its own errors included. */
export function restErrorOf(code: string, message: string): Record<string, unknown> {
  const link = `https://open.alipay.com/api/errCheck?code=${encodeURIComponent(code)}`;
  return { code, message, links: [{ link, desc: '解决方案' }] };
}
