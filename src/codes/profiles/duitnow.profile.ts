// DuitNow QR, Malaysia.
import type { Profile } from './profile.ts';

export const duitnow: Profile = {
  id: 'duitnow',
  title: { en: 'DuitNow QR', zh: '马来西亚 DuitNow QR' },
  operator: 'Payments Network Malaysia (PayNet)',
  specification: 'DuitNow QR, PayNet developer documentation',
  countries: ['MY'],
  currencies: ['MYR'],
  mayOmit: [],
  payloadFormats: ['01', '02'],
  templates: [
    {
      name: 'account',
      id: '26',
      range: ['26', '51'],
      guid: 'A0000006150001',
      fields: [
        {
          id: '01',
          name: 'acquirer',
          title: { en: 'acquirer (BIN)', zh: '收单机构号' },
          form: /^[0-9]{6,8}$/,
        },
        {
          id: '02',
          name: 'merchantId',
          title: { en: 'merchant or account id', zh: '商户号或账户号' },
          form: /^[\x21-\x7e]{1,40}$/,
        },
      ],
    },
  ],
  payee: [{ variant: 'merchant', fields: ['acquirer', 'merchantId'], alias: { type: 'scheme' } }],
  defaults: {},
  rank: 0,
  notes: [
    {
      en: 'Real codes say payload format 02, and keep a bare hash in 82, which is no template.',
      zh: '实际的码使用载荷格式 02，且 82 中是一段散列值而不是模板。',
    },
  ],
};
