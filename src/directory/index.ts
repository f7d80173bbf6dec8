// The door of the directory.

export type { ResolvedAlias } from './alias.cache.ts';
export * from './alias.commands.ts';
export { createDirectory, type Directory, type RecentAliases } from './alias.machine.ts';
export {
  type AliasResolver,
  aliasHash,
  createAliasResolver,
} from './alias.resolver.ts';
export * from './alias.ts';
export * from './directory.service.ts';
export {
  type Asker,
  type BucketTerms,
  createLookupBudget,
  LOOKUP_BUDGET,
  type LookupBudget,
  type LookupBudgetTerms,
} from './lookup-budget.ts';
export { maskName } from './masked-name.ts';
