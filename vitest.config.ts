import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globals: false,
    // For what never ends. Nothing here is timed: a busy machine is no failure.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 2,
    // Modules hold no state of a run: files share those that are loaded, in half of the time.
    isolate: false,
    // A focused test passes a suite that it left out.
    allowOnly: false,
    passWithNoTests: false,
    // No dependence on the machine: results are the same in any zone and language.
    env: { TZ: 'UTC' },
  },
});
