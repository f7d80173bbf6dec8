// VietQR, Vietnam: NAPAS 247 transfers and card-like merchant payments.
import type { Profile } from './profile.ts';

export const vietqr: Profile = {
  id: 'vietqr',
  title: { en: 'VietQR', zh: '越南 VietQR' },
  operator: 'NAPAS',
  specification: 'QR Code format for NAPAS247 fast transfers (QR IBFT) 1.5.2',
  countries: ['VN'],
  currencies: ['VND'],
  mayOmit: ['52', '59', '60'],
  payloadFormats: ['01'],
  templates: [
    {
      name: 'account',
      id: '38',
      range: ['26', '51'],
      guid: 'A000000727',
      fields: [
        {
          id: '01',
          name: 'beneficiary',
          title: { en: 'beneficiary', zh: '收款方' },
          fields: [
            {
              id: '00',
              name: 'bankBin',
              title: { en: 'bank or acquirer (BIN)', zh: '银行或收单机构号' },
              form: /^[0-9]{6}$/,
            },
            {
              id: '01',
              name: 'account',
              title: { en: 'account, card or merchant number', zh: '账号、卡号或商户号' },
              form: /^[A-Za-z0-9]{1,19}$/,
            },
          ],
        },
        {
          id: '02',
          name: 'service',
          title: {
            en: 'service: QRIBFTTA to account, QRIBFTTC to card, QRPUSH to merchant',
            zh: '服务：QRIBFTTA 转账号，QRIBFTTC 转卡，QRPUSH 付商户',
          },
          form: /^[A-Z0-9]{4,10}$/,
        },
      ],
    },
  ],
  payee: [
    {
      variant: 'account',
      fields: ['bankBin', 'account'],
      given: { service: 'QRIBFTTA' },
      alias: { type: 'scheme' },
    },
    {
      variant: 'card',
      fields: ['bankBin', 'account'],
      given: { service: 'QRIBFTTC' },
      alias: { type: 'scheme' },
    },
    {
      variant: 'merchant',
      fields: ['bankBin', 'account'],
      given: { service: 'QRPUSH' },
      alias: { type: 'scheme' },
    },
    { variant: 'other', fields: ['bankBin', 'account'], alias: { type: 'scheme' } },
  ],
  defaults: {},
  rank: 0,
  notes: [
    {
      en: 'Category, name and city may be left out: NAPAS looks the name up.',
      zh: '可不含类别、名称和城市：名称由 NAPAS 查得。',
    },
  ],
};
