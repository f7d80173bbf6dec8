// Trying a participant's connections before it may take part: what can be asked without moving
// money. Only a verified answer counts: a connector says `unavailable` for anything else.
import type { CertificationJson } from '@hutong/sdk/contract';
import { isLiveKey } from '../participants/index.ts';
import type { AdminDeps } from './admin.deps.ts';

type Check = CertificationJson['checks'][number];

/** No account of anybody: a wallet that calls it payable would take any money. */
const NOBODY = 'hutong-certification-nobody';

async function lookupCheck(
  { outlet }: AdminDeps,
  connection: string,
): Promise<Omit<Check, 'connection'> | null> {
  const found = outlet(connection);
  if (found?.connector.lookup === undefined) return null;
  const check = 'answers a look-up, signed';
  const answer = await found.connector.lookup(found.settings, NOBODY).catch(() => null);
  if (answer === null) return { check, passed: false, detail: 'it could not be called' };
  if (!answer.ok) {
    const { code } = answer.problem;
    const isUnavailable = code === 'payee_participant_unavailable';
    const detail = isUnavailable ? 'no answer, or none that its keys have signed' : code;
    return { check, passed: !isUnavailable, detail };
  }
  const isHonest = !answer.value.payable;
  const detail = isHonest
    ? 'an unknown account is not payable'
    : 'it calls an unknown account payable';
  return { check, passed: isHonest, detail };
}

export async function certify(deps: AdminDeps, participantId: string): Promise<Check[]> {
  const { view, clock } = deps;
  const checks: Check[] = [];
  const currencies = view.termsOf(participantId).map(({ currency }) => currency);
  const connections = view.connectionsOf(participantId).filter(({ status }) => status === 'active');
  checks.push(
    {
      connection: '',
      check: 'takes part in a currency',
      passed: currencies.length > 0,
      detail: currencies.join(' ') || 'none is open: set a cap first',
    },
    {
      connection: '',
      check: 'has a connection',
      passed: connections.length > 0,
      detail: String(connections.length),
    },
  );
  for (const { id } of connections) {
    const live = view.keysOf(id).filter((key) => isLiveKey(key, clock.nowMs())).length;
    const hasSecrets = view.secrets(id) !== undefined;
    checks.push({
      connection: id,
      check: 'can prove who it is',
      passed: live > 0 || hasSecrets,
      detail: hasSecrets ? 'by the secrets of its protocol' : `${live} live keys`,
    });
    const looked = await lookupCheck(deps, id);
    if (looked !== null) checks.push({ connection: id, ...looked });
  }
  return checks;
}
