// A route of the operator's API: as the participants' routes, and who of the operator's people may
// call it.

import type { Route } from '../native/route.ts';
import type { ProblemCode } from '../problems.ts';

export type OperatorRole = 'viewer' | 'operator' | 'approver';

export interface OperatorRoute extends Route {
  /** The least role that may call it. */
  readonly role: OperatorRole;
  /** `If-Match` with the version that was seen is required. */
  readonly changes: boolean;
}

const shared = { signed: true, waits: false } as const;

/** Everything that is posted has an idempotency key. */
export function defineOperatorRoute<
  const R extends Omit<
    OperatorRoute,
    'signed' | 'waits' | 'idempotent' | 'changes' | 'problems'
  > & { readonly changes?: boolean; readonly problems?: readonly ProblemCode[] },
>(route: R) {
  const changes: boolean = route.changes ?? false;
  const own: readonly ProblemCode[] = route.problems ?? [];
  const problems: readonly ProblemCode[] = [
    ...(route.method === 'GET' ? [] : (['idempotency_conflict'] as const)),
    'not_permitted',
    ...own,
    ...(changes ? (['precondition_required', 'precondition_failed'] as const) : []),
  ];
  return { ...shared, ...route, changes, idempotent: route.method !== 'GET', problems };
}
