/** In the middle of a deploy: two versions of the worker at once, each with jobs, handlers and functions the other doesn't know. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { seed } from "../../../examples/reference/seed.ts";
import { useDatabase } from "../../support/database.ts";
import { writeEffectsFile } from "../../support/effects-file.ts";
import { type Service, startService } from "../../support/service.ts";
import { addEffects } from "../delivery/support.ts";
import { killWorkers, scheduleAll, startWorker, states, until } from "../worker/support.ts";
import { everybodyLeftOnce, nobodyHalfErased, PATIENCE, peopleOf, rowsOf, SCALE } from "./invariants.ts";

const USERS = 90 * SCALE;
const db = useDatabase("reference");
const people = peopleOf(USERS);
const half = people.leaving.length / 2;
let service: Service;
let folder: string;
let before: Record<string, string>;

beforeAll(async () => {
  await seed(db.sql, { users: USERS });
  before = await rowsOf(db.sql, people.staying);
  service = await startService();
  folder = mkdtempSync(join(tmpdir(), "lethe-deploy-"));
});
afterEach(killWorkers);
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

/** Versions differ in the handlers that they know. */
const start = (handlers: string[]) =>
  startWorker(
    db.url,
    [
      "--role",
      "app_worker",
      "--batch",
      "10",
      "--effects",
      writeEffectsFile(folder, handlers, `${handlers}.ts`),
    ],
    { SERVICE_URL: service.url },
  );

async function leave(keys: string[], handlers: string[]): Promise<void> {
  await scheduleAll(db.sql, keys);
  const rows =
    await db.sql`select id::text from lethe.deletion_request where subject_id = any (${keys}::uuid[])`;
  await addEffects(
    db.sql,
    rows.map((row) => row.id),
    handlers,
  );
}

test(
  "the migration came first: the older worker does what it knows, and leaves the rest for the newer one",
  async () => {
    // Functions may gain arguments with defaults at the end.
    await db.sql.unsafe(`
    alter function lethe.execute_due_deletions(integer) rename to execute_due_deletions_before;
    create function lethe.execute_due_deletions(max integer default 500, gently boolean default false) returns lethe.execution
      language sql security definer as 'select lethe.execute_due_deletions_before($1)';
    alter function lethe.claim_effects(text, integer, interval) rename to claim_effects_before;
    create function lethe.claim_effects(handler text, max integer, lease interval default '5 minutes', region text default null)
      returns setof lethe.claimed_effect
      language sql security definer as 'select * from lethe.claim_effects_before($1, $2, $3)';
    grant execute on all functions in schema lethe to app_worker;
  `);
    await leave(people.leaving.slice(0, half), ["billing", "mail"]);
    // A task of the future, a handler of the future, payloads of the future and of the past.
    await db.sql.unsafe(`
    select graphile_worker.add_job('lethe_archive', '{"request": "1"}', job_key => 'lethe_archive'),
      graphile_worker.add_job('lethe_deliver', '{"handler": "mail", "region": "eu"}'),
      graphile_worker.add_job('lethe_deliver', '{"handlers": ["mail", "billing"]}'),
      graphile_worker.add_job('lethe_drain', '{"request": {"id": 1, "part": 2}}'),
      graphile_worker.add_job('lethe_drain', '{"request": "1", "part": 2}'),
      graphile_worker.add_job('lethe_sweep', '{"only": "1"}')
  `);
    const older = start(["billing"]);
    await until("it has done what it can", async () => (await done("billing")) === half);
    expect(await states(db.sql)).toEqual({ erased: half });
    const waiting = await db.sql`
    select state, attempts, failures, count(*)::integer as effects from lethe.effect where handler = 'mail' group by 1, 2, 3
  `;
    expect([...waiting]).toEqual([{ state: "pending", attempts: 0, failures: 0, effects: half }]);

    const newer = start(["billing", "mail"]);
    await until("the newer one has done the rest", async () => {
      await db.sql`select pg_notify('lethe', '')`; // sooner than in ten seconds
      return (await states(db.sql)).completed === half;
    });
    expect(await older.end("SIGTERM")).toBe(0);
    expect(await newer.end("SIGTERM")).toBe(0);
    const [future] =
      await db.sql`select attempts, last_error from graphile_worker.jobs where key = 'lethe_archive'`;
    expect(future).toEqual({ attempts: 0, last_error: null });
  },
  PATIENCE,
);

test(
  "the worker came first: what it needs and the database doesn't have yet holds up nothing else",
  async () => {
    await db.sql`alter function lethe.due_effects() rename to due_effects_not_yet`;
    await leave(people.leaving.slice(half), ["billing", "mail"]);
    const workers = [start(["billing"]), start(["billing", "mail"])];
    await until("all are erased", async () => ((await states(db.sql)).erased ?? 0) === half);
    await nobodyHalfErased(db.sql, people.leaving);
    await until("it was missed", () => workers.some((worker) => worker.output().includes("42883")));

    await db.sql`alter function lethe.due_effects_not_yet() rename to due_effects`;
    await until("all is done", async () => {
      await db.sql`select pg_notify('lethe', '')`;
      return (await states(db.sql)).completed === 2 * half;
    });
    for (const worker of workers) expect(await worker.end("SIGTERM")).toBe(0);

    const calls = [...service.calls.values()];
    expect(calls).toHaveLength(2 * 2 * half);
    expect(calls.filter((call) => call.effective !== 1)).toEqual([]);
    await everybodyLeftOnce(db.sql, people, before);
  },
  PATIENCE,
);

async function done(handler: string): Promise<number> {
  return (await db.sql`select from lethe.effect where handler = ${handler} and state = 'done'`).length;
}
