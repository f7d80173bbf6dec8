// How the sandbox stands up Alipay: the simulated platform with two buyers, a sponsor's account
// there, and a shop that speaks Alipay to the switch. Keys are made here, once per sandbox.
import { generateKeyPairSync, randomInt } from 'node:crypto';
import { programBeside, type Simulation } from '../../simulated/simulation.ts';

function rsaKeys(): { readonly privateKey: string; readonly publicKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

const number = (prefix: string) => prefix + String(randomInt(10 ** 11)).padStart(12, '0');

const USERS = [
  { account: '2088000000000011', name: 'Chen Jie', logonId: '13800000011', balance: '5000.00' },
  { account: '2088000000000012', name: 'Wu Fang', logonId: 'wu@example.com', balance: '0.50' },
];

export const alipaySimulation: Simulation = {
  program: programBeside(import.meta.url, 'alipay.wallet/alipay.process'),
  make() {
    const [alipay, sponsor, shop, towardsShop] = [rsaKeys(), rsaKeys(), rsaKeys(), rsaKeys()];
    const [sponsorApp, shopApp] = [number('2021'), number('2021')];
    return {
      config: {
        privateKey: alipay.privateKey,
        apps: [{ appId: sponsorApp, sellerId: number('2088'), publicKey: sponsor.publicKey }],
        users: USERS.map(({ account, ...user }) => ({ userId: account, ...user })),
        // minutes become milliseconds: nobody in a sandbox waits for hours
        notifyRetryFactor: 0.001,
      },
      users: USERS.map(({ account, name }) => ({ account, name })),
      sponsor: {
        settings: {
          side: 'platform',
          appId: sponsorApp,
          alipayPublicKey: alipay.publicKey,
          timeoutMs: 2_000,
        },
        secrets: { privateKey: sponsor.privateKey },
      },
      shop: {
        settings: {
          side: 'merchant',
          appId: shopApp,
          appPublicKey: shop.publicKey,
          noticeDelaysMs: [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000],
        },
        secrets: { privateKey: towardsShop.privateKey },
        credentials: {
          appId: shopApp,
          privateKey: shop.privateKey,
          alipayPublicKey: towardsShop.publicKey,
        },
      },
    };
  },
};
