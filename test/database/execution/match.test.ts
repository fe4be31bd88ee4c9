/** Owners by value: rows that hold only a person's verified address, found by what it was when they asked to leave. */
import { describe, expect, test } from "vitest";
import { content, defineErasure, keep, match, pii, session, subject } from "../../../generator/index.ts";
import { erase, execute, schedule, useScenario } from "../../support/scenario.ts";

const db = useScenario(
  `
  create table people (
    id bigint generated always as identity primary key,
    email text not null unique,
    verified boolean not null default true
  );
  create table verifications (id bigint generated always as identity primary key, identifier text not null);
  create index on verifications (identifier);
  create table newsletters (id bigint generated always as identity primary key, address varchar(200));
  create index on newsletters (address);
  create table letters (id bigint generated always as identity primary key, newsletter_id bigint not null references newsletters, body text);
  create index on letters (newsletter_id);
  `,
  defineErasure({
    tables: {
      people: subject({ key: "id", columns: { id: keep(), email: pii.email(), verified: keep() } }),
      verifications: session({ owner: match("identifier", { value: "email", if: "t.verified" }) }),
      newsletters: content({ owner: match("address", { value: "email", if: "t.verified" }), rows: "delete" }),
      letters: content({ owner: { by: "via", table: "newsletters" }, rows: "delete" }),
    },
  }),
);

async function person(email: string, verified = true): Promise<string> {
  const [row] =
    await db.sql`insert into people (email, verified) values (${email}, ${verified}) returning id`;
  await db.sql`insert into verifications (identifier) values (${email})`;
  const [list] = await db.sql`insert into newsletters (address) values (${email}) returning id`;
  await db.sql`insert into letters (newsletter_id, body) values (${list?.id}, ${`Dear ${email}`})`;
  return String(row?.id);
}

async function left(email: string): Promise<number[]> {
  const [row] = await db.sql`
    select (select count(*)::int from verifications where identifier = ${email}) as tokens,
           (select count(*)::int from newsletters where address = ${email}) as lists,
           (select count(*)::int from letters where body = ${`Dear ${email}`}) as letters
  `;
  return [row?.tokens, row?.lists, row?.letters];
}

describe.each(["anonymize", "hard_delete"])("%s", (strategy) => {
  test("rows that hold the address go, at schedule and at execution", async () => {
    const leaving = await person(`ada-${strategy}@example.org`);
    await person(`ben-${strategy}@example.org`);
    await schedule(db.sql, leaving, { strategy, grace: "0" });
    expect(await left(`ada-${strategy}@example.org`)).toEqual([0, 1, 1]);
    expect(await execute(db.sql, leaving)).toBe("completed");
    expect(await left(`ada-${strategy}@example.org`)).toEqual([0, 0, 0]);
    expect(await left(`ben-${strategy}@example.org`)).toEqual([1, 1, 1]);
  });
});

test("an address that was never verified matches nothing: it may be somebody else's", async () => {
  const squatter = await person("victim@example.org", false);
  await erase(db.sql, squatter);
  expect(await left("victim@example.org")).toEqual([1, 1, 1]);
});

test("the address at the time of the schedule counts, not one that was written since", async () => {
  const leaving = await person("before@example.org");
  await person("other@example.org");
  await schedule(db.sql, leaving, { grace: "0" });
  await db.sql`update people set email = 'after@example.org' where id = ${leaving}`;
  await execute(db.sql, leaving);
  expect(await left("before@example.org")).toEqual([0, 0, 0]);
  expect(await left("other@example.org")).toEqual([1, 1, 1]);
});

test("a new token for the address of somebody who is leaving is refused", async () => {
  const leaving = await person("eve@example.org");
  await schedule(db.sql, leaving);
  const insert = db.sql`insert into verifications (identifier) values ('eve@example.org')`;
  await expect(insert).rejects.toMatchObject({ code: "LT010" });
});

test("explain counts what would go, before anything is scheduled", async () => {
  const someone = await person("fay@example.org");
  const rows = await db.sql`select table_name, rows::int from lethe.explain_deletion(${someone})`;
  expect(Object.fromEntries(rows.map((row) => [row.table_name, row.rows]))).toMatchObject({
    "public.verifications": 1,
    "public.newsletters": 1,
    "public.letters": 1,
  });
});
