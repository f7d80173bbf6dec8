// The one contract that server, SDK, CLI, docs and console share. zod only; imports nothing
// outside.
export * from './ids.ts';
export * from './money.ts';
export * from './native/index.ts';
export * from './operator/index.ts';
export * from './problems.ts';
