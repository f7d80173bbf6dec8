// The directory as dialects, payments and the command line call it: claim, release, look up. Every
// answer that could tell whether somebody is in it costs the asker of his budget.
import { currencyCodeSchema } from '@hutong/sdk/contract';
import { canonicalBody } from '../journal/batch.ts';
import type { Journal } from '../journal/journal.ts';
import { StoreError } from '../journal/store.ts';
import { subjectId } from '../journal/vault.ts';
import { type Ask, answerTo, type Done, isPlainText, OPERATOR_ID } from '../participants/index.ts';
import { ok, type ProblemCode, type Refused, type Result, refuse } from '../problems/index.ts';
import type { ResolvedAlias } from './alias.cache.ts';
import type { AliasResult } from './alias.commands.ts';
import type { Directory } from './alias.machine.ts';
import { type AliasResolver, aliasHash } from './alias.resolver.ts';
import { type Alias, namedParticipant, parseAlias } from './alias.ts';
import type { Asker, LookupBudget } from './lookup-budget.ts';

export interface DirectoryServiceDeps {
  readonly journal: Pick<Journal, 'submit' | 'barrier' | 'seq'>;
  readonly directory: Directory;
  readonly resolver: AliasResolver;
  readonly budget: LookupBudget;
  readonly newId: () => string;
  readonly indexKey: Uint8Array;
}

export interface ClaimWish {
  readonly alias: string;
  readonly participantId: string;
  readonly connectionId: string;
  /** The participant's own account reference of the party. */
  readonly account: string;
  readonly name: string | null;
  /** Default: all that the participant has opened. */
  readonly currencies?: readonly string[] | undefined;
}

export interface AliasHolder {
  readonly participantId: string;
  readonly connectionId: string;
}

export interface DirectoryService {
  /** Problems: alias_malformed, alias_taken, alias_not_yours (a wallet alias names another) … */
  claim(wish: ClaimWish, ask: Ask): Promise<Result<Done<AliasHolder>>>;
  /** Problems: alias_malformed, alias_not_found, alias_not_yours. */
  release(
    wish: {
      readonly alias: string;
      /** `null`: whoever holds it; for the operator. */
      readonly participantId: string | null;
    },
    ask: Ask,
  ): Promise<Result<Done<{ readonly released: true }>>>;
  /** Without a budget: for commands whose asker has been charged, or is the switch itself. */
  resolve(alias: string): Promise<ResolvedAlias | ProblemCode>;
  /** Problems: alias_malformed, lookup_budget_exhausted, alias_not_found, storage_unavailable. */
  lookup(alias: string, asker: Asker): Promise<Result<ResolvedAlias>>;
  /** The asker paid whom he had looked up: one token comes back. */
  paid(asker: Asker): void;
}

export function createDirectoryService(deps: DirectoryServiceDeps): DirectoryService {
  const { resolver, budget } = deps;

  async function resolve(text: string): Promise<ResolvedAlias | ProblemCode> {
    const parsed = parseAlias(text);
    if (!parsed.ok) return parsed.code;
    try {
      return (await resolver.resolve(parsed.alias)) ?? 'alias_not_found';
    } catch (error) {
      if (error instanceof StoreError) return 'storage_unavailable';
      throw error;
    }
  }

  return {
    resolve,
    async lookup(text, asker) {
      const begun = budget.begin(asker);
      if (!begun.ok) {
        // a malformed alias is told for nothing, as nothing can be learned from it
        if (!parseAlias(text).ok) return refuse('alias_malformed');
        return refuse('lookup_budget_exhausted', { retryAfterMs: begun.retryAfterMs });
      }
      const found = await resolve(text);
      if (typeof found !== 'string') begun.end('hit');
      else begun.end(found === 'alias_not_found' ? 'miss' : 'nothing');
      return typeof found === 'string' ? refuse(found) : ok(found);
    },
    paid: budget.paid,
    ...changes(deps),
  };
}

function changes(deps: DirectoryServiceDeps): Pick<DirectoryService, 'claim' | 'release'> {
  const { journal, directory, resolver, indexKey, newId } = deps;
  return {
    claim: (wish, ask) =>
      charged(deps, wish.alias, ask, async (alias) => {
        const wrong = judgeClaim(wish, alias);
        if (wrong !== null) return wrong;
        const { participantId, connectionId, account, name, currencies = [] } = wish;
        const subject = subjectId(indexKey, participantId, account);
        const party = Buffer.from(canonicalBody({ alias: alias.text, account, name }));
        const submitted = await journal.submit(
          directory.machine,
          {
            type: 'claim_alias',
            id: newId(),
            by: ask.by,
            hash: aliasHash(indexKey, alias),
            participantId,
            connectionId,
            currencies,
            party: { bytes: party, subjects: [subject] },
          },
          { key: ask.key, subjects: [subject] },
        );
        return answerTo(submitted, holderOf, async () => {
          const found = await resolver.resolve(alias);
          const seq = journal.seq();
          await journal.barrier();
          return {
            value: found?.participantId === participantId ? holderOf(found) : undefined,
            seq,
          };
        });
      }),
    release: (wish, ask) =>
      charged(deps, wish.alias, ask, async (alias) => {
        const { participantId } = wish;
        const hash = aliasHash(indexKey, alias);
        const submitted = await journal.submit(
          directory.machine,
          { type: 'release_alias', id: newId(), by: ask.by, hash, participantId },
          { key: ask.key },
        );
        const value = { released: true } as const;
        return answerTo(
          submitted,
          () => value,
          () => Promise.resolve({ value, seq: journal.seq() }),
        );
      }),
  };
}

function holderOf({ participantId, connectionId }: AliasHolder): AliasHolder {
  return { participantId, connectionId };
}

/** Refusals that tell whether the alias is in the directory. */
const TELLING = new Set<ProblemCode>([
  'alias_taken',
  'alias_not_found',
  'alias_not_yours',
] satisfies Extract<AliasResult, { ok: false }>['code'][]);

/** Claiming and releasing must not be a cheaper way to ask who is in the directory. */
async function charged<T>(
  { budget }: DirectoryServiceDeps,
  text: string,
  ask: Ask,
  work: (alias: Alias) => Promise<Result<T>>,
): Promise<Result<T>> {
  const parsed = parseAlias(text);
  if (!parsed.ok) return refuse(parsed.code, { pointer: '/alias' });
  if (ask.by === OPERATOR_ID) return work(parsed.alias);
  const begun = budget.begin({ participantId: ask.by, endUser: null });
  if (!begun.ok) {
    return refuse('lookup_budget_exhausted', { retryAfterMs: begun.retryAfterMs });
  }
  try {
    const result = await work(parsed.alias);
    begun.end(!result.ok && TELLING.has(result.problem.code) ? 'miss' : 'nothing');
    return result;
  } finally {
    begun.end('nothing');
  }
}

function judgeClaim(wish: ClaimWish, alias: Alias): Refused | null {
  const named = namedParticipant(alias);
  if (named !== undefined && named !== wish.participantId) {
    return refuse('alias_not_yours', { pointer: '/alias' });
  }
  if (!isPlainText(wish.account, 128)) {
    return refuse('request_invalid', { pointer: '/account', detail: 'Plain text, 1 to 128.' });
  }
  if (wish.name !== null && !isPlainText(wish.name, 140)) {
    return refuse('request_invalid', { pointer: '/name', detail: 'Plain text, 1 to 140.' });
  }
  const isCode = (code: string) => currencyCodeSchema.safeParse(code).success;
  return (wish.currencies ?? []).every(isCode)
    ? null
    : refuse('currency_unknown', { pointer: '/currencies' });
}
