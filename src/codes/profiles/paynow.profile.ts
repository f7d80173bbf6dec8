// PayNow, Singapore, alone or inside an SGQR label.
import type { Profile } from './profile.ts';

export const paynow: Profile = {
  id: 'paynow',
  title: { en: 'PayNow / SGQR', zh: '新加坡 PayNow / SGQR' },
  operator: 'Association of Banks in Singapore; SGQR: MAS and IMDA',
  specification: 'PayNow QR; Singapore Quick Response Code (SGQR) specification 1.7',
  countries: ['SG'],
  currencies: ['SGD'],
  mayOmit: [],
  payloadFormats: ['01'],
  templates: [
    {
      name: 'paynow',
      id: '26',
      range: ['26', '51'],
      guid: 'SG.PAYNOW',
      fields: [
        {
          id: '01',
          name: 'proxyType',
          title: {
            en: 'kind of proxy: 0 mobile, 2 UEN, 3 VPA',
            zh: '代理类型：0 手机，2 UEN，3 VPA',
          },
          form: /^[023]$/,
        },
        {
          id: '02',
          name: 'proxyValue',
          title: { en: 'mobile number, UEN or VPA', zh: '手机号、UEN 或 VPA' },
          form: /^[+A-Za-z0-9#._-]{1,40}$/,
        },
        {
          id: '03',
          name: 'isAmountEditable',
          title: { en: '1 where the payer may change the amount', zh: '付款人可改金额时为 1' },
          form: /^[01]$/,
        },
        {
          id: '04',
          name: 'expiry',
          title: { en: 'end, YYYYMMDD or YYYYMMDDhhmmss, Singapore', zh: '到期时间（新加坡时间）' },
          form: /^[0-9]{8}(?:[0-9]{6})?$/,
        },
      ],
    },
    {
      name: 'sgqr',
      id: '51',
      range: ['51', '51'],
      guid: 'SG.SGQR',
      fields: [
        { id: '01', name: 'sgqrId', title: { en: 'SGQR number', zh: 'SGQR 编号' } },
        { id: '02', name: 'sgqrVersion', title: { en: 'version', zh: '版本' } },
        { id: '03', name: 'sgqrPostalCode', title: { en: 'postal code', zh: '邮编' } },
        { id: '04', name: 'sgqrLevel', title: { en: 'level', zh: '楼层' } },
        { id: '05', name: 'sgqrUnit', title: { en: 'unit', zh: '单元' } },
        { id: '06', name: 'sgqrMiscellaneous', title: { en: 'other', zh: '其他' } },
        { id: '07', name: 'sgqrVersionDate', title: { en: 'date of the version', zh: '版本日期' } },
      ],
    },
  ],
  payee: [
    {
      variant: 'mobile',
      fields: ['proxyValue'],
      given: { proxyType: '0' },
      alias: {
        type: 'phone',
        read: [/^\+?(65[0-9]{8})$/, '+$1'],
        write: [/^(\+65[0-9]{8})$/, '$1'],
      },
    },
    {
      variant: 'uen',
      fields: ['proxyValue'],
      given: { proxyType: '2' },
      alias: { type: 'scheme', case: 'upper', read: [/^([0-9A-Za-z]{9,13})$/, '$1'] },
    },
    {
      variant: 'vpa',
      fields: ['proxyValue'],
      given: { proxyType: '3' },
      alias: { type: 'scheme', case: 'upper', read: [/^([+0-9A-Za-z._-]+#[0-9A-Za-z]+)$/, '$1'] },
    },
  ],
  defaults: { categoryCode: '0000', city: 'Singapore' },
  expiry: { field: 'expiry', form: 'local', offsetMinutes: 480 },
  rank: 0,
  notes: [
    {
      en: 'A UEN may end with letters of its owner (a branch): up to 13 characters.',
      zh: 'UEN 之后可带自定后缀（如分店）：最多 13 个字符。',
    },
  ],
};
