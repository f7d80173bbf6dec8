// The door of the mandates room.
export { createCollector } from './collector.ts';
export { createMandateBook } from './mandate.machine.ts';
export { createPayerOf } from './payer.ts';
