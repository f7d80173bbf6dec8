// Other people's libraries of payment codes, unmodified. TypeScript sees the declarations beside
// this file, so that the house is type-checked without the packages installed.
import khqr from 'bakong-khqr';
import emvQrcps from 'emv-qrcps';
import PaynowQR from 'paynowqr';
import * as pix from 'pix-utils';
import { generate, parse } from 'promptparse';
import promptpay from 'promptpay-qr';
import upiqrModule from 'upiqr';
import vietnam from 'vietnam-qr-pay';

// CommonJS libraries put what they export where they like.
const pixUtils = pix.createStaticPix === undefined ? pix.default : pix;
const upiqr = upiqrModule.default ?? upiqrModule;

export const readers = {
  promptparse: (payload, id, subId) => parse(payload, true)?.getTagValue(id, subId),
  emvQrcps: (payload) => emvQrcps.Merchant.Parser.toEMVQR(payload).generatePayload(),
  bakongKhqr: (payload) => ({
    isValid: khqr.BakongKHQR.verify(payload).isValid,
    data: khqr.BakongKHQR.decode(payload).data,
  }),
  pixUtils: (payload) => ({ ...pixUtils.parsePix(payload) }),
  vietnamQrPay: (payload) => ({ ...new vietnam.QRPay(payload) }),
};

export const writers = {
  promptpayQr: (target, amount) => promptpay(target, { amount }),
  promptparseBill: (billerId, reference1, amount) =>
    generate.billPayment({ billerId, ref1: reference1, amount }),
  bakongKhqr: ({ account, name, city, amount, expiresAtMs }) => {
    const { BakongKHQR, IndividualInfo, khqrData } = khqr;
    const currency = khqrData.currency.khr;
    const wish = { currency, amount, expirationTimestamp: expiresAtMs };
    return new BakongKHQR().generateIndividual(new IndividualInfo(account, name, city, wish)).data
      .qr;
  },
  paynowQr: (wish) => new PaynowQR(wish).output(),
  pixStatic: (wish) => pixUtils.createStaticPix(wish).toBRCode(),
  pixDynamic: (wish) => pixUtils.createDynamicPix(wish).toBRCode(),
  pixRecurrence: (wish) => pixUtils.createRecurrencePix(wish).toBRCode(),
  vietQr: (wish) => vietnam.QRPay.initVietQR(wish).build(),
  upi: async (wish) => (await upiqr(wish)).intent,
};
