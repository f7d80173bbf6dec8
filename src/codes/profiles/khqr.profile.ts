// KHQR, Cambodia: Bakong accounts of individuals (29) and merchants (30), and times in 99.
import type { Profile } from './profile.ts';

const bakongAccount = /^[A-Za-z0-9._-]{1,26}@[A-Za-z0-9._-]{2,26}$/;

export const khqr: Profile = {
  id: 'khqr',
  title: { en: 'KHQR', zh: '柬埔寨 KHQR' },
  operator: 'National Bank of Cambodia (Bakong)',
  specification: 'KHQR content guideline 1.4, National Bank of Cambodia',
  countries: ['KH'],
  currencies: ['KHR', 'USD'],
  mayOmit: [],
  payloadFormats: ['01'],
  templates: [
    {
      name: 'individual',
      id: '29',
      range: ['29', '29'],
      guid: bakongAccount,
      fields: [
        {
          id: '00',
          name: 'account',
          title: { en: 'Bakong account, name@bank', zh: 'Bakong 账户 name@bank' },
          form: bakongAccount,
        },
        {
          id: '01',
          name: 'accountInformation',
          title: { en: 'account number or phone', zh: '账号或电话' },
          form: /^[\x20-\x7e]{1,32}$/,
        },
        {
          id: '02',
          name: 'acquiringBank',
          title: { en: 'bank', zh: '银行' },
          form: /^.{1,32}$/u,
        },
      ],
    },
    {
      name: 'merchant',
      id: '30',
      range: ['30', '30'],
      guid: bakongAccount,
      fields: [
        {
          id: '00',
          name: 'merchantAccount',
          title: { en: 'Bakong account, name@bank', zh: 'Bakong 账户 name@bank' },
          form: bakongAccount,
        },
        {
          id: '01',
          name: 'merchantId',
          title: { en: 'merchant id', zh: '商户号' },
          form: /^[\x20-\x7e]{1,32}$/,
        },
        {
          id: '02',
          name: 'merchantBank',
          title: { en: 'acquiring bank', zh: '收单银行' },
          form: /^.{1,32}$/u,
        },
      ],
    },
    {
      name: 'times',
      id: '99',
      range: ['99', '99'],
      fields: [
        {
          id: '00',
          name: 'createdAtMs',
          title: { en: 'made at, milliseconds since 1970', zh: '生成时间（1970 年起毫秒）' },
          form: /^[0-9]{13}$/,
        },
        {
          id: '01',
          name: 'expiresAtMs',
          title: { en: 'ends at, milliseconds since 1970', zh: '到期时间（1970 年起毫秒）' },
          form: /^[0-9]{13}$/,
        },
      ],
    },
  ],
  payee: [
    { variant: 'individual', fields: ['account'], alias: { type: 'scheme', case: 'lower' } },
    { variant: 'merchant', fields: ['merchantAccount'], alias: { type: 'scheme', case: 'lower' } },
  ],
  defaults: { categoryCode: '5999', city: 'Phnom Penh' },
  expiry: { field: 'expiresAtMs', form: 'epoch_ms' },
  rank: 0,
  notes: [
    {
      en: 'Template 29 or 30 has no identifier of the scheme in 00 but the account itself; country KH tells it from others.',
      zh: '29 或 30 的 00 不是方案标识而是账户本身；以国家 KH 区分。',
    },
    {
      en: 'A Bakong account looks like a UPI address and is none, so it is an alias of the scheme.',
      zh: 'Bakong 账户形似 UPI 地址但并不是，因此用方案别名。',
    },
  ],
};
