// Bharat QR, India: UPI address (26), UPI reference (27), card networks and bank account (08).
import type { Profile } from './profile.ts';

const guid = 'A000000524';

export const bharatqr: Profile = {
  id: 'bharatqr',
  title: { en: 'Bharat QR', zh: '印度 Bharat QR' },
  operator: 'National Payments Corporation of India',
  specification: 'Bharat QR Code Specification 4.0.1; UPI Linking Specification 1.6',
  countries: ['IN'],
  currencies: ['INR'],
  mayOmit: [],
  payloadFormats: ['01'],
  templates: [
    {
      name: 'upi',
      id: '26',
      range: ['26', '26'],
      guid,
      fields: [
        {
          id: '01',
          name: 'vpa',
          title: { en: 'UPI address (VPA)', zh: 'UPI 地址（VPA）' },
          form: /^[A-Za-z0-9][A-Za-z0-9._-]{1,60}@[A-Za-z][A-Za-z0-9]{1,30}$/,
        },
        {
          id: '02',
          name: 'minimumAmount',
          title: { en: 'smallest amount', zh: '最低金额' },
          form: /^[0-9]{1,10}(?:\.[0-9]{1,2})?$/,
        },
      ],
    },
    {
      name: 'upiReference',
      id: '27',
      range: ['27', '27'],
      guid,
      fields: [
        {
          id: '01',
          name: 'transactionReference',
          title: { en: 'transaction reference', zh: '交易参考号' },
          form: /^[\x21-\x7e]{4,35}$/,
        },
        { id: '02', name: 'referenceUrl', title: { en: 'link to the bill', zh: '账单链接' } },
      ],
    },
    {
      name: 'aadhaar',
      id: '28',
      range: ['28', '28'],
      guid,
      fields: [
        {
          id: '01',
          name: 'aadhaar',
          title: { en: 'Aadhaar number', zh: 'Aadhaar 号' },
          form: /^[0-9]{12}$/,
        },
      ],
    },
    {
      name: 'rupay',
      id: '06',
      range: ['06', '07'],
      isPlain: true,
      fields: [
        {
          id: '',
          name: 'rupayMerchant',
          title: { en: 'RuPay merchant number', zh: 'RuPay 商户号' },
          form: /^[0-9]{13,19}$/,
        },
      ],
    },
    {
      name: 'bank',
      id: '08',
      range: ['08', '08'],
      isPlain: true,
      fields: [
        {
          id: '',
          name: 'ifsc',
          title: { en: 'branch (IFSC)', zh: '分行（IFSC）' },
          form: /^[A-Z]{4}0[A-Z0-9]{6}$/,
          chars: 11,
        },
        {
          id: '',
          name: 'account',
          title: { en: 'account number', zh: '账号' },
          form: /^[0-9A-Za-z]{1,26}$/,
        },
      ],
    },
  ],
  payee: [
    {
      variant: 'upi',
      fields: ['vpa'],
      alias: {
        type: 'vpa',
        read: [/^(.+)$/, '$1'],
        write: [/^(.+)$/, '$1'],
        case: 'lower',
      },
    },
    { variant: 'account', fields: ['ifsc', 'account'], alias: { type: 'scheme' } },
    { variant: 'card', fields: ['rupayMerchant'], alias: { type: 'scheme' } },
  ],
  defaults: {},
  rank: 0,
  notes: [
    {
      en: 'Visa (02), Mastercard (04) and Amex (11) numbers beside it are read as accounts of their networks, not as the payee. An Aadhaar number is shown as a field and is never an alias.',
      zh: '同码中的 Visa（02）、Mastercard（04）、Amex（11）号按各自网络的账户读取，不作为收款方。Aadhaar 号只作为字段，不作为别名。',
    },
  ],
};
