// The door of the client.
export * from './client.crypto.ts';
export * from './client.errors.ts';
export type { FetchAnswer, FetchLike } from './client.transport.ts';
export * from './client.ts';
export * from './operator.client.ts';
