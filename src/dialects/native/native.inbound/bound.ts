// How a file of routes binds its acts; routes.ts gives it to each of them.
import type { Route } from '@hutong/sdk/contract';
import type { InboundRoute } from '../../inbound.ts';
import type { Act, Call } from '../../signed-route.ts';

export type On = <R extends Route>(route: R, act: Act<R>) => InboundRoute;
export type AnyCall = Pick<Call<Route>, 'language' | 'credential'>;
