// Hutong's own protocol, for participants that write their connection new. It owns the
// participants' routes, /v1; other dialects mount beside it.
import { defineDialect } from '../dialect.ts';
import {
  createNativeConnector,
  type NativeSettings,
  nativeCapabilities,
  nativeSettingsSchema,
} from './native.connector.ts';
import type { NativeDeps } from './native.deps.ts';
import { nativeRoutes } from './native.inbound/routes.ts';

export const nativeDialect = defineDialect<NativeSettings, NativeDeps>({
  id: 'native',
  title: 'Hutong native',
  specification: { name: 'Hutong native protocol', version: '1', url: '/openapi.json' },
  capabilities: nativeCapabilities,
  settings: nativeSettingsSchema,
  transports: ['http'],
  inbound: nativeRoutes,
  connector: createNativeConnector,
});
