// How the sandbox stands up WeChat Pay: the simulated platform with two users, a sponsor's account
// there, and a shop that speaks WeChat Pay to the switch. Keys are made here, once per sandbox.
import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import { programBeside, type Simulation } from '../../simulated/simulation.ts';

function rsaKeys(): { readonly privateKey: string; readonly publicKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

const mchid = () => `19${String(randomInt(10 ** 8)).padStart(8, '0')}`;
const serial = () => randomBytes(20).toString('hex').toUpperCase();
const keyId = () => `PUB_KEY_ID_0${mchid()}${randomBytes(8).toString('hex').toUpperCase()}`;
const apiV3Key = () => randomBytes(16).toString('hex');

const USERS = [
  { account: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o', name: 'Liu Yang', balance: '5000.00' },
  { account: 'oUpF8uN95-Ptaags6E_roPHg7AG0', name: 'Zhou Jing', balance: '0.50' },
];

export const wechatpaySimulation: Simulation = {
  program: programBeside(import.meta.url, 'wechatpay.wallet/wechatpay.process'),
  make() {
    const [platform, sponsor, shop, towardsShop] = [rsaKeys(), rsaKeys(), rsaKeys(), rsaKeys()];
    const appid = `wx${randomBytes(8).toString('hex')}`;
    const platformSerial = keyId();
    const account = { mchid: mchid(), serial: serial(), apiV3Key: apiV3Key() };
    const till = { mchid: mchid(), serial: serial(), apiV3Key: apiV3Key(), keyId: keyId() };
    return {
      config: {
        privateKey: platform.privateKey,
        platformSerial,
        merchants: [{ ...account, appid, publicKey: sponsor.publicKey }],
        users: USERS.map(({ account: userId, ...user }) => ({ userId, ...user })),
        // minutes become milliseconds: nobody in a sandbox waits for hours
        notifyRetryFactor: 0.01,
      },
      users: USERS.map(({ account: id, name }) => ({ account: id, name })),
      sponsor: {
        settings: {
          side: 'platform',
          mchid: account.mchid,
          appid,
          merchantSerial: account.serial,
          platformSerial,
          platformPublicKey: platform.publicKey,
          timeoutMs: 2_000,
        },
        secrets: { privateKey: sponsor.privateKey, apiV3Key: account.apiV3Key },
      },
      shop: {
        settings: {
          side: 'merchant',
          mchid: till.mchid,
          merchantSerial: till.serial,
          merchantPublicKey: shop.publicKey,
          platformSerial: till.keyId,
          noticeDelaysMs: [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000],
        },
        secrets: { privateKey: towardsShop.privateKey, apiV3Key: till.apiV3Key },
        credentials: {
          mchid: till.mchid,
          serial: till.serial,
          privateKey: shop.privateKey,
          platformSerial: till.keyId,
          platformPublicKey: towardsShop.publicKey,
          apiV3Key: till.apiV3Key,
        },
      },
    };
  },
};
