// PIX, Brazil: static (key), dynamic (location of a charge) and Automático (location of a
// recurrence) codes.
import type { Profile } from './profile.ts';

const guid = 'br.gov.bcb.pix';
/** Host and path without scheme; the payer's program puts https:// before it. */
const location = /^[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]{2,}(?::[0-9]{1,5})?\/[^\s]+$/;

export const pix: Profile = {
  id: 'pix',
  title: { en: 'PIX', zh: '巴西 PIX' },
  operator: 'Banco Central do Brasil',
  specification: 'Manual de Padrões para Iniciação do Pix 2.9; Manual do BR Code 2.0',
  countries: ['BR'],
  currencies: ['BRL'],
  mayOmit: [],
  payloadFormats: ['01'],
  templates: [
    {
      name: 'account',
      id: '26',
      range: ['26', '51'],
      guid,
      isAlways: true,
      isOnePayee: true,
      fields: [
        {
          id: '01',
          name: 'key',
          title: { en: 'PIX key', zh: 'PIX 密钥' },
          form: /^\S{1,77}$/,
        },
        {
          id: '02',
          name: 'information',
          title: { en: 'message to the payer', zh: '给付款人的说明' },
        },
        {
          id: '03',
          name: 'withdrawalFacilitator',
          title: { en: 'ISPB of the cash-out facilitator', zh: '取现服务机构 ISPB' },
          form: /^[0-9]{8}$/,
        },
        {
          id: '25',
          name: 'url',
          title: { en: 'location of the charge', zh: '收款单地址' },
          form: location,
        },
      ],
    },
    {
      name: 'recurrence',
      id: '80',
      range: ['80', '99'],
      guid,
      fields: [
        {
          id: '25',
          name: 'recurrenceUrl',
          title: { en: 'location of the recurrence', zh: '自动扣款授权地址' },
          form: location,
        },
      ],
    },
  ],
  payee: [
    {
      variant: 'static',
      fields: ['key'],
      alias: {
        type: 'phone',
        read: [/^(\+[1-9][0-9]{6,14})$/, '$1'],
        write: [/^(\+[1-9][0-9]{6,14})$/, '$1'],
      },
    },
    {
      variant: 'static',
      fields: ['key'],
      alias: {
        type: 'email',
        read: [/^([^@\s]+@[^@\s]+\.[^@\s]+)$/, '$1'],
        write: [/^([^@\s]+@[^@\s]+\.[^@\s]+)$/, '$1'],
        case: 'lower',
      },
    },
    {
      variant: 'static',
      fields: ['key'],
      alias: {
        type: 'scheme',
        // CPF, CNPJ (with letters since 2026), or a random key.
        read: [
          /^([0-9]{11}|[0-9A-Za-z]{12}[0-9]{2}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$/,
          '$1',
        ],
        case: 'lower',
      },
    },
    { variant: 'dynamic', fields: ['url'] },
    { variant: 'automatic', fields: ['recurrenceUrl'] },
  ],
  defaults: { categoryCode: '0000', referenceLabel: '***' },
  rank: 0,
  notes: [
    {
      en: 'A dynamic code says where the charge is, not who is paid: the alias is known after the signed document at that address was read.',
      zh: '动态码只给出收款单地址而非收款人：读取该地址的签名文档后才知道别名。',
    },
    {
      en: 'An Automático code has the location of the recurrence in a template from 80 on, with or without a first payment in 26.',
      zh: 'Automático 码在 80 之后的模板中给出授权地址，26 中可有可无首次付款。',
    },
  ],
};
