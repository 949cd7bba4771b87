import { defineConfig } from 'vitest/config';

// One place that says which tests exist: unit and property tests beside end-to-end tests with real processes.
export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['dist/**', 'node_modules/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Real clusters share two cores: files run side by side, at most two.
    maxWorkers: 2,
    // clipanion's ES module build imports a folder, which only a bundler resolves.
    server: { deps: { inline: ['clipanion'] } },
  },
});
