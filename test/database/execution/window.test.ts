/** lifecycle.window: bulk work keeps to chosen hours; the month of Art. 12(3), and single executions, don't wait. */
import { beforeEach, expect, test } from "vitest";
import { content, defineErasure, keep, pii, presets, subject } from "../../../generator/index.ts";
import { execute, executeDue, requestOf, schedule, useScenario } from "../../support/scenario.ts";
import { terms } from "../../support/schema-case.ts";

const db = useScenario(
  `create table people (id bigint primary key, email text);
   create table visits (id bigint generated always as identity primary key, person_id bigint references people, page text);
   create index on visits (person_id);`,
  defineErasure({
    ...terms,
    lifecycle: {
      ...terms.lifecycle,
      strategies: ["anonymize"],
      window: { from: "22:00", to: "05:30", timeZone: "Europe/Rome" },
    },
    access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
    tables: {
      people: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
      visits: content({ rows: "delete" }),
    },
  }),
);

/** Moves the window, so that it holds now or doesn't; to a place whose clocks never change, as this may be such a night. */
const open = (hours: number, length: number) => db.sql`
  update lethe.annotation
  set window_zone = 'Asia/Kolkata',
      window_from = ((now() + ${`${hours} hours`}::interval) at time zone 'Asia/Kolkata')::time,
      window_to = ((now() + ${`${hours + length} hours`}::interval) at time zone 'Asia/Kolkata')::time
`;
let next = 0;
let person = 0;
beforeEach(async () => {
  person = ++next;
  await db.sql`insert into people values (${person}, ${`p${person}@example.com`})`;
});
const waits = async () =>
  (await db.sql`select waits_because from lethe.overdue where subject_id = ${person}`)[0]?.waits_because;
const lag = async () => (await db.sql`select lethe.lag() as seconds`)[0]?.seconds;

interface PlanNode {
  "Node Type": string;
  "Index Name"?: string;
  "Parent Relationship"?: string;
  Plans?: PlanNode[];
}
const flat = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flat)];

test("what the annotation says is in force", async () => {
  expect(await db.sql`select window_from, window_to, window_zone from lethe.annotation`).toEqual([
    { window_from: "22:00:00", window_to: "05:30:00", window_zone: "Europe/Rome" },
  ]);
});

test("in it requests are executed, outside they wait, visibly", async () => {
  await open(2, 3);
  await schedule(db.sql, person, { grace: "0" });
  expect(await executeDue(db.sql)).toMatchObject({ executed: 0, remaining: "0" });
  expect(await waits()).toBe("the execution window");
  const operator = await db.as("app_worker");
  expect(await operator`select waits_because from lethe.overdue`).toEqual([
    { waits_because: "the execution window" },
  ]);
  expect(await lag()).toBe(0);
  await open(-1, 3);
  expect(await executeDue(db.sql)).toMatchObject({ executed: 1 });
});

test.each([
  [-1, 2],
  [-23, 24 - 0.5],
  [-0.5, 23],
])("open since %d hours, for %d: also over midnight", async (from, length) => {
  await open(from, length);
  await schedule(db.sql, person, { grace: "0" });
  const expected = from + length > 0 || from + 24 < 0;
  const [row] = await db.sql`select lethe.in_window() as open`;
  expect(row?.open).toBe(expected || from === -23);
  await open(-1, 3);
  await executeDue(db.sql);
});

test("two days before the month is over nobody waits for it", async () => {
  await open(2, 3);
  await schedule(db.sql, person, { grace: "0" });
  await db.sql`update lethe.deletion_request set due_by = now() + interval '47 hours' where subject_id = ${person}`;
  expect(await executeDue(db.sql)).toMatchObject({ executed: 1 });
});

test("a single execution is somebody's wish, and doesn't wait", async () => {
  await open(2, 3);
  await schedule(db.sql, person, { grace: "0" });
  expect(await execute(db.sql, person)).toBe("completed");
});

test("who goes in steps waits between them, too", async () => {
  await open(-1, 3);
  await schedule(db.sql, person, { grace: "0" });
  await db.sql`update lethe.deletion_request set state = 'executing' where subject_id = ${person}`;
  const { id } = await requestOf(db.sql, person);
  expect(await db.sql`select lethe.executing_requests() as id`).toEqual([{ id }]);
  expect(await waits()).toBe("in progress");
  await open(2, 3);
  expect(await db.sql`select lethe.executing_requests() as id`).toEqual([]);
  expect(await lag()).toBe(0);
  expect(await waits()).toBe("the execution window");
  await db.sql`
    update lethe.deletion_request set attempts = 1, next_attempt_at = now() + interval '1 minute' where id = ${id}
  `;
  expect(await waits()).toBe("failed");
});

test("who goes in steps goes on two days before the month is over, and counts as the worker's delay", async () => {
  await open(2, 3);
  await schedule(db.sql, person, { grace: "0" });
  const { id } = await requestOf(db.sql, person);
  await db.sql`
    update lethe.deletion_request
    set state = 'executing', scheduled_for = now() - interval '1 hour', due_by = now() + interval '47 hours'
    where id = ${id}
  `;
  expect(await db.sql`select lethe.executing_requests() as id`).toEqual([{ id }]);
  expect(await lag()).toBeGreaterThanOrEqual(3600);
  await db.sql`update lethe.deletion_request set next_attempt_at = now() + interval '1 minute' where id = ${id}`;
  expect(await lag()).toBe(0);
});

test("the claim asks for the window once, and goes through the index", async () => {
  const [row] = await db.sql.begin(async (sql) => {
    await sql`set local enable_seqscan = off`;
    await sql`set local plan_cache_mode = force_generic_plan`;
    return sql<{ "QUERY PLAN": [{ Plan: PlanNode }] }[]>`
      explain (format json, verbose)
      select d.request_id from lethe.due d order by d.due_since limit 500 for update skip locked
    `;
  });
  const nodes = flat(row?.["QUERY PLAN"][0].Plan as PlanNode);
  const asking = nodes.filter((node) => JSON.stringify({ ...node, Plans: [] }).includes("due_by_limit()"));
  expect(asking.map((node) => node["Parent Relationship"])).toEqual(["InitPlan"]);
  expect(nodes.map((node) => node["Index Name"])).toContain("deletion_request_due");
  expect(nodes.map((node) => node["Node Type"])).not.toContain("Sort");
});
