// The door of the wire room.
export * from './address-guard.ts';
export * from './http.ts';
export * from './json.ts';
