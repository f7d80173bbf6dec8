// Bar codes (payment codes, 付款码) that a payer shows at a till: which platform a row of digits
// belongs to. Only its prefix and length say so; whether it is still good is the platform's to say.
import { codeProblem } from '../problem.ts';
import { type CodeReading, judged, type ReadOptions } from '../reading.ts';

export interface BarcodeRule {
  /** The platform, by the id that its dialect has where there is one. */
  readonly platform: string;
  readonly title: { readonly en: string; readonly zh: string };
  readonly form: RegExp;
  readonly source: string;
  /** The form was seen on real codes, and is in no public specification. */
  readonly isUnconfirmed?: true;
}

/** The prefixes are disjoint: a row of digits belongs to one platform at most. */
export const barcodeRules: readonly BarcodeRule[] = [
  {
    platform: 'alipay',
    title: { en: 'Alipay', zh: '支付宝' },
    form: /^(?:2[5-9]|30)[0-9]{14,22}$/,
    source: 'Alipay open platform, alipay.trade.pay: 25 to 30, 16 to 24 digits',
  },
  {
    platform: 'wechatpay',
    title: { en: 'WeChat Pay', zh: '微信支付' },
    form: /^1[0-5][0-9]{16}$/,
    source: 'WeChat Pay merchant documentation, 付款码支付: 10 to 15, 18 digits',
  },
  {
    platform: 'unionpay',
    title: { en: 'UnionPay', zh: '银联云闪付' },
    form: /^62[0-9]{17}$/,
    source: 'UnionPay 付款码: 62, 19 digits',
    isUnconfirmed: true,
  },
];

const ONLY_DIGITS = /^[0-9]{16,24}$/;

export function looksLikeBarcode(text: string): boolean {
  return ONLY_DIGITS.test(text);
}

export function readBarcode(text: string, options: ReadOptions = {}): CodeReading {
  const rule = barcodeRules.find(({ form }) => form.test(text));
  if (rule === undefined) {
    const problems = [codeProblem('code.unknown')];
    return judged({ scheme: null, mode: null, fields: {}, problems }, options);
  }
  const { platform } = rule;
  const fields = { platform, paymentCode: text, isUnconfirmed: rule.isUnconfirmed === true };
  return judged({ scheme: platform, mode: 'consumer', fields, problems: [] }, options);
}
