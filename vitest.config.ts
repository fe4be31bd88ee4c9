/**
 * Which tests run where. Tests without a database run once ("unit"); tests with one run on PostgreSQL 18
 * and 15 from npm packages, or once ("pg") on the server that TEST_DATABASE_URL or TEST_POSTGRES names.
 */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const ownServer =
  process.env.TEST_DATABASE_URL !== undefined || process.env.TEST_POSTGRES === "testcontainers";

const everywhere = ["test/database/**/*.test.ts"];
/** About the package, the command line or the worker's process rather than about PostgreSQL: one version is enough. */
const once = ["test/e2e/**/*.test.ts"];
const onceOfThose = [
  "test/database/worker/{crash,server,failures,start,steps,heavy}.test.ts",
  "test/database/delivery/{crash,services}.test.ts",
  "test/database/{export,effects}/cli.test.ts",
  "test/database/{chaos,init,real-schemas}/**",
];

const onPostgres = (name: string, include: string[], exclude: string[] = []) => ({
  test: {
    name,
    include,
    exclude: [...exclude, "**/node_modules/**"],
    globalSetup: ["test/support/global-setup.ts"],
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});

export default defineConfig({
  test: {
    // A worker reads its modules once, not once per file: that was a third of the time. So a file leaves nothing behind
    // in them, in process.env or in a global.
    isolate: false,
    restoreMocks: true,
    // Tests start Node a hundred times, with the same modules.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL("node_modules/.cache/node-compile", import.meta.url)) },
    // Most of the time goes by waiting for PostgreSQL and for child processes.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: "unit",
          include: ["{generator,cli,worker,sql,bench,examples}/**/*.unit.test.ts", "test/**/*.test.ts"],
          exclude: [...everywhere, ...once, "**/node_modules/**"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      ...(ownServer
        ? [onPostgres("pg", [...everywhere, ...once])]
        : [onPostgres("pg18", [...everywhere, ...once]), onPostgres("pg15", everywhere, onceOfThose)]),
    ],
  },
});
