// The participants' native routes, a file for each resource.
import type { Route } from '@hutong/sdk/contract';
import type { InboundRoute } from '../../inbound.ts';
import { type Act, bind } from '../../signed-route.ts';
import { createNativeAuth } from '../native.auth.ts';
import type { NativeDeps } from '../native.deps.ts';
import { bulkRoutes } from './bulk.routes.ts';
import { directoryRoutes } from './directory.routes.ts';
import { holdRoutes } from './holds.routes.ts';
import { mandateRoutes } from './mandates.routes.ts';
import { orderRoutes } from './orders.routes.ts';
import { participantRoutes, profileRoutes } from './participant.routes.ts';
import { paymentRoutes } from './payments.routes.ts';
import { rateRoutes } from './rates.routes.ts';
import { openRoutes, statusRoutes } from './status.routes.ts';
import { webhookRoutes } from './webhooks.routes.ts';

export function nativeRoutes(deps: NativeDeps): readonly InboundRoute[] {
  const auth = createNativeAuth(deps);
  const on = <R extends Route>(route: R, act: Act<R>) => bind(auth, route, act);
  return [
    ...paymentRoutes(deps, on),
    ...bulkRoutes(deps, auth, on),
    ...holdRoutes(deps, on),
    ...orderRoutes(deps, on),
    ...mandateRoutes(deps, on),
    ...directoryRoutes(deps, on),
    ...rateRoutes(deps, on),
    ...participantRoutes(deps, on),
    ...profileRoutes(deps),
    ...webhookRoutes(deps, on),
    ...statusRoutes(deps, on),
    ...openRoutes(deps),
  ];
}
