import { defineConfig } from "vitest/config";

/** Unit tests are quick and touch no other process; e2e runs the whole, against real clients and real dangers. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/hazards/**", "node_modules/**"],
          // No test replaces a module, so files may share what a worker has loaded: half the time of the whole.
          isolate: false,
          pool: "threads",
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts", "test/hazards/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
