// The door of the runtime room: what every other room is given, or starts with.
export * from './clock.ts';
export * from './configuration.ts';
export * from './defect.ts';
export * from './ids.ts';
export * from './kek.ts';
export * from './lifecycle.ts';
export * from './log-file.ts';
export * from './logging.ts';
export * from './random.ts';
export * from './secret-file.ts';
export * from './settings.ts';
