// What every route of the operator's API does around its own act: who signs, whether their role
// permits it, which version they have seen, and the key under which it happens once.
import type { OperatorRole, OperatorRoute } from '@hutong/sdk/contract';
import canonicalize from 'canonicalize';
import type { InboundRoute } from '../dialects/inbound.ts';
import { createSignedAuth } from '../dialects/signed-auth.ts';
import { bind, type Call, type Reply, refusal } from '../dialects/signed-route.ts';
import type { Ask } from '../participants/index.ts';
import { OPERATOR_ID } from '../participants/index.ts';
import { commandKey } from '../payments/scope.ts';
import { problem, type Result } from '../problems/index.ts';
import type { AdminDeps } from './admin.deps.ts';
import type { Person } from './admin.tables.ts';

const RANKS: Readonly<Record<OperatorRole, number>> = { viewer: 0, operator: 1, approver: 2 };
const OPERATORS = 'operator';

export interface OperatorCall<R extends OperatorRoute> extends Call<R> {
  readonly person: Readonly<Person>;
  readonly ask: Ask;
  /** Of `If-Match`, where the route changes something that has a version. */
  readonly ifVersion: number | undefined;
}

export type Act<R extends OperatorRoute> = (
  call: OperatorCall<R>,
) => Promise<Result<Reply>> | Result<Reply>;

export type On = <R extends OperatorRoute>(route: R, act: Act<R>) => InboundRoute;

/** `"7"` or `7`. */
function versionOf(header: string | undefined): number | undefined {
  const digits = /^"?([0-9]{1,9})"?$/.exec(header ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function operatorRoutes(deps: AdminDeps): On {
  const { admin, indexKey } = deps;
  const auth = createSignedAuth({
    ...deps,
    dialect: OPERATORS,
    get publicUrl() {
      return deps.publicUrl;
    },
    key(keyId) {
      const person = admin.view.byKey(keyId);
      if (person === undefined) return deps.participantKey(keyId);
      return {
        jwk: person.jwk,
        participantId: OPERATOR_ID,
        connectionId: person.id,
        dialect: OPERATORS,
        standing: person.status === 'active' ? 'live' : 'revoked',
      };
    },
  });
  return (route, act) =>
    bind(auth, route, (call) => {
      const { credential, asked } = call;
      const person = admin.view.person(credential.connectionId);
      if (person === undefined || RANKS[person.role] < RANKS[route.role]) {
        return refusal('not_permitted');
      }
      const ifVersion = versionOf(call.request.headers['if-match']);
      if (route.changes && ifVersion === undefined) return refusal('precondition_required');
      const wish = { route: route.id, params: call.params, body: call.body, ifVersion };
      const content = canonicalize(JSON.parse(JSON.stringify(wish))) ?? '';
      const { idempotencyKey } = asked;
      const key = commandKey(indexKey, 'operator', { credential, idempotencyKey, content });
      const ask = route.idempotent ? { by: person.id, key } : { by: person.id };
      return act({ ...call, person, ask, ifVersion });
    });
}

/** Runs behind the journal's barrier: what it answers is durable. */
export async function durably(
  { journal }: Pick<AdminDeps, 'journal'>,
  make: () => Reply,
): Promise<Result<Reply>> {
  const reply = make();
  try {
    await journal.barrier();
  } catch {
    return { ok: false, problem: problem('outcome_unknown') };
  }
  if (!journal.isFresh()) return refusal('not_leader');
  return { ok: true, value: reply };
}
