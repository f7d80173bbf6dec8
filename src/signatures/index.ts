// The door of the signatures room.
export * from './digest.ts';
export * from './keys.ts';
export * from './replay.ts';
export * from './rsa.ts';
export * from './sign.ts';
export * from './verify.ts';
