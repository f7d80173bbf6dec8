// The door of the directory.

export * from './alias.commands.ts';
export { createDirectory } from './alias.machine.ts';
export {
  aliasHash,
  createAliasResolver,
} from './alias.resolver.ts';
export * from './alias.ts';
export * from './directory.service.ts';
export { createLookupBudget } from './lookup-budget.ts';
export { maskName } from './masked-name.ts';
