// The door of the compliance room.
export type { LimitRule } from './limit.ts';
export { createLimits, type Limits } from './limits.ts';
