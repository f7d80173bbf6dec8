// One code of each scheme, for each way it is used: what the reference page shows and what other
// people's libraries are given to read. All payees are made up.
import type { SchemeCode } from './compose.ts';

const shop = { name: 'Hutong Tea House', city: 'Singapore' } as const;

export const schemeExamples: readonly SchemeCode[] = [
  {
    scheme: 'bharatqr',
    alias: 'vpa:teahouse@hutongbank',
    payee: { rupayMerchant: '6100030700074696' },
    name: shop.name,
    city: 'Mumbai',
    categoryCode: '5812',
    postalCode: '400001',
  },
  {
    scheme: 'duitnow',
    payee: { acquirer: '501664', merchantId: 'HTH0001234' },
    name: shop.name,
    city: 'Kuala Lumpur',
    categoryCode: '5812',
  },
  { scheme: 'hkqr', alias: 'phone:+85291234567', mode: 'dynamic', amount: '88.50' },
  { scheme: 'hkqr', alias: 'scheme:hkqr:1234567' },
  {
    scheme: 'jpqr',
    alias: 'scheme:jpqr:0000000000001/0001/000001/000001',
    categoryCode: '5812',
  },
  { scheme: 'khqr', alias: 'scheme:khqr:teahouse@abaa', name: shop.name },
  {
    scheme: 'khqr',
    payee: { merchantAccount: 'teahouse@abaa', merchantId: '1234567', merchantBank: 'ABA Bank' },
    name: shop.name,
  },
  { scheme: 'paynow', alias: 'scheme:paynow:201403121W', name: shop.name, amount: '8.80' },
  { scheme: 'paynow', alias: 'phone:+6591234567', name: shop.name },
  { scheme: 'pix', alias: 'phone:+5561912345678', name: shop.name, city: 'BRASILIA' },
  {
    scheme: 'pix',
    payee: { url: 'pix.example.com/8b3da2f39a4140d1a91abd93113bd441' },
    name: shop.name,
    city: 'BRASILIA',
  },
  {
    scheme: 'pix',
    payee: { recurrenceUrl: 'pix.example.com/rec/8b3da2f39a4140d1a91abd93113bd441' },
    name: shop.name,
    city: 'BRASILIA',
  },
  { scheme: 'promptpay', alias: 'phone:+66812345678', amount: '12.50' },
  { scheme: 'promptpay', alias: 'scheme:promptpay:1234567890123' },
  {
    scheme: 'promptpay',
    payee: {
      billApplication: 'A000000677010112',
      billerId: '099400016550100',
      reference1: 'INV12345',
    },
    amount: '300.00',
  },
  {
    scheme: 'qris',
    alias: 'scheme:qris:ID1020021181745',
    payee: { nationalCriteria: 'UMI' },
    name: shop.name,
    city: 'Jakarta',
    categoryCode: '5812',
    postalCode: '10110',
  },
  {
    scheme: 'qrph',
    payee: { acquirer: 'PAEYPHM2XXX', merchantId: 'HTH0001234' },
    name: shop.name,
    city: 'Manila',
    categoryCode: '5812',
    amount: '123.45',
  },
  {
    scheme: 'qrph',
    payee: { bank: 'PAEYPHM2XXX', account: '985889386153' },
    name: shop.name,
    city: 'Manila',
    categoryCode: '6016',
  },
  {
    scheme: 'unionpay',
    payee: { acquirer: '26110344', forwarder: '26110344', merchantId: '000000000000001' },
    currency: 'HKD',
    country: 'HK',
    name: shop.name,
    city: 'Hong Kong',
    categoryCode: '5812',
  },
  { scheme: 'vietqr', alias: 'scheme:vietqr:970403/0011012345678', amount: '180000' },
];
