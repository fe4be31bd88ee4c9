/** Rows whose owner is three tables away, where every table calls its columns the same. */
import { beforeAll, expect, test } from "vitest";
import { content, keep, pii, session, subject, via } from "../../../generator/index.ts";
import { schedule, useScenario } from "../../support/scenario.ts";
import { sqlState, terms } from "../../support/schema-case.ts";

const people = ["ann", "ben"];

const db = useScenario(
  `create table people (id text primary key, email text unique);
   create table shops (id text primary key, parent_id text not null references people, name text);
   create table tills (id text primary key, parent_id text not null references shops, name text);
   create table shifts (id text primary key, parent_id text not null references tills, name text);
   create index on shops (parent_id); create index on tills (parent_id); create index on shifts (parent_id);
   create table logins (id text primary key, parent_id text not null references tills);
   create index on logins (parent_id);`,
  {
    ...terms,
    lifecycle: { ...terms.lifecycle, strategies: ["anonymize"] },
    tables: {
      people: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
      shops: content({ owner: "parent_id", columns: { name: pii.null() } }),
      tills: content({ owner: via("shops"), columns: { name: pii.null() } }),
      shifts: content({
        owner: via("tills"),
        view: "live_shifts",
        columns: { name: pii.template("by {id}") },
      }),
      logins: session({ owner: via("tills") }),
    },
  },
);

beforeAll(async () => {
  for (const id of people) {
    await db.sql`insert into people values (${id}, ${`${id}@example.org`})`;
    await db.sql`insert into shops values (${`${id}'s shop`}, ${id}, 'a')`;
    await db.sql`insert into tills values (${`${id}'s till`}, ${`${id}'s shop`}, 'b')`;
    await db.sql`insert into shifts values (${`${id}'s shift`}, ${`${id}'s till`}, 'c')`;
  }
});

test("guards, views and templates know whose they are", async () => {
  await schedule(db.sql, "ann", { grace: "0" });
  const signIn = (id: string) =>
    db.sql`insert into logins values (${`${id} on the phone`}, ${`${id}'s till`})`;
  expect(await sqlState(signIn("ann"))).toBe("LT010");
  expect(await sqlState(signIn("ben"))).toBe("none");
  expect([...(await db.sql`select id from live_shifts`)]).toEqual([{ id: "ben's shift" }]);
  await db.sql`select lethe.execute_deletion('ann')`;
  expect([...(await db.sql`select name from shifts order by id`)]).toEqual([
    { name: "by ann" },
    { name: "c" },
  ]);
});
