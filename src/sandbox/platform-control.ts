// Speaks to a simulated platform's control API: what its users would do in the platform's app. For
// the matrix, the demo and tests.
import { z } from 'zod';
import type { SandboxPlatform } from './sandbox-file.ts';

const stateSchema = z.object({
  users: z.array(z.looseObject({ userId: z.string(), balance: z.string() })),
  totals: z.looseObject({ merchants: z.string(), isBalanced: z.boolean() }),
});

export class PlatformRefused extends Error {
  override name = 'PlatformRefused';
}

/** Its methods throw PlatformRefused where the platform refuses. */
export function createPlatformControl(
  where: Pick<SandboxPlatform, 'controlAddress' | 'controlToken'>,
) {
  async function call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) {
    const response = await fetch(`${where.controlAddress}/control/${path}`, {
      method,
      headers: { authorization: `Bearer ${where.controlToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new PlatformRefused(`${path}: ${response.status} ${text}`);
    const json: unknown = JSON.parse(text);
    return json;
  }
  return {
    state: async () => stateSchema.parse(await call('GET', 'state')),
    /** The user opens what the shop's code led to, and pays. */
    confirm: (user: string, qrCode: string) => call('POST', 'confirm', { user, qrCode }),
    decline: (user: string, qrCode: string) => call('POST', 'decline', { user, qrCode }),
    addFault: (fault: { readonly kind: string; readonly times?: number; readonly ms?: number }) =>
      call('POST', 'faults', fault),
    clearFaults: () => call('DELETE', 'faults'),
  };
}
