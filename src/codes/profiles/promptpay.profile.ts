// PromptPay, Thailand: credit transfer (29) and bill payment (30).
import type { Profile } from './profile.ts';

export const promptpay: Profile = {
  id: 'promptpay',
  title: { en: 'PromptPay (Thai QR Payment)', zh: '泰国 PromptPay' },
  operator: 'Bank of Thailand, National ITMX',
  specification: 'Thai QR Payment Standard, Bank of Thailand',
  countries: ['TH'],
  currencies: ['THB'],
  mayOmit: ['52', '59', '60'],
  payloadFormats: ['01'],
  templates: [
    {
      name: 'transfer',
      id: '29',
      range: ['26', '51'],
      guid: 'A000000677010111',
      isOnePayee: true,
      fields: [
        {
          id: '01',
          name: 'mobile',
          title: { en: 'mobile number, 00 and country code', zh: '手机号，00 加国家代码' },
          form: /^00[1-9][0-9]{6,14}$/,
        },
        {
          id: '02',
          name: 'nationalId',
          title: { en: 'national or tax id', zh: '身份证号或税号' },
          form: /^[0-9]{13}$/,
        },
        {
          id: '03',
          name: 'eWallet',
          title: { en: 'e-wallet id', zh: '电子钱包号' },
          form: /^[0-9]{15}$/,
        },
        {
          id: '04',
          name: 'bankAccount',
          title: { en: 'bank (3 digits) and account', zh: '银行（3 位）加账号' },
          form: /^[0-9]{4,43}$/,
        },
      ],
    },
    {
      name: 'bill',
      id: '30',
      range: ['26', '51'],
      guid: /^(?:A000000677010112|A000000677012006)$/,
      fields: [
        {
          id: '00',
          name: 'billApplication',
          title: {
            en: 'application: domestic …0112, cross-border …2006',
            zh: '应用标识：境内或跨境',
          },
          form: /^(?:A000000677010112|A000000677012006)$/,
        },
        {
          id: '01',
          name: 'billerId',
          title: { en: 'biller id (tax id and suffix)', zh: '收单方编号（税号加后缀）' },
          form: /^[0-9]{15}$/,
        },
        {
          id: '02',
          name: 'reference1',
          title: { en: 'reference 1', zh: '参考号 1' },
          form: /^[A-Za-z0-9]{1,20}$/,
        },
        {
          id: '03',
          name: 'reference2',
          title: { en: 'reference 2', zh: '参考号 2' },
          form: /^[A-Za-z0-9]{1,20}$/,
        },
      ],
    },
  ],
  payee: [
    {
      variant: 'transfer',
      fields: ['mobile'],
      alias: {
        type: 'phone',
        read: [/^00([1-9][0-9]{6,14})$/, '+$1'],
        write: [/^\+([1-9][0-9]{6,14})$/, '00$1'],
      },
    },
    { variant: 'transfer', fields: ['nationalId'], alias: { type: 'scheme' } },
    { variant: 'transfer', fields: ['eWallet'], alias: { type: 'scheme' } },
    { variant: 'transfer', fields: ['bankAccount'], alias: { type: 'scheme' } },
    {
      variant: 'bill',
      fields: ['billerId'],
      given: { billApplication: 'A000000677010112' },
      alias: { type: 'scheme' },
    },
    {
      variant: 'bill_cross_border',
      fields: ['billerId'],
      given: { billApplication: 'A000000677012006' },
      alias: { type: 'scheme' },
    },
  ],
  defaults: {},
  rank: 0,
  notes: [
    {
      en: 'Category, name and city are left out: the payer sees the name that PromptPay looks up.',
      zh: '不含类别、名称和城市：付款人看到的是 PromptPay 查得的名称。',
    },
  ],
};
