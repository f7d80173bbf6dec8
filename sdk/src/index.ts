// What a program outside the switch imports: the client, and the contract from which all is typed.
// Runs in Node and in browsers, so nothing of Node's own is imported here.
export * from './client/index.ts';
export * from './contract/index.ts';
