// QR Ph, the Philippines: person to person (27) and person to merchant (28).
import type { Profile } from './profile.ts';

const bic = {
  title: { en: 'bank or wallet (BIC)', zh: '银行或钱包（BIC）' },
  form: /^[A-Z0-9]{8}(?:[A-Z0-9]{3})?$/,
} as const;

export const qrph: Profile = {
  id: 'qrph',
  title: { en: 'QR Ph', zh: '菲律宾 QR Ph' },
  operator: 'Philippine Payments Management, Inc.',
  specification: 'QR Ph (EMVCo compliant), BSP Circular 1055; PPMI P2P and P2M standards',
  countries: ['PH'],
  currencies: ['PHP'],
  mayOmit: [],
  payloadFormats: ['01'],
  templates: [
    {
      name: 'p2p',
      id: '27',
      range: ['26', '51'],
      guid: 'com.p2pqrpay',
      fields: [
        { id: '01', name: 'bank', ...bic },
        {
          id: '02',
          name: 'paymentType',
          title: { en: 'type of payment', zh: '付款类型' },
          form: /^[0-9]{1,8}$/,
        },
        {
          id: '03',
          name: 'accountReference',
          title: { en: 'merchant id', zh: '商户号' },
        },
        {
          id: '04',
          name: 'account',
          title: { en: 'account to credit', zh: '入账账号' },
          form: /^[A-Za-z0-9-]{1,34}$/,
        },
        {
          id: '05',
          name: 'mobile',
          title: { en: 'mobile number', zh: '手机号' },
          form: /^\+?[0-9-]{7,20}$/,
        },
      ],
    },
    {
      name: 'p2m',
      id: '28',
      range: ['26', '51'],
      guid: 'ph.ppmi.p2m',
      fields: [
        { id: '01', name: 'acquirer', ...bic },
        {
          id: '03',
          name: 'merchantId',
          title: { en: 'merchant id', zh: '商户号' },
          form: /^[\x21-\x7e]{1,50}$/,
        },
        {
          id: '04',
          name: 'merchantAccount',
          title: { en: "merchant's account or terminal", zh: '商户账号或终端' },
        },
        {
          id: '05',
          name: 'proxyNotify',
          title: { en: 'flags of proxy and notice', zh: '代理与通知标志' },
          form: /^[0-9]{3}$/,
        },
      ],
    },
    {
      name: 'notice',
      id: '88',
      range: ['80', '99'],
      guid: 'ph.ppmi.qrph',
      fields: [
        {
          id: '01',
          name: 'acquirerData',
          title: { en: "acquirer's own data", zh: '收单机构自用数据' },
        },
      ],
    },
  ],
  payee: [
    { variant: 'p2m', fields: ['acquirer', 'merchantId'], alias: { type: 'scheme' } },
    { variant: 'p2p', fields: ['bank', 'account'], alias: { type: 'scheme' } },
  ],
  defaults: { categoryCode: '6016' },
  rank: 0,
  notes: [
    {
      en: 'Real codes repeat the identifier ph.ppmi.qrph in 62.00, which EMVCo does not define: it is kept as another object.',
      zh: '实际的码在 62.00 中重复标识 ph.ppmi.qrph，EMVCo 未定义该项：按其他对象保留。',
    },
  ],
};
