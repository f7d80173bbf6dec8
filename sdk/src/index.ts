// What a program outside the switch imports: so far the contract, from which everything else is typed.
// Runs in Node and in browsers, so nothing of Node's own is imported here.
export * from './contract/index.ts';
