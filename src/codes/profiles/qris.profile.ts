// QRIS, Indonesia: an acquirer's template (26 to 45) and the national one (51).
import type { Profile } from './profile.ts';

/** A domain, reversed. */
const acquirerDomain = /^(?:ID|COM|id|com)\.[A-Za-z0-9.-]{1,28}$/;

const criteria = {
  title: { en: 'size of the merchant (UMI, UKE, UME, UBE, URE)', zh: '商户规模' },
  form: /^U(?:MI|KE|ME|BE|RE)$/,
} as const;

export const qris: Profile = {
  id: 'qris',
  title: { en: 'QRIS', zh: '印度尼西亚 QRIS' },
  operator: 'Bank Indonesia, ASPI',
  specification: 'Standar Nasional QR Code Pembayaran (QRIS) MPM, Bank Indonesia',
  countries: ['ID'],
  currencies: ['IDR'],
  mayOmit: [],
  payloadFormats: ['01'],
  templates: [
    {
      name: 'national',
      id: '51',
      range: ['26', '51'],
      guid: 'ID.CO.QRIS.WWW',
      fields: [
        {
          id: '02',
          name: 'nationalMerchantId',
          title: { en: 'national merchant id (NMID)', zh: '全国商户号 NMID' },
          form: /^ID[0-9]{10,13}$/,
        },
        { id: '03', name: 'nationalCriteria', ...criteria },
      ],
    },
    {
      name: 'acquirer',
      id: '26',
      range: ['26', '50'],
      guid: acquirerDomain,
      isRepeatable: true,
      fields: [
        {
          id: '00',
          name: 'acquirer',
          title: { en: 'domain of the acquirer, reversed', zh: '收单机构域名（倒序）' },
          form: acquirerDomain,
        },
        {
          id: '01',
          name: 'merchantPan',
          title: { en: 'merchant PAN (mPAN)', zh: '商户主账号 mPAN' },
          form: /^[0-9]{16,19}$/,
        },
        {
          id: '02',
          name: 'merchantId',
          title: { en: "acquirer's merchant id", zh: '收单机构商户号' },
          form: /^[\x20-\x7e]{1,15}$/,
        },
        { id: '03', name: 'criteria', ...criteria },
      ],
    },
  ],
  payee: [
    {
      variant: 'merchant',
      fields: ['nationalMerchantId'],
      alias: { type: 'scheme', case: 'upper' },
    },
    { variant: 'merchant', fields: ['merchantPan'], alias: { type: 'scheme' } },
  ],
  defaults: {},
  rank: 0,
  notes: [
    {
      en: 'Where both templates are there, the national merchant id is the alias: it stays when the shop changes its acquirer.',
      zh: '两个模板都有时以全国商户号为别名：更换收单机构后仍然不变。',
    },
  ],
};
