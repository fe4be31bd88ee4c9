/** Lethe's tasks in a graphile-worker that a team already runs, beside the team's own. */
import { Logger, makeWorkerUtils, parseCronItems, run } from "graphile-worker";
import { beforeAll, expect, test } from "vitest";
import { userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { createRunner } from "../../../worker/effects/index.ts";
import { letheCronItems, letheTasks, listenForDeletions } from "../../../worker/index.ts";
import { useDatabase } from "../../support/database.ts";
import { collectLog, schedule, stateOf, until } from "./support.ts";

const db = useDatabase("reference");
beforeAll(() => seed(db.sql, { users: 10 }));

test("tasks, cron item and listener work in somebody else's runner", async () => {
  const silent = new Logger(() => () => {});
  const { log } = collectLog();
  let ownTaskRan = false;
  const runner = await run({
    connectionString: db.url,
    noHandleSignals: true,
    logger: silent,
    taskList: {
      own_task: () => {
        ownTaskRan = true;
      },
      ...letheTasks({ role: "app_worker", logger: log }),
    },
    parsedCronItems: parseCronItems(letheCronItems()),
  });
  const listener = await listenForDeletions({ connectionString: db.url, addJob: runner.addJob, logger: log });

  await runner.addJob("own_task", {});
  const request = await schedule(db.sql, userId(1));
  await until("it is executed", async () => (await stateOf(db.sql, request)) === "completed");
  await until("the team's own task ran", () => ownTaskRan);

  await listener.stop();
  await runner.stop();
});

test("a burst of a hundred schedules makes a few jobs, not a hundred", async () => {
  const utils = await makeWorkerUtils({ connectionString: db.url, logger: new Logger(() => () => {}) });
  let added = 0;
  const listener = await listenForDeletions({
    connectionString: db.url,
    addJob: (...args) => {
      added++;
      return utils.addJob(...args);
    },
    logger: collectLog().log,
  });
  await until("the first sweep is queued", () => added === 1);
  await db.sql`select pg_notify('lethe', n::text) from generate_series(1, 100) n`;
  await until("it was heard", () => added > 1);
  await listener.stop();
  const heard = added;
  expect(heard).toBeLessThan(20);
  // By its key: the cron item of the runner above may have added one without.
  const jobs = await db.sql`select from graphile_worker.jobs where key = 'lethe_sweep'`;
  expect(jobs).toHaveLength(1);
  await utils.release();
});

test("the names follow the schema, so that two kinds of subject can share a worker", () => {
  expect(Object.keys(letheTasks({ schema: "lethe_orgs", logger: collectLog().log }))).toEqual([
    "lethe_orgs_sweep",
    "lethe_orgs_drain",
    "lethe_orgs_drift",
    "lethe_orgs_purge",
    "lethe_orgs_residue",
  ]);
  const effects = createRunner(new Map());
  expect(Object.keys(letheTasks({ schema: "lethe_orgs", logger: collectLog().log, effects }))).toContain(
    "lethe_orgs_deliver",
  );
  expect(letheCronItems({ schema: "lethe_orgs" })).toMatchObject([
    { task: "lethe_orgs_sweep", match: "* * * * *", identifier: "lethe_orgs_sweep" },
    { task: "lethe_orgs_drift", match: "0 4 * * *", identifier: "lethe_orgs_drift" },
    { task: "lethe_orgs_purge", match: "30 3 * * *", identifier: "lethe_orgs_purge" },
    { task: "lethe_orgs_residue", match: "0 5 * * *", identifier: "lethe_orgs_residue" },
  ]);
  expect(() => letheTasks({ schema: 'x"; drop' })).toThrow("isn't a plain one");
  expect(() => letheTasks({ batch: 0 })).toThrow("batch isn't a whole number above 0");
  expect(() => letheTasks({ rest: -1 })).toThrow("rest isn't a number from 0 to 1000");
});
