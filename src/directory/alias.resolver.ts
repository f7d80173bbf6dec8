// Finds who is behind an alias: from a bounded cache, else from storage, where all that are asked
// for while one query is under way go into the next. Whether the asker may ask is lookup-budget.ts.
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Unseal } from '../journal/machine.ts';
import type { Reader } from '../journal/store.ts';
import { subjectId } from '../journal/vault.ts';
import { createAliasCache, type ResolvedAlias } from './alias.cache.ts';
import { RECENT_MAX, type RecentAliases } from './alias.machine.ts';
import { readAliases, type StoredAlias } from './alias.tables.ts';
import type { Alias } from './alias.ts';

export interface AliasResolver {
  /** From memory alone: `null` is known to be nobody's, `undefined` must be asked from storage. */
  cached(alias: Alias): ResolvedAlias | null | undefined;
  /** `undefined`: nobody's. Rejects with StoreError when storage cannot be read. */
  resolve(alias: Alias): Promise<ResolvedAlias | undefined>;
}

/**
 * 16 bytes of HMAC-SHA-256 as hex. The label has a capital, so no participant's handle equals it.
 */
export function aliasHash(indexKey: Uint8Array, alias: Alias): string {
  const mac = createHmac('sha256', indexKey).update(`Alias\n${alias.text}`, 'utf8');
  return mac.digest('hex').slice(0, 32);
}

const partySchema = z.object({
  alias: z.string(),
  account: z.string(),
  name: z.string().nullable(),
});

const FOUND_MAX = 50_000;
/** Kept apart and small: whoever guesses aliases must not push out the real ones. */
const ABSENT_MAX = 5_000;
const READ_MAX = 1_000;

export interface ResolverDeps {
  readonly recent: RecentAliases;
  readonly reader: Reader;
  readonly unseal: Unseal;
  readonly indexKey: Uint8Array;
  readonly sizes?: { readonly foundMax: number; readonly absentMax: number };
}

export function createAliasResolver(deps: ResolverDeps): AliasResolver {
  const { recent, indexKey } = deps;
  const cache = createAliasCache(deps.sizes ?? { foundMax: FOUND_MAX, absentMax: ABSENT_MAX });
  recent.onChange(cache.forget);
  const queue = createReadQueue(async (batch) => {
    const found = await readParties(batch, deps);
    for (const one of batch.values()) {
      // what was decided of late wins over what storage said a moment ago
      const row = recent.find(one.hash);
      const party = row === undefined ? found.get(one.hash) : openParty(one.alias, row, indexKey);
      cache.keep(one.alias.text, one.hash, party ?? null);
      one.resolve(party);
    }
  });
  return {
    cached: (alias) => cache.find(alias.text),
    resolve(alias) {
      const known = cache.find(alias.text);
      if (known !== undefined) return Promise.resolve(known ?? undefined);
      const hash = aliasHash(indexKey, alias);
      const row = recent.find(hash);
      if (row === undefined) return queue.ask(alias, hash);
      const found = openParty(alias, row, indexKey);
      cache.keep(alias.text, hash, found ?? null);
      return Promise.resolve(found);
    },
  };
}

interface Wanted {
  readonly alias: Alias;
  readonly hash: string;
  readonly promise: Promise<ResolvedAlias | undefined>;
  resolve(found: ResolvedAlias | undefined): void;
  reject(error: unknown): void;
}
type WantedByHash = ReadonlyMap<string, Wanted>;

/** One query at a time; whoever asks meanwhile shares the next. */
function createReadQueue(answer: (batch: WantedByHash) => Promise<void>) {
  let wanted = new Map<string, Wanted>();
  let reading = false;

  async function readAll(): Promise<void> {
    while (wanted.size > 0) {
      const batch = new Map([...wanted].slice(0, READ_MAX));
      wanted = new Map([...wanted].slice(READ_MAX));
      try {
        await answer(batch);
      } catch (error) {
        for (const one of batch.values()) one.reject(error);
      }
    }
    reading = false;
  }
  return {
    ask(alias: Alias, hash: string): Promise<ResolvedAlias | undefined> {
      const same = wanted.get(hash);
      if (same !== undefined) return same.promise;
      const one: Wanted = { alias, hash, ...Promise.withResolvers<ResolvedAlias | undefined>() };
      wanted.set(hash, one);
      // after this turn of the event loop: all requests that arrived with this one share the query
      if (!reading) setImmediate(() => void readAll());
      reading = true;
      return one.promise;
    },
  };
}

async function readParties(
  batch: WantedByHash,
  deps: ResolverDeps,
): Promise<Map<string, ResolvedAlias>> {
  const { recent, reader, unseal, indexKey } = deps;
  const before = recent.changes();
  const held = await readAliases(reader, [...batch.keys()]);
  const parties = await unseal(held.flatMap((row) => row.sealedParty ?? []));
  // so much has changed meanwhile that what was decided of late is no longer known: read again
  if (recent.changes() - before >= RECENT_MAX) return readParties(batch, deps);
  const found = new Map<string, ResolvedAlias>();
  let next = 0;
  for (const row of held) {
    const party = row.sealedParty === null ? null : (parties[next++] ?? null);
    const one = batch.get(row.hash);
    if (one === undefined || party === null) continue;
    const opened = openParty(one.alias, { ...row, party: { bytes: party } }, indexKey);
    if (opened !== undefined) found.set(row.hash, opened);
  }
  return found;
}

function openParty(
  alias: Alias,
  row: Pick<StoredAlias, 'status' | 'participantId' | 'connectionId' | 'currencies'> & {
    readonly party: { readonly bytes: Uint8Array } | null;
  },
  indexKey: Uint8Array,
): ResolvedAlias | undefined {
  if (row.status !== 'active' || row.party === null) return undefined;
  const json: unknown = JSON.parse(Buffer.from(row.party.bytes).toString('utf8'));
  const { alias: text, account, name } = partySchema.parse(json);
  if (text !== alias.text) return undefined;
  const { participantId, connectionId, currencies } = row;
  const subject = subjectId(indexKey, participantId, account);
  return { participantId, connectionId, account, name, subject, currencies };
}
