// The simulated Alipay with an app that has certificates, as the official client speaks to it: both
// sides name theirs by numbers, which client and platform compute each by itself.
import { expect, test } from 'vitest';
import { clientOf, openShop, platformConfig, rsaKeys } from '../../../../test/setup/alipay.ts';
import { certificateOf } from '../../../../test/setup/certificates.ts';

const issuer = { C: 'CN', O: 'Ant Financial Certification', CN: 'Class 2 R1' };
const authority = rsaKeys();
const app = rsaKeys();
const alipay = rsaKeys();
const certificate = (CN: string, publicKey: string, serial: bigint) =>
  certificateOf({
    subject: { C: 'CN', O: 'shop', CN },
    issuer,
    serial,
    publicKey,
    signedBy: authority.privateKey,
  });
const appCertContent = certificate('app', app.publicKey, 0x20_1905_0000_8fff_ffffn);
const alipayPublicCertContent = certificate('alipay', alipay.publicKey, 0x9f_1234_5678_9abc_def0n);
const alipayRootCertContent = certificate('root', authority.publicKey, 1n);
const files = { appCertContent, alipayPublicCertContent, alipayRootCertContent };

async function openCertified() {
  const [plain] = platformConfig().apps;
  if (plain === undefined) throw new Error('no app');
  return openShop({
    privateKey: alipay.privateKey,
    certificate: alipayPublicCertContent,
    apps: [{ ...plain, publicKey: app.publicKey, certificate: appCertContent }],
  });
}

const tea = { out_trade_no: 'tea_1', total_amount: '88.80', subject: 'tea' };
const options = { validateSign: true };

test('both versions carry the numbers that the client expects', async () => {
  const shop = await openCertified();
  const sdk = clientOf(shop.platform, { privateKey: app.privateKey, ...files });
  const made = await sdk.exec('alipay.trade.precreate', { bizContent: tea }, options);
  expect(made).toMatchObject({ code: '10000' });
  const again = await sdk.curl('POST', '/v3/alipay/trade/precreate', { body: tea });
  expect(again.data).toMatchObject({ qr_code: made['qr_code'] });
  await shop.close();
});

test('an app that has a certificate is not believed without it', async () => {
  const shop = await openCertified();
  const keyOnly = { privateKey: app.privateKey, alipayPublicKey: alipay.publicKey };
  const sdk = clientOf(shop.platform, keyOnly);
  const made = await sdk.exec('alipay.trade.precreate', { bizContent: tea }, options);
  expect(made).toMatchObject({ sub_code: 'isv.invalid-signature' });
  await shop.close();
});

test('the client refuses a version 3 answer under another certificate', async () => {
  const shop = await openCertified();
  const other = certificate('other', alipay.publicKey, 2n);
  const changed = { privateKey: app.privateKey, ...files, alipayPublicCertContent: other };
  const asked = clientOf(shop.platform, changed).curl('POST', '/v3/alipay/trade/precreate', {
    body: tea,
  });
  await expect(asked).rejects.toMatchObject({ code: 'response-alipay-sn-verify-error' });
  await shop.close();
});
