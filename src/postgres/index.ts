// The door of the postgres room.
export * from './database.ts';
export * from './durability.ts';
export * from './embedded.ts';
export * from './fault.ts';
export * from './migrate.ts';
export * from './pool.ts';
export {
  cpuMicros,
  isRunning,
  serverCpuMicros,
  serverProcesses,
  stampOf,
} from './processes.ts';
