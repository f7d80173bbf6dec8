// UnionPay's own merchant account, ids 15 and 16, wherever in the world.
import type { Profile } from './profile.ts';

export const unionpay: Profile = {
  id: 'unionpay',
  title: { en: 'UnionPay', zh: '银联二维码' },
  operator: 'China UnionPay, UnionPay International',
  specification: 'UnionPay International QR Code, merchant-presented mode; EMV QRCPS ids 15–16',
  countries: [],
  currencies: [],
  mayOmit: [],
  payloadFormats: ['01'],
  templates: [
    {
      name: 'account',
      id: '15',
      range: ['15', '16'],
      isPlain: true,
      fields: [
        {
          id: '',
          name: 'acquirer',
          title: { en: 'acquirer (IIN)', zh: '收单机构（IIN）' },
          form: /^[0-9]{8}$/,
          chars: 8,
        },
        {
          id: '',
          name: 'forwarder',
          title: { en: 'forwarding institution (IIN)', zh: '转发机构（IIN）' },
          form: /^[0-9]{8}$/,
          chars: 8,
        },
        {
          id: '',
          name: 'merchantId',
          title: { en: 'merchant id', zh: '商户号' },
          form: /^[0-9A-Za-z]{15}$/,
          chars: 15,
        },
      ],
    },
  ],
  payee: [
    {
      variant: 'merchant',
      fields: ['acquirer', 'forwarder', 'merchantId'],
      alias: { type: 'scheme' },
    },
  ],
  defaults: {},
  rank: 1,
  notes: [
    {
      en: 'Cut as acquirer, forwarder and merchant only where the value has 31 characters; others are kept as they are and have no alias.',
      zh: '仅当值为 31 个字符时分为收单机构、转发机构和商户；其他长度原样保留，没有别名。',
    },
  ],
};
