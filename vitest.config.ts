import { defineConfig } from "vitest/config";

/** Tests of one part that wait for real connections, or try very many inputs. */
const SLOW = "test/**/*.slow.test.ts";

/** Unit tests are quick and touch no other process; e2e runs the whole, against real clients and real dangers. */
export default defineConfig({
  test: {
    maxWorkers: "100%",
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/hazards/**", SLOW, "node_modules/**"],
          // No test replaces a module, so files may share what a worker has loaded: half the time of the whole.
          isolate: false,
          pool: "threads",
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts", "test/hazards/**/*.test.ts", SLOW],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
