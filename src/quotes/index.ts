// The door of the quotes' room.
export * from './exchange.ts';
export * from './price.ts';
export * from './quote.commands.ts';
export { createQuotes } from './quote.machine.ts';
export * from './quote.service.ts';
export * from './quote.ts';
