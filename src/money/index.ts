// The door of the money room: pure values and functions, no I/O.
export * from './amount.ts';
export * from './arithmetic.ts';
export * from './currency.ts';
