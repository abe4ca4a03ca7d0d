// The test projects, from the pure to the whole: each has its own folder and its own patience.
import { defineConfig } from 'vitest/config';

const project = (name: string, testTimeout: number, extra: object = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: testTimeout, ...extra },
});

export default defineConfig({
  test: {
    projects: [
      project('core', 20_000),
      project('flow', 20_000),
      project('contract', 30_000),
      project('adapters', 60_000),
      project('architecture', 60_000),
      project('e2e', 120_000, { globalSetup: ['test/support/packed.ts'] }),
    ],
  },
});
