/** A transaction that began before an erasure writes for the person after it (PITFALLS 30): a later look finds it. */

import type postgres from "postgres";
import { beforeAll, describe, expect, test } from "vitest";
import { content, defineErasure, keep, pii, subject } from "../../../generator/index.ts";
import { useDatabase } from "../../support/database.ts";
import { erase, eventsOf, newPerson, requestOf, rowsOf, useScenario } from "../../support/scenario.ts";
import { sqlState, terms } from "../../support/schema-case.ts";

async function look(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ found: number }[]>`select found from lethe.residue_after()`;
  return row?.found ?? -1;
}

/** As the worker does: one step after the other. */
async function goOn(sql: postgres.Sql): Promise<void> {
  for (let step = 0; step < 50; step++) {
    const waiting = await sql`select lethe.continue_deletion(r) as state from lethe.executing_requests() r`;
    if (waiting.length === 0) return;
  }
  throw new Error("it never comes to an end");
}

describe("the reference application", () => {
  const db = useDatabase("reference");
  let listing: string;

  beforeAll(async () => {
    const creator = await newPerson(db.sql);
    const [row] = await db.sql<{ id: string }[]>`
      insert into property_listings (creator_id, title) values (${creator}, 'x') returning id`;
    listing = row?.id ?? "";
  });

  const comment = (sql: postgres.Sql, author: string) =>
    sql`insert into comments (listing_id, author_id, body) values (${listing}, ${author}, 'late words')`;

  test("what an older transaction commits is found, and erased again", async () => {
    const [person, other] = [await newPerson(db.sql), await newPerson(db.sql)];
    const late = await db.connect();
    await late`begin`;
    await late`select from property_listings`;
    expect(await erase(db.sql, person)).toBe("completed");
    expect(await look(db.sql)).toBe(0);
    await comment(late as unknown as postgres.Sql, person);
    await late`commit`;
    await comment(db.sql, other);

    expect(await look(db.sql)).toBe(1);
    const request = await requestOf(db.sql, person);
    expect(request).toMatchObject({ state: "executing", last_error: "LT014 public.comments" });
    const [waits] = await db.sql`select waits_because from lethe.overdue where request_id = ${request.id}`;
    expect(waits?.waits_because).toBe("residue found");
    // Looking again changes nothing: it is known.
    expect(await look(db.sql)).toBe(0);

    await goOn(db.sql);
    expect(await requestOf(db.sql, person)).toMatchObject({ state: "completed", last_error: null });
    expect((await eventsOf(db.sql, request.id)).slice(-3)).toEqual([
      "residue_found",
      "executed",
      "completed",
    ]);
    const bodies = await db.sql`select author_id, body from comments order by body`;
    expect(bodies.filter((row) => row.author_id === person)).toMatchObject([{ body: "[deleted]" }]);
    expect(bodies.filter((row) => row.author_id === other)).toMatchObject([{ body: "late words" }]);
    expect(await db.sql`select * from lethe.verify_events()`).toEqual([]);
    expect(await look(db.sql)).toBe(0);
  });

  test("older than the look asks for: left alone", async () => {
    const person = await newPerson(db.sql);
    await erase(db.sql, person);
    await comment(db.sql, person);
    await db.sql`
      update lethe.deletion_request set executed_at = now() - interval '3 days' where subject_id = ${person}`;
    expect(await look(db.sql)).toBe(0);
    await db.sql`update lethe.deletion_request set executed_at = now() where subject_id = ${person}`;
    expect(await look(db.sql)).toBe(1);
    await goOn(db.sql);
  });

  test("piece by piece", async () => {
    const people = [await newPerson(db.sql), await newPerson(db.sql), await newPerson(db.sql)];
    for (const person of people) await erase(db.sql, person);
    const [start] = await db.sql`
      select min(executed_at)::text as at from lethe.deletion_request where subject_id = any (${people})`;
    await comment(db.sql, people[2] as string);
    let [after, request, found] = [start?.at as string, "0", 0];
    for (let looked = 2; looked === 2; ) {
      const [row] = await db.sql`
        select looked, found, last_executed::text as after, last_request::text as request
        from lethe.residue_after(${after}::text::timestamptz, ${request}, now(), 2)`;
      [after, request, looked] = [row?.after, row?.request, row?.looked];
      found += row?.found;
    }
    expect(found).toBe(1);
    await goOn(db.sql);
  });

  test("for the worker alone", async () => {
    const app = await db.as("app_user", { "app.user_id": await newPerson(db.sql) });
    expect(await sqlState(app`select lethe.residue_after()`)).toBe("42501");
    const worker = await db.as("app_worker", {});
    expect(await sqlState(worker`select lethe.residue_after()`)).toBe("none");
    expect(await sqlState(worker`select lethe.reopen_requests('anonymize', '{1}', 'x')`)).toBe("42501");
  });
});

describe("a key that is taken again, rows without a foreign key, options", () => {
  const erasure = defineErasure({
    ...terms,
    options: { thorough: false },
    tables: {
      people: subject({ key: "id", columns: { id: keep(), name: pii.null() } }),
      notes: content({ owner: "person_id", columns: { body: pii.null() } }),
      posts: content({ owner: "person_id", rows: "delete", when: "thorough" }),
    },
  });
  const db = useScenario(
    `create table people (id text primary key, name text);
     create table notes (id bigint generated always as identity primary key, person_id text, body text);
     create index on notes (person_id);
     create table posts (id bigint generated always as identity primary key, person_id text, body text);
     create index on posts (person_id);`,
    erasure,
  );
  const write = (table: string, person: string) =>
    db.sql`insert into ${db.sql(table)} (person_id, body) values (${person}, 'words')`;

  test("hard_delete: what comes under the key goes too, unless somebody new has it", async () => {
    for (const id of ["ada", "bob"]) {
      await db.sql`insert into people (id, name) values (${id}, 'x')`;
      await erase(db.sql, id, { strategy: "hard_delete" });
      await write("notes", id);
    }
    await db.sql`insert into people (id, name) values ('bob', 'Another Bob')`;
    expect(await look(db.sql)).toBe(1);
    await goOn(db.sql);
    expect(await rowsOf(db.sql, "notes", "ada", "person_id")).toBe(0);
    expect(await db.sql`select body from notes where person_id = 'bob'`).toMatchObject([{ body: "words" }]);
    expect(await db.sql`select name from people where id = 'bob'`).toMatchObject([{ name: "Another Bob" }]);
  });

  test("what the request asked for still counts", async () => {
    for (const [id, thorough] of [
      ["cleo", true],
      ["dan", false],
    ] as const) {
      await db.sql`insert into people (id, name) values (${id}, 'x')`;
      await erase(db.sql, id, { options: { thorough } });
      await write("posts", id);
    }
    expect(await look(db.sql)).toBe(1);
    await goOn(db.sql);
    expect(await rowsOf(db.sql, "posts", "cleo", "person_id")).toBe(0);
    expect(await rowsOf(db.sql, "posts", "dan", "person_id")).toBe(1);
  });
});
