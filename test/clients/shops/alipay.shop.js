// A shop that has Alipay's official client, unmodified, with every answer verified.
import { AlipaySdk } from 'alipay-sdk';
import { runShop } from './program.js';

const states = {
  WAIT_BUYER_PAY: 'open',
  TRADE_SUCCESS: 'paid',
  TRADE_FINISHED: 'paid',
  TRADE_CLOSED: 'closed',
};

class Refused extends Error {
  constructor({ code, subCode, subMsg, msg }) {
    super(subMsg ?? msg);
    this.code = subCode ?? code;
  }
}

await runShop((credentials, notifyUrl) => {
  const { address, appId, privateKey, alipayPublicKey } = credentials;
  const sdk = new AlipaySdk({
    appId,
    privateKey,
    keyType: 'PKCS8',
    alipayPublicKey,
    gateway: `${address}/gateway.do`,
    endpoint: address,
    timeout: 20_000,
  });
  async function ask(method, bizContent, more = {}) {
    const asked = { bizContent, ...more };
    const answer = await sdk.exec(`alipay.trade.${method}`, asked, { validateSign: true });
    if (answer.code !== '10000') throw new Refused(answer);
    return answer;
  }
  return {
    async order({ no, amount, subject }) {
      const content = { out_trade_no: no, total_amount: amount, subject };
      return { code: (await ask('precreate', content, { notifyUrl })).qrCode };
    },
    async query({ no }) {
      const { tradeStatus, totalAmount, tradeNo } = await ask('query', { out_trade_no: no });
      return { state: states[tradeStatus], amount: totalAmount, id: tradeNo };
    },
    close: async ({ no }) => void (await ask('close', { out_trade_no: no })),
    async refund({ no, refundNo, amount }) {
      const content = { out_trade_no: no, refund_amount: amount, out_request_no: refundNo };
      const { fundChange, refundFee } = await ask('refund', content);
      return { isMoved: fundChange === 'Y', refunded: refundFee };
    },
    async refundState({ no, refundNo }) {
      const content = { out_trade_no: no, out_request_no: refundNo };
      const { refundStatus } = await ask('fastpay.refund.query', content);
      return { isDone: refundStatus === 'REFUND_SUCCESS' };
    },
    take(_headers, body) {
      const fields = Object.fromEntries(new URLSearchParams(body));
      if (!sdk.checkNotifySignV2(fields)) throw new Error('its signature is wrong');
      const { out_trade_no: no, trade_status, out_biz_no, notify_id: id } = fields;
      const kind = out_biz_no === undefined ? 'paid' : 'refunded';
      const notice = { kind, no, state: states[trade_status], refundNo: out_biz_no ?? null, id };
      return { notice, answer: { status: 200, body: 'success' } };
    },
  };
});
