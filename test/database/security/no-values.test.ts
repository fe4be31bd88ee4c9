/** No personal value in an error's text, an event, a request's record or what a worker is told. */
import { beforeAll, describe, expect, test } from "vitest";
import { emailOf, personalMarkers, userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { useDatabase } from "../../support/database.ts";
import { failureOf } from "../../support/schema-case.ts";

const db = useDatabase("reference");
/** 3 owns an active collection, 4 is in grace, 5 is erased, 7 can't be erased. */
const [blocked, inGrace, erased, poisoned] = [3, 4, 5, 7];

beforeAll(async () => {
  await seed(db.sql, { users: 20 });
  // A check that fails for one person, with a message that holds the whole row.
  await db.sql.unsafe(`
    alter table comments add constraint never_deleted check (body <> '[deleted]' or author_id <> '${userId(poisoned)}');
    alter table invoices add constraint keeps_name check (user_id <> '${userId(8)}' or billing_name like 'Billing name%')`);
  await db.sql`select lethe.schedule_deletion(${userId(inGrace)})`;
  for (const n of [erased, poisoned, 8])
    await db.sql`select lethe.schedule_deletion(${userId(n)}, grace => '0')`;
  expect(await db.sql`select * from lethe.execute_due_deletions()`).toMatchObject([
    { executed: 1, failed: 2 },
  ]);
});

const markers = [blocked, inGrace, erased, poisoned, 8].flatMap((n) => personalMarkers(n));

function holdsNoValue(text: string): void {
  expect(markers.filter((marker) => text.includes(marker))).toEqual([]);
}

describe("refusals", () => {
  const refusals: [string, string][] = [
    ["LT001", `select lethe.schedule_deletion('${userId(inGrace)}')`],
    ["LT002", `select lethe.cancel_deletion('${userId(10)}')`],
    ["LT003", `select lethe.schedule_deletion('${userId(blocked)}')`],
    ["LT006", "select lethe.schedule_deletion(gen_random_uuid())"],
    ["LT007", `select lethe.execute_deletion('${userId(inGrace)}')`],
    ["LT010", `insert into sessions (user_id, token) values ('${userId(inGrace)}', 'Session token #4# x')`],
    ["LT011", `update users set email = '${emailOf(erased)}' where id = '${userId(erased)}'`],
    ["LT012", `delete from users where id = '${userId(inGrace)}'`],
  ];
  test.each(refusals)("%s names the subject and no value", async (code, statement) => {
    const failure = await failureOf(db.sql.unsafe(statement));
    expect(failure.code).toBe(code);
    holdsNoValue([failure.message, failure.detail, failure.hint].join(" "));
    if (code !== "LT006") expect(JSON.parse(failure.detail ?? "")).toHaveProperty("subject");
  });
});

test("a failed erasure is recorded by SQLSTATE, table and constraint; what PostgreSQL said held the row", async () => {
  const rows =
    await db.sql`select last_error, attempts from lethe.deletion_request where state = 'scheduled' and attempts > 0 order by id`;
  expect([...rows]).toEqual([
    { last_error: "23514 public.comments never_deleted", attempts: 1 },
    { last_error: "23514 public.invoices keeps_name", attempts: 1 },
  ]);
  // The caller of a single execution is told as PostgreSQL tells it: that is the owner's own check.
  const events = await db.sql`select event, details::text from lethe.deletion_event where event = 'failed'`;
  expect(events).toHaveLength(2);
});

test("events, operator's views and requests beside what is preserved in grace hold none", async () => {
  for (const what of [
    "select e::text from lethe.deletion_event e",
    "select p::text from lethe.pending p",
    "select o::text from lethe.overdue o",
    "select (to_jsonb(r) - 'preserved')::text from lethe.deletion_request r",
    "select r::text from lethe.deletion_request r where state = 'completed'",
    "select b::text from lethe.deletion_blockers($1) b",
    "select x::text from lethe.explain_deletion($1) x",
  ]) {
    const rows = await db.sql.unsafe(what, what.includes("$1") ? [userId(blocked)] : []).values();
    expect(rows.length, what).toBeGreaterThan(0);
    holdsNoValue(JSON.stringify(rows));
  }
});

test("what the worker is woken with is empty", async () => {
  const heard: string[] = [];
  const listener = await db.connect();
  await listener.listen("lethe", (payload) => heard.push(payload));
  await db.sql`select lethe.schedule_deletion(${userId(11)}, grace => '0')`;
  await expect.poll(() => heard).toEqual([""]);
});
