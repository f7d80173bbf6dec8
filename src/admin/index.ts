// The door of the admin room: the operator's API.
import { operatorDocument } from '@hutong/sdk/contract';
import type { InboundRoute } from '../dialects/inbound.ts';
import type { AdminDeps } from './admin.deps.ts';
import { connectionAdminRoutes } from './connections.routes.ts';
import { limitAdminRoutes } from './limits.routes.ts';
import { operatorRoutes } from './operator-route.ts';
import { participantAdminRoutes } from './participants.routes.ts';
import { queueRoutes } from './queues.routes.ts';
import { schemeAdminRoutes } from './scheme.routes.ts';

export type { AdminDeps } from './admin.deps.ts';
export { createAdmin } from './admin.machine.ts';

export function adminRoutes(deps: AdminDeps): InboundRoute[] {
  const on = operatorRoutes(deps);
  const document = JSON.stringify(operatorDocument({ serverUrl: deps.publicUrl }));
  return [
    ...participantAdminRoutes(deps, on),
    ...connectionAdminRoutes(deps, on),
    ...queueRoutes(deps, on),
    ...schemeAdminRoutes(deps, on),
    ...limitAdminRoutes(deps, on),
    {
      method: 'GET',
      path: '/operator/openapi.json',
      contentTypes: null,
      handle: () => ({
        status: 200,
        headers: { 'content-type': 'application/json', 'cache-control': 'max-age=60' },
        body: document,
      }),
    },
  ];
}
