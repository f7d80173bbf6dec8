// JPQR, Japan: the unified store code in 26, beside the templates of each payment service.
import type { Profile } from './profile.ts';

export const jpqr: Profile = {
  id: 'jpqr',
  title: { en: 'JPQR', zh: '日本 JPQR' },
  operator: 'Payments Japan Association (キャッシュレス推進協議会)',
  specification: 'コード決済に関する統一技術仕様ガイドライン 店舗提示型 (MPM)',
  countries: ['JP'],
  currencies: ['JPY'],
  mayOmit: [],
  payloadFormats: ['01'],
  templates: [
    {
      name: 'store',
      id: '26',
      range: ['26', '26'],
      guid: 'jp.or.paymentsjapan',
      fields: [
        {
          id: '01',
          name: 'level1',
          title: { en: 'unified store code, level 1', zh: '统一门店码第 1 级' },
          form: /^[0-9A-Za-z]{13}$/,
        },
        {
          id: '02',
          name: 'level2',
          title: { en: 'unified store code, level 2', zh: '统一门店码第 2 级' },
          form: /^[0-9A-Za-z]{4}$/,
        },
        {
          id: '03',
          name: 'level3',
          title: { en: 'unified store code, level 3', zh: '统一门店码第 3 级' },
          form: /^[0-9A-Za-z]{6}$/,
        },
        {
          id: '04',
          name: 'level4',
          title: { en: 'unified store code, level 4', zh: '统一门店码第 4 级' },
          form: /^[0-9A-Za-z]{6}$/,
        },
      ],
    },
  ],
  payee: [
    {
      variant: 'store',
      fields: ['level1', 'level2', 'level3', 'level4'],
      alias: { type: 'scheme' },
    },
  ],
  defaults: { name: 'xxx', city: 'xxx' },
  rank: 0,
  notes: [
    {
      en: 'Name and city in Latin letters are often xxx: the Japanese name is in the language template (64).',
      zh: '拉丁字母的名称和城市常为 xxx：日文名称在语言模板（64）中。',
    },
  ],
};
