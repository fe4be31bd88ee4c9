/** The handler "jobs": a person's own waiting jobs go; everybody else's, running ones and Lethe's own stay. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { OWN_TASKS } from "../../../worker/effects/handlers/jobs-removal.ts";
import { createRunner, loadEffects } from "../../../worker/effects/index.ts";
import type { Result, Runner } from "../../../worker/effects/runner.ts";
import { letheTasks } from "../../../worker/index.ts";
import { useDatabase } from "../../support/database.ts";
import { collectLog } from "../worker/support.ts";

const db = useDatabase("reference");
const ANN = "0b2c6d4e-0000-4000-8000-00000000000a";
const BOB = "0b2c6d4e-0000-4000-8000-00000000000b";
let runner: Runner;

beforeAll(async () => {
  // Without an effects file: it is always there.
  runner = createRunner(await loadEffects(), {
    context: { connectionString: db.url, workerSchema: "graphile_worker" },
  });
});
afterAll(() => runner.close());
beforeEach(async () => void (await db.sql`delete from graphile_worker._private_jobs`));

const remove = (payload: unknown): Promise<Result> =>
  runner.run("jobs", payload, {
    idempotencyKey: "key",
    attempt: 1,
    signal: new AbortController().signal,
    effect: "in_flight",
    requestId: "1",
    at: "schedule",
  });

async function add(task: string, payload: unknown, key: string | null = null): Promise<string> {
  const [row] = await db.sql<{ id: string }[]>`
    select id::text from graphile_worker.add_job(${task}, ${JSON.stringify(payload)}::text::json, job_key => ${key})
  `;
  return row?.id ?? "";
}

async function left(): Promise<string[]> {
  const rows = await db.sql<{ id: string }[]>`select id::text from graphile_worker.jobs j order by j.id`;
  return rows.map(({ id }) => id);
}

test("by what the payload contains, in tasks that are named", async () => {
  await add("send_mail", { userId: ANN, template: "welcome" });
  await add("send_mail", { userId: ANN, nested: { more: [1, 2] } });
  const others = [
    await add("send_mail", { userId: BOB }),
    await add("export_data", { userId: ANN }),
    await add("send_mail", { about: { userId: ANN } }),
  ];
  expect(await remove({ tasks: ["send_mail"], payload: { userId: ANN } })).toEqual({
    state: "done",
    receipt: { removed: 2 },
  });
  expect(await left()).toEqual(others);
  expect(await remove({ tasks: ["send_mail"], payload: { userId: ANN } })).toEqual({
    state: "skipped",
    receipt: { removed: 0 },
  });
});

test("by its key; by numbers, lists and depth", async () => {
  await add("digest", {}, `digest:${ANN}`);
  const kept = [await add("digest", {}, `digest:${BOB}`)];
  expect(await remove({ key: `digest:${ANN}` })).toMatchObject({ state: "done", receipt: { removed: 1 } });
  await add("a", { user: { id: 42 }, to: ["x"] });
  kept.push(await add("a", { user: { id: 421 } }), await add("a", { user: { id: "42" } }));
  expect(await remove({ payload: { user: { id: 42 } } })).toMatchObject({ receipt: { removed: 1 } });
  await add("b", { email: "mara+1@example.com" });
  expect(await remove({ payload: { email: "mara+1@example.com" } })).toMatchObject({
    receipt: { removed: 1 },
  });
  expect(await left()).toEqual(kept);
});

test("keys that JavaScript can't hold as numbers, whether the job has a number or a text", async () => {
  const kept = await add("a", { userId: "9007199254740992" });
  await add("a", { userId: "9007199254740993" });
  await db.sql`select graphile_worker.add_job('a', '{"userId": 9007199254740993}')`;
  expect(await remove({ payload: { userId: "9007199254740993" } })).toMatchObject({
    receipt: { removed: 2 },
  });
  expect(await left()).toEqual([kept]);
});

test("key and payload together: both must fit", async () => {
  const kept = await add("a", { userId: BOB }, "shared");
  expect(await remove({ key: "shared", payload: { userId: ANN } })).toMatchObject({ state: "skipped" });
  expect(await left()).toEqual([kept]);
});

test("what would match other people's jobs is refused, and NULL is nobody", async () => {
  const kept = [await add("a", { userId: null, user: {}, list: [], flag: true })];
  for (const payload of [
    {},
    { tasks: ["a"] },
    { payload: {} },
    { payload: { user: {} } },
    { payload: { list: [] } },
    { payload: { flag: true } },
    { payload: { name: "" } },
    { key: "x", other: 1 },
  ]) {
    expect(await remove(payload), JSON.stringify(payload)).toMatchObject({ state: "failed" });
  }
  const nobody = { state: "skipped", receipt: { reason: "no_value" } };
  expect(await remove({ key: null })).toEqual(nobody);
  expect(await remove({ payload: { userId: null, kind: "welcome" } })).toEqual(nobody);
  expect(await left()).toEqual(kept);
});

test("a running job is left, and the effect comes back for it; a crashed worker's job goes once it is unlocked", async () => {
  const running = await add("a", { userId: ANN });
  await add("a", { userId: ANN });
  await db.sql`update graphile_worker._private_jobs set locked_at = now(), locked_by = 'somebody' where id = ${running}`;
  expect(await remove({ payload: { userId: ANN } })).toEqual({ state: "retry", code: "jobs_running" });
  expect(await left()).toEqual([running]);
  await db.sql`update graphile_worker._private_jobs set locked_at = now() - interval '5 hours'`;
  expect(await remove({ payload: { userId: ANN } })).toMatchObject({
    state: "done",
    receipt: { removed: 1 },
  });
});

test("all of Lethe's tasks are known as its own", () => {
  const names = Object.keys(letheTasks({ effects: runner, logger: collectLog().log }));
  expect(names.toSorted()).toEqual(OWN_TASKS.map((kind) => `lethe_${kind}`).toSorted());
});

test("Lethe's own jobs can't be removed, of whatever kind of subject", async () => {
  await db.sql`create schema if not exists lethe_orgs`;
  await db.sql`create table if not exists lethe_orgs.deletion_request ()`;
  const own = [
    await add("lethe_drain", { request: "77" }, "lethe_drain:77"),
    await add("lethe_deliver", { handler: "polar" }, "lethe_deliver:polar"),
    await add("lethe_orgs_drain", { request: "77" }),
  ];
  await add("other_drain", { request: "77" });
  expect(await remove({ payload: { request: "77" } })).toMatchObject({ receipt: { removed: 1 } });
  expect(await remove({ payload: { handler: "polar" } })).toMatchObject({ state: "skipped" });
  expect(await remove({ key: "lethe_drain:77" })).toMatchObject({ state: "skipped" });
  expect(await remove({ tasks: ["lethe_drain"], payload: { request: "77" } })).toMatchObject({
    state: "skipped",
  });
  expect(await left()).toEqual(own);
  await db.sql`drop schema lethe_orgs cascade`;
});

test("page by page through very many jobs, in which one holds JSON that jsonb can't", async () => {
  await db.sql`
    select graphile_worker.add_jobs(array_agg(('bulk', json_build_object('userId', 'u' || n), null, null, null, null, null, null)::graphile_worker.job_spec))
    from generate_series(1, 12000) n
  `;
  const odd = await add("bulk", { userId: "u\0", note: "x" });
  await db.sql`
    select graphile_worker.add_jobs(array_agg(('bulk', json_build_object('userId', ${ANN}::text), null, null, null, null, null, null)::graphile_worker.job_spec))
    from generate_series(1, 300) n
  `;
  expect(await remove({ payload: { userId: ANN } })).toMatchObject({ receipt: { removed: 300 } });
  expect((await left()).length).toBe(12_001);
  expect(await left()).toContain(odd);
});
