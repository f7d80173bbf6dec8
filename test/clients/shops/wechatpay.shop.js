// A shop that has wechatpay-axios-plugin, unmodified, with every answer verified.
import { Aes, Formatter, Rsa, Wechatpay } from 'wechatpay-axios-plugin';
import { runShop } from './program.js';

const states = {
  NOTPAY: 'open',
  USERPAYING: 'open',
  SUCCESS: 'paid',
  REFUND: 'paid',
  CLOSED: 'closed',
};
const fen = (amount) => Math.round(Number(amount) * 100);
const yuan = (total) => (total / 100).toFixed(2);

/** A verified answer's data; a refusal with WeChat Pay's own code. */
async function ask(call) {
  try {
    return (await call).data;
  } catch (error) {
    const { code, message } = error?.response?.data ?? {};
    throw Object.assign(new Error(message ?? error.message), { code: code ?? null });
  }
}

await runShop((credentials, notifyUrl) => {
  const { address, mchid, serial, privateKey, platformSerial, platformPublicKey, apiV3Key } =
    credentials;
  const certs = { [platformSerial]: platformPublicKey };
  const wxpay = new Wechatpay({ baseURL: `${address}/`, mchid, serial, privateKey, certs });
  const { v3 } = wxpay;
  const params = { mchid };
  return {
    async order({ no, amount, subject }) {
      const wish = {
        mchid,
        appid: 'wx0000000000000001',
        description: subject,
        out_trade_no: no,
        notify_url: notifyUrl,
        amount: { total: fen(amount), currency: 'CNY' },
      };
      return { code: (await ask(v3.pay.transactions.native.post(wish))).code_url };
    },
    async query({ no }) {
      const asked = v3.pay.transactions.outTradeNo['{out_trade_no}'].get({
        params,
        out_trade_no: no,
      });
      const { trade_state, amount, transaction_id } = await ask(asked);
      return { state: states[trade_state], amount: yuan(amount?.total ?? 0), id: transaction_id };
    },
    async close({ no }) {
      const path = v3.pay.transactions.outTradeNo['{out_trade_no}'].close;
      await ask(path.post(params, { out_trade_no: no }));
    },
    async refund({ no, refundNo, amount }) {
      const { amount: of } = await ask(
        v3.pay.transactions.outTradeNo['{out_trade_no}'].get({ params, out_trade_no: no }),
      );
      const wish = {
        out_trade_no: no,
        out_refund_no: refundNo,
        amount: { refund: fen(amount), total: of.total, currency: 'CNY' },
      };
      const { status } = await ask(v3.refund.domestic.refunds.post(wish));
      return { isMoved: status === 'SUCCESS', refunded: amount };
    },
    async refundState({ refundNo }) {
      const path = v3.refund.domestic.refunds['{out_refund_no}'];
      const { status } = await ask(path.get({ out_refund_no: refundNo }));
      return { isDone: status === 'SUCCESS' };
    },
    take(headers, body) {
      const signed = Formatter.joinedByLineFeed(
        headers['wechatpay-timestamp'],
        headers['wechatpay-nonce'],
        body,
      );
      const key = certs[headers['wechatpay-serial']];
      if (!Rsa.verify(signed, headers['wechatpay-signature'], key)) {
        throw new Error('its signature is wrong');
      }
      const { id, resource } = JSON.parse(body);
      const { ciphertext, nonce, associated_data } = resource;
      const text = Aes.AesGcm.decrypt(ciphertext, apiV3Key, nonce, associated_data);
      const told = JSON.parse(text);
      const refundNo = told.out_refund_no ?? null;
      const kind = refundNo === null ? 'paid' : 'refunded';
      const state = refundNo === null ? states[told.trade_state] : told.refund_status;
      const notice = { kind, no: told.out_trade_no, state, refundNo, id };
      return { notice, answer: { status: 204, body: '' } };
    },
  };
});
