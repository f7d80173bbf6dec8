// Who speaks the native protocol: keys of native connections, by the scheme that signed routes
// share.
import { createSignedAuth, type SignedAuth } from '../signed-auth.ts';
import type { NativeAuthDeps } from './native.deps.ts';

export function createNativeAuth(deps: NativeAuthDeps): SignedAuth {
  const { clock, ids, participants, replays, signingKey } = deps;
  return createSignedAuth({
    clock,
    ids,
    replays,
    signingKey,
    key: participants.key,
    dialect: 'native',
    // asked for anew: the address is known only once the switch listens
    get publicUrl() {
      return deps.publicUrl;
    },
  });
}
