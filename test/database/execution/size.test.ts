/** A batch is bounded by its rows, not by its people alone; who has very many goes in steps. */
import { expect, test } from "vitest";
import { content, defineErasure, keep, pii, presets, subject } from "../../../generator/index.ts";
import { executeDue, schedule, useScenario } from "../../support/scenario.ts";
import { terms } from "../../support/schema-case.ts";

const people = 12;
// No autovacuum: its ANALYZE would come at any moment, and these tests say themselves what the planner knows.
const db = useScenario(
  `create table people (id bigint primary key, email text);
   create table visits (id bigint generated always as identity primary key, person_id bigint references people, page text);
   alter table visits set (autovacuum_enabled = false);
   create index on visits (person_id);
   insert into people select n, 'p' || n || '@example.com' from generate_series(1, 20) n;
   insert into visits (person_id, page) select p, 'page' from generate_series(1, 12000) n, generate_series(1, ${people}) p;
   insert into visits (person_id, page) select 20, 'page' from generate_series(1, 60000) n;
   analyze visits;`,
  defineErasure({
    ...terms,
    lifecycle: { ...terms.lifecycle, strategies: ["anonymize"] },
    access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
    tables: {
      people: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
      visits: content({ rows: "delete" }),
    },
  }),
);

test("144,000 rows of twelve people: six at a time", async () => {
  for (let person = 1; person <= people; person++) await schedule(db.sql, person, { grace: "0" });
  expect(await executeDue(db.sql)).toEqual({ executed: 6, failed: 0, blocked: 0, remaining: "6" });
  expect(await executeDue(db.sql)).toMatchObject({ executed: 6, remaining: "0" });
  expect(await db.sql`select from visits where person_id <= ${people}`).toHaveLength(0);
});

test("60,000 rows of one person: known from statistics alone, and erased in steps", async () => {
  await schedule(db.sql, 20, { grace: "0" });
  const [heavy] = await db.sql`select lethe.heavy_subjects('anonymize', array[20, 13]::bigint[]) as ids`;
  expect(heavy?.ids).toEqual(["20"]);
  expect(await executeDue(db.sql)).toMatchObject({ executed: 0, failed: 0 });
  expect(await db.sql`select state from lethe.deletion_request where subject_id = 20`).toEqual([
    { state: "executing" },
  ]);
});

test("rows that came after the statistics: at the second attempt they are counted, and go in steps", async () => {
  await db.sql`insert into visits (person_id, page) select 19, 'page' from generate_series(1, 60000) n`;
  const { request_id } = await schedule(db.sql, 19, { grace: "0" });
  const [planned] = await db.sql`select lethe.heavy_subjects('anonymize', array[19]::bigint[]) as ids`;
  expect(planned?.ids, "the planner doesn't know").toEqual([]);
  await db.sql`select lethe.record_failure(${request_id}, '57014')`;
  await db.sql`update lethe.deletion_request set next_attempt_at = null where id = ${request_id}`;
  await executeDue(db.sql);
  expect(await db.sql`select state from lethe.deletion_request where id = ${request_id}`).toEqual([
    { state: "executing" },
  ]);
});
