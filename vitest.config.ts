// How the tests run: beside the source and in test/, each file in a process of its own (forks), so
// that a test which starts servers or PostgreSQL cannot disturb the next. Long programs (clients,
// faults, mutants) have their own npm scripts and are not here.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'sdk/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
    exclude: [
      '**/node_modules/**',
      '**/dist/**',
      'test/clients/**',
      'test/faults/**',
      'test/mutants/**',
    ],
    globalSetup: ['test/setup/run.ts', 'test/setup/clients.ts'],
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    passWithNoTests: false,
  },
});
