// Alipay, as shops' programs and the platform itself speak it. One dialect with two sides: a
// connection's settings say whether the switch is Alipay to a shop, or a merchant of Alipay's.
import { defineDialect } from '../dialect.ts';
import { alipayCapabilities, createAlipayConnector } from './alipay.connector.ts';
import {
  type AlipayDeps,
  type AlipaySettings,
  alipaySecretsSchema,
  alipaySettingsSchema,
} from './alipay.deps.ts';
import { gatewayRoute } from './alipay.inbound/gateway.ts';
import { notifyRoute } from './alipay.inbound/notify.ts';
import { createOperations } from './alipay.inbound/operations.ts';
import { restRoutes } from './alipay.inbound/rest.ts';
import { alipaySimulation } from './alipay.simulation.ts';

export const alipayDialect = defineDialect<AlipaySettings, AlipayDeps>({
  id: 'alipay',
  title: 'Alipay 支付宝',
  specification: {
    name: 'Alipay OpenAPI',
    version: '2 and 3',
    url: 'https://opendocs.alipay.com/open-v3/054oog',
  },
  capabilities: alipayCapabilities,
  settings: alipaySettingsSchema,
  secrets: alipaySecretsSchema,
  transports: ['http'],
  nameOf: (settings) => (settings.side === 'merchant' ? settings.appId : null),
  app: { userAgent: /AlipayClient/i },
  inbound(deps) {
    const operations = createOperations(deps);
    return [gatewayRoute(deps, operations), ...restRoutes(deps, operations), notifyRoute(deps)];
  },
  connector: createAlipayConnector,
  simulation: alipaySimulation,
});
