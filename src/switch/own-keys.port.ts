// A participant's own keys, and public profiles, as dialects offer them.
import type { OwnKeysPort, OwnKeyView, ProfileView } from '../dialects/dialect.ts';
import { type Currencies, formatAmount } from '../money/index.ts';
import {
  createParticipantService,
  isLiveKey,
  type Key,
  OPERATOR_ID,
  type Participant,
} from '../participants/index.ts';
import type { Outcome } from '../payments/port.ts';
import { commandKey } from '../payments/scope.ts';
import { problem } from '../problems/index.ts';
import { required } from '../runtime/defect.ts';
import type { Clock, Ids } from '../runtime/index.ts';
import type { Core } from './core.ts';
import type { Outlets } from './outlets.ts';

const DAY_MS = 86_400_000;

function keyView({
  keyId,
  connectionId,
  status,
  validFromMs,
  validToMs,
}: Readonly<Key>): OwnKeyView {
  return { keyId, connectionId, status, validFromMs, validToMs };
}

/** `0.2 %, 0.01 at least, 5.00 at most`. */
function feeWords({ core, currencies }: Deps, code: string): string {
  const fee = core.quotes.view.schedule(code)?.fee;
  const currency = required(currencies.byCode(code), code);
  if (fee === undefined) return 'nothing';
  const words: string[] = [];
  if (fee.fixedMinor > 0n) words.push(formatAmount(fee.fixedMinor, currency));
  if (fee.bps > 0) words.push(`${fee.bps / 100} %`);
  if (fee.minMinor > 0n) words.push(`${formatAmount(fee.minMinor, currency)} at least`);
  if (fee.maxMinor !== null) words.push(`${formatAmount(fee.maxMinor, currency)} at most`);
  if (fee.tiers.length > 0) words.push('less for small amounts');
  return words.length === 0 ? 'nothing' : words.join(', ');
}

interface Deps {
  readonly core: Core;
  readonly outlets: Outlets;
  readonly currencies: Currencies;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly dialectIds: ReadonlySet<string>;
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  EC: 'ECDSA P-256',
  OKP: 'Ed25519',
  RSA: 'RSA',
};

function profileOf(deps: Deps, participant: Readonly<Participant>): ProfileView {
  const { core, outlets, clock } = deps;
  const { view } = core.participants;
  const { id, name, kind } = participant;
  const connections = view.connectionsOf(id).filter((each) => view.isUsable(each.id));
  const features = new Set<string>();
  for (const connection of connections) {
    const outlet = outlets.outlet(connection.id);
    for (const each of outlet?.connector.capabilitiesOf(outlet.settings) ?? []) features.add(each);
  }
  const keys = connections
    .flatMap((connection) => view.keysOf(connection.id))
    .filter((key) => isLiveKey(key, clock.nowMs()));
  const youngest = Math.max(...keys.map((key) => key.validFromMs));
  const others = view
    .participants()
    .filter((each) => each.id !== id && each.id !== OPERATOR_ID && each.status === 'active');
  return {
    participantId: id,
    name,
    kind,
    currencies: view.termsOf(id).map(({ currency }) => ({
      currency,
      reach: others.filter((each) => view.terms(each.id, currency) !== undefined).length,
      fee: feeWords(deps, currency),
      feeBearer: core.quotes.view.schedule(currency)?.fee.bearer ?? 'payer',
    })),
    features: [...features].sort(),
    protocols: [...new Set(connections.map(({ dialect }) => dialect))].sort(),
    signatures: [...new Set(keys.map((key) => algorithmOf(key.jwk)))].sort(),
    youngestKeyDays: keys.length === 0 ? null : Math.floor((clock.nowMs() - youngest) / DAY_MS),
  };
}

function algorithmOf(jwk: string): string {
  const kty = /"kty":"([A-Z]+)"/.exec(jwk)?.[1] ?? '';
  return ALGORITHMS[kty] ?? kty;
}

export function createOwnKeysPort(deps: Deps): OwnKeysPort {
  const { core, currencies, clock, ids, dialectIds } = deps;
  const { journal, participants, indexKey } = core;
  const { view } = participants;
  const newId = ids.uuid;
  const service = createParticipantService({
    journal,
    participants,
    currencies,
    dialects: dialectIds,
    newId,
    indexKey,
  });
  const no = (code: Parameters<typeof problem>[0]) =>
    ({ ok: false, problem: problem(code) }) as const;
  type Done = Awaited<ReturnType<typeof service.addKey>>;
  const answer = (done: Done): Outcome<OwnKeyView> =>
    done.ok ? { ok: true, value: keyView(done.value.value), replayed: done.value.replayed } : done;

  return {
    async list({ connectionId }) {
      const value = view.keysOf(connectionId).map(keyView);
      try {
        await journal.barrier();
      } catch {
        return no('outcome_unknown');
      }
      return { ok: true, value, replayed: false };
    },
    async add(asked) {
      const { participantId, connectionId } = asked.credential;
      const { jwk, validFromMs } = asked;
      const ask = { by: participantId, key: commandKey(indexKey, 'key', asked) };
      return answer(await service.addKey({ connectionId, jwk, validFromMs }, ask));
    },
    async retire(asked) {
      const { participantId, connectionId } = asked.credential;
      const { keyId, atMs } = asked;
      const own = view.keysOf(connectionId);
      // another connection's key is not there at all
      if (!own.some((key) => key.keyId === keyId)) return no('resource_not_found');
      const nowMs = clock.nowMs();
      const isLastOne = !own.some((key) => key.keyId !== keyId && isLiveKey(key, nowMs));
      // who gives up the last key can say nothing any more: that is the operator's to do
      if (isLastOne) return no('transition_refused');
      const ask = { by: participantId, key: commandKey(indexKey, 'key', asked) };
      return answer(await service.retireKey({ keyId, atMs }, ask));
    },
    profiles: () =>
      view
        .participants()
        .filter(({ id, status }) => id !== OPERATOR_ID && status === 'active')
        .map((participant) => profileOf(deps, participant)),
  };
}
