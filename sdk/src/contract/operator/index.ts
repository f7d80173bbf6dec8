// The operator's API: for the people, and programs, of the institution that runs the scheme.
export * from './connections.ts';
export * from './limits.ts';
export * from './openapi.ts';
export * from './participants.ts';
export * from './route.ts';
export * from './routes.ts';
export * from './scheme.ts';
