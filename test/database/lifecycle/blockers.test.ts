/** What stands in the way: at schedule, and again at execution. Refusals and ghosts. */
import { describe, expect, test } from "vitest";
import {
  blocker,
  content,
  defineErasure,
  ghost,
  keep,
  pii,
  presets,
  reassign,
  subject,
} from "../../../generator/index.ts";
import { useDatabase } from "../../support/database.ts";
import {
  eventsOf,
  execute,
  executeDue,
  newPerson,
  requestOf,
  schedule,
  useScenario,
} from "../../support/scenario.ts";
import { failureOf, terms } from "../../support/schema-case.ts";

describe("owned collections", () => {
  const db = useDatabase("reference");
  const own = (person: string, title: string) =>
    db.sql`insert into collections (owner_id, title) values (${person}, ${title})`;

  test("are listed beside what is only counted", async () => {
    const person = await newPerson(db.sql);
    await own(person, "one");
    await db.sql`insert into collections (owner_id, deleted_at) values (${person}, now())`;
    await db.sql`insert into property_listings (creator_id, title) values (${person}, 'a'), (${person}, 'b')`;
    expect(await db.sql`select * from lethe.deletion_blockers(${person}) order by code`).toEqual([
      { code: "collections", message: "owns 1 active collections", count: "1", blocking: true },
      { code: "property_listings", message: "created 2 listings", count: "2", blocking: false },
    ]);
    await expect(schedule(db.sql, person)).rejects.toMatchObject({ code: "LT003" });
    await db.sql`update collections set deleted_at = now() where owner_id = ${person}`;
    await schedule(db.sql, person);
  });

  test("that appear during grace make the request wait, visibly, and let it go on once they are gone", async () => {
    const [person, other] = [await newPerson(db.sql), await newPerson(db.sql)];
    const { request_id } = await schedule(db.sql, person, { grace: "0" });
    await schedule(db.sql, other, { grace: "0" });
    await own(person, "late");

    // The others of the batch are executed all the same.
    expect(await executeDue(db.sql)).toMatchObject({ executed: 1, failed: 0, blocked: 1, remaining: "0" });
    const waiting = await requestOf(db.sql, person);
    expect(waiting).toMatchObject({ state: "scheduled", attempts: 0, last_error: "LT003" });
    expect(await db.sql`select waits_because from lethe.overdue where subject_id = ${person}`).toEqual([
      { waits_because: "blocked" },
    ]);
    expect(await failureOf(execute(db.sql, person))).toMatchObject({ code: "LT003" });
    await executeDue(db.sql);
    expect(await eventsOf(db.sql, request_id), "said once").toEqual(["scheduled", "blocked"]);

    await db.sql`update collections set deleted_at = now() where owner_id = ${person}`;
    expect(await executeDue(db.sql)).toMatchObject({ executed: 1, blocked: 0 });
    expect(await requestOf(db.sql, person)).toMatchObject({ state: "completed", last_error: null });
    expect(await eventsOf(db.sql, request_id)).toEqual(["scheduled", "blocked", "executed", "completed"]);
    expect(await db.sql`select from lethe.overdue where subject_id = ${person}`).toHaveLength(0);
  });

  test("a request that waits can still be cancelled", async () => {
    const person = await newPerson(db.sql);
    await schedule(db.sql, person, { grace: "0" });
    await own(person, "late");
    await executeDue(db.sql);
    await db.sql`select lethe.cancel_deletion(${person})`;
    expect(await requestOf(db.sql, person)).toMatchObject({ state: "cancelled", blocked_at: null });
  });
});

describe("rows that may never go", () => {
  const db = useScenario(
    `create table people (id bigint primary key, email text, is_system boolean not null default false);
     create table notes (id bigint primary key, owner_id bigint not null references people, locked boolean not null);
     create index on notes (owner_id);
     insert into people values (1, 'a@example.com', false), (2, 'system@example.com', true), (3, 'b@example.com', false);`,
    defineErasure({
      ...terms,
      access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
      ghosts: { departed: ghost({ id: 0, email: "departed@example.org" }) },
      tables: {
        people: subject({
          key: "id",
          refuse: [{ where: "t.is_system", message: "system account" }],
          columns: { id: keep(), email: pii.email(), is_system: keep() },
        }),
        notes: blocker({
          owner: "owner_id",
          where: "t.locked",
          message: "{count} locked",
          columns: { locked: keep() },
          otherwise: content({ rows: reassign("departed") }),
        }),
      },
    }),
  );

  test("refused by the annotation's condition", async () => {
    expect(await failureOf(schedule(db.sql, 2))).toMatchObject({ code: "LT003", message: "system account" });
  });

  test("a ghost", async () => {
    expect(await db.sql`select email from people where id = 0`).toEqual([{ email: "departed@example.org" }]);
    expect(await failureOf(schedule(db.sql, 0))).toMatchObject({
      code: "LT003",
      message: "stands in for departed people",
    });
  });

  test("somebody who becomes one during grace is not executed", async () => {
    await schedule(db.sql, 1, { grace: "0" });
    await db.sql`update people set is_system = true where id = 1`;
    expect(await executeDue(db.sql)).toMatchObject({ executed: 0, blocked: 1 });
    expect(await failureOf(execute(db.sql, 1))).toMatchObject({ code: "LT003" });
    await db.sql`update people set is_system = false where id = 1`;
    expect(await executeDue(db.sql)).toMatchObject({ executed: 1 });
  });

  test("the ghost takes over the rows", async () => {
    await db.sql`insert into notes values (1, 3, false)`;
    await schedule(db.sql, 3, { grace: "0" });
    await executeDue(db.sql);
    expect(await db.sql`select owner_id from notes where id = 1`).toEqual([{ owner_id: "0" }]);
  });
});
