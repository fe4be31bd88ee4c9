/**
 * Lethe's functions run under a pinned search_path (PITFALLS 4): triggers of the application inherit it and often use
 * unqualified names, and a citext column must still be compared without regard to case.
 */
import { expect, test } from "vitest";
import { ack, content, defineErasure, keep, match, pii, subject } from "../../../generator/index.ts";
import { erase, useScenario } from "../../support/scenario.ts";
import { terms } from "../../support/schema-case.ts";

const db = useScenario(
  `create schema ext;
   create extension citext schema ext;
   create schema app;
   create table app.people (id bigint primary key, email ext.citext unique, verified boolean not null default true);
   create table app.letters (id bigint generated always as identity primary key, address ext.citext, body text);
   create index on app.letters (address);
   create table app.log (person bigint);
   create function app.note() returns trigger language plpgsql as
     $$ begin insert into log values (old.id); return new; end $$;
   create trigger note after update on app.people for each row execute function app.note();`,
  defineErasure({
    ...terms,
    access: { ...terms.access, searchPath: ["app"] },
    tables: {
      "app.people": subject({
        key: "id",
        columns: { id: keep(), email: pii.email(), verified: keep() },
        triggers: { note: ack("notes the number alone") },
      }),
      "app.letters": content({
        owner: match("address", { value: "email", if: "t.verified" }),
        columns: { address: pii.null(), body: pii.null() },
      }),
      "app.log": keep("numbers of people"),
    },
  }),
);

test("a trigger finds its tables, and an address in other letters is the same address", async () => {
  await db.sql`insert into app.people (id, email) values (1, 'Ada@Example.com'), (2, 'bob@example.com')`;
  await db.sql`insert into app.letters (address, body) values ('ADA@example.COM', 'a'), ('bob@example.com', 'b')`;
  expect(await erase(db.sql, 1)).toBe("completed");
  expect(await db.sql`select address::text, body from app.letters order by id`).toEqual([
    { address: null, body: null },
    { address: "bob@example.com", body: "b" },
  ]);
  expect(await db.sql`select person::integer from app.log where person = 1`).not.toEqual([]);
  expect(await db.sql`select email::text from app.people where id = 1`).toEqual([
    { email: "deleted_1@deleted.invalid" },
  ]);
});
