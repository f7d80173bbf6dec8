// Whether the process runs, and whether this instance takes requests. Not signed, tells no names.
import { getHealthRoute, getReadinessRoute } from '@hutong/sdk/contract';
import type { InboundAnswer, InboundRoute } from '../dialects/inbound.ts';

/** May ask others, so it may take time; a check that fails or throws says no. */
export type ReadinessCheck = () => boolean | Promise<boolean>;

const json = (status: number, body: unknown): InboundAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(body),
});

export function healthRoutes(
  readiness: Readonly<Record<string, ReadinessCheck>>,
  stopping: AbortSignal,
): InboundRoute[] {
  return [
    {
      method: 'GET',
      path: getHealthRoute.path,
      contentTypes: null,
      handle: () => json(200, { status: 'ok' }),
    },
    {
      method: 'GET',
      path: getReadinessRoute.path,
      contentTypes: null,
      async handle() {
        const checks: Record<string, boolean> = { running: !stopping.aborted };
        await Promise.all(
          Object.entries(readiness).map(async ([name, check]) => {
            checks[name] = await Promise.resolve()
              .then(check)
              .catch(() => false);
          }),
        );
        const isReady = Object.values(checks).every(Boolean);
        return json(isReady ? 200 : 503, { status: isReady ? 'ready' : 'unready', checks });
      },
    },
  ];
}
