// All routes of the operator's API.
import { connectionRoutes } from './connections.ts';
import { limitRoutes } from './limits.ts';
import { participantRoutes } from './participants.ts';
import { schemeRoutes } from './scheme.ts';

export const operatorRoutes = {
  ...participantRoutes,
  ...connectionRoutes,
  ...schemeRoutes,
  ...limitRoutes,
} as const;
