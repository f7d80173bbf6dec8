// What the native dialect needs besides what every dialect is given: the switch's own signing key,
// the memory of used signatures, and the way out.
import type { ReplayCache, SigningKey } from '../../signatures/index.ts';
import type { HttpClient } from '../../wire/index.ts';
import type { DialectDeps } from '../dialect.ts';

export interface NativeDeps extends DialectDeps {
  readonly signingKey: SigningKey;
  /** One for all routes of all instances in the process. */
  readonly replays: ReplayCache;
  readonly http: HttpClient;
}

/** What signing and verifying take of it. */
export type NativeAuthDeps = Pick<
  NativeDeps,
  'clock' | 'ids' | 'participants' | 'publicUrl' | 'replays' | 'signingKey'
>;

/** What the way out takes of it. */
export type NativeConnectorDeps = NativeAuthDeps & Pick<NativeDeps, 'currencies' | 'http'>;
