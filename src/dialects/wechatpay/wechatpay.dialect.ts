// WeChat Pay, as shops' programs and the platform itself speak it. One dialect with two sides: a
// connection's settings say whether the switch is WeChat Pay to a shop, or a merchant of theirs.
import { defineDialect } from '../dialect.ts';
import { createWechatpayConnector, wechatpayCapabilities } from './wechatpay.connector.ts';
import {
  type WechatpayDeps,
  type WechatpaySettings,
  wechatpaySecretsSchema,
  wechatpaySettingsSchema,
} from './wechatpay.deps.ts';
import { notifyRoute } from './wechatpay.inbound/notify.ts';
import { shopRoutes } from './wechatpay.inbound/routes.ts';
import { wechatpaySimulation } from './wechatpay.simulation.ts';

export const wechatpayDialect = defineDialect<WechatpaySettings, WechatpayDeps>({
  id: 'wechatpay',
  title: 'WeChat Pay 微信支付',
  specification: {
    name: 'WeChat Pay API',
    version: '3',
    url: 'https://pay.weixin.qq.com/doc/v3/merchant/4012791911',
  },
  capabilities: wechatpayCapabilities,
  settings: wechatpaySettingsSchema,
  secrets: wechatpaySecretsSchema,
  transports: ['http'],
  nameOf: (settings) => (settings.side === 'merchant' ? settings.mchid : null),
  app: { userAgent: /MicroMessenger/i },
  inbound: (deps) => [...shopRoutes(deps), notifyRoute(deps)],
  connector: createWechatpayConnector,
  simulation: wechatpaySimulation,
});
