// FPS inside the Common QR Code (HKQR), Hong Kong.
import type { Profile } from './profile.ts';

/** Calling codes of ITU-T E.164: none begins another, so that a number has one only. */
const CALLING = '1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9][0-9]{2}';

export const hkqr: Profile = {
  id: 'hkqr',
  title: { en: 'FPS / HKQR', zh: '香港转数快 / HKQR' },
  operator: 'Hong Kong Interbank Clearing Limited',
  specification:
    'Payee-presented QR Code Specification for FPS 1.2; Common QR Code Specification 1.0',
  countries: ['HK'],
  currencies: ['HKD', 'CNY'],
  mayOmit: [],
  payloadFormats: ['01'],
  templates: [
    {
      name: 'fps',
      id: '26',
      range: ['26', '51'],
      guid: 'hk.com.hkicl',
      fields: [
        {
          id: '01',
          name: 'clearingCode',
          title: { en: 'clearing code of the bank', zh: '银行清算代码' },
          form: /^[0-9]{3}$/,
        },
        {
          id: '02',
          name: 'fpsId',
          title: { en: 'FPS identifier', zh: '转数快识别码' },
          form: /^[0-9]{7,9}$/,
        },
        {
          id: '03',
          name: 'mobile',
          title: { en: 'mobile number, +852-…', zh: '手机号 +852-…' },
          form: new RegExp(`^\\+(?:${CALLING})-[0-9]{4,12}$`),
        },
        {
          id: '04',
          name: 'email',
          title: { en: 'e-mail address', zh: '电邮地址' },
          form: /^[^@\s]{1,64}@[^@\s]{1,63}$/,
        },
        {
          id: '05',
          name: 'expiry',
          title: { en: 'end, YYYYMMDDhhmmss, Hong Kong', zh: '到期时间（香港时间）' },
          form: /^[0-9]{14}$/,
        },
      ],
    },
  ],
  payee: [
    { variant: 'fps_id', fields: ['fpsId'], alias: { type: 'scheme' } },
    {
      variant: 'mobile',
      fields: ['mobile'],
      alias: {
        type: 'phone',
        read: [new RegExp(`^\\+(${CALLING})-([0-9]{4,12})$`), '+$1$2'],
        write: [new RegExp(`^\\+(${CALLING})([0-9]{4,12})$`), '+$1-$2'],
      },
    },
    {
      variant: 'email',
      fields: ['email'],
      alias: {
        type: 'email',
        read: [/^([^@\s]+@[^@\s]+\.[^@\s]+)$/, '$1'],
        write: [/^([^@\s]+@[^@\s]+\.[^@\s]+)$/, '$1'],
        case: 'lower',
      },
    },
  ],
  defaults: { categoryCode: '0000', name: 'NA', city: 'HK' },
  expiry: { field: 'expiry', form: 'local', offsetMinutes: 480 },
  rank: 0,
  notes: [
    {
      en: 'Where several proxies are given, the FPS identifier is the alias.',
      zh: '给出多个代理时以转数快识别码为别名。',
    },
  ],
};
