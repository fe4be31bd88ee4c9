/** The whole look for drift is taken when the catalog has changed, and each minute; not with every batch. */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { seed } from "../../../examples/reference/seed.ts";
import { useDatabase } from "../../support/database.ts";
import { executeDue, newPerson, schedule } from "../../support/scenario.ts";

const db = useDatabase("reference");
beforeAll(() => seed(db.sql, { users: 10 }));

const mark = async () => (await db.sql`select lethe.catalog_mark() as mark`)[0]?.mark as string;
const looked = async () =>
  (await db.sql`select looked_at::text as at from lethe.drift_look`)[0]?.at as string | undefined;
const batch = async () => {
  await schedule(db.sql, await newPerson(db.sql), { grace: "0" });
  return executeDue(db.sql);
};

test.each([
  ["a new column", "alter table comments add column mood text", "alter table comments drop column mood"],
  [
    "a column that may be empty now",
    "alter table users alter email drop not null",
    "alter table users alter email set not null",
  ],
  [
    "a new table that refers to people",
    "create table diaries (user_id uuid references users on delete restrict)",
    "drop table diaries",
  ],
  [
    "another action of a foreign key",
    "alter table sessions drop constraint sessions_user_id_fkey",
    "alter table sessions add foreign key (user_id) references users on delete cascade",
  ],
  [
    "a trigger of Lethe's that is off",
    "alter table users disable trigger lethe_freeze",
    "alter table users enable trigger lethe_freeze",
  ],
  [
    "row security that is off",
    "alter table users disable row level security",
    "alter table users enable row level security",
  ],
  [
    "row security forced on the owner",
    "alter table comments force row level security",
    "alter table comments no force row level security",
  ],
  ["another owner", "alter table comments owner to app_admin", "alter table comments owner to current_user"],
])("%s gives another mark", async (_, change, undo) => {
  const before = await mark();
  await db.sql.unsafe(change);
  expect(await mark()).not.toBe(before);
  await db.sql.unsafe(undo);
});

test("rows, statistics and other people's tables leave the mark as it is", async () => {
  const before = await mark();
  await newPerson(db.sql);
  await db.sql.unsafe("vacuum analyze users");
  await db.sql.unsafe("create table weather (day date)");
  expect(await mark()).toBe(before);
});

describe("the look", () => {
  beforeEach(() => db.sql`update lethe.drift_look set catalog_mark = '', looked_at = '-infinity'`);

  test("once for many batches", async () => {
    expect(await batch()).toMatchObject({ executed: 1 });
    const first = await looked();
    expect(first).not.toBe("-infinity");
    expect(await batch()).toMatchObject({ executed: 1 });
    expect(await looked()).toBe(first);
  });

  test("anew after a minute, whatever the mark says", async () => {
    await batch();
    await db.sql`update lethe.drift_look set looked_at = now() - interval '61 seconds', refused = '{"anonymize": "x"}'`;
    expect(await batch()).toMatchObject({ executed: 1 });
    expect(await db.sql`select refused from lethe.drift_look`).toEqual([{ refused: {} }]);
  });

  test("at once after a change, and again when it is taken back", async () => {
    await batch();
    await db.sql.unsafe("alter table users add column shoe_size integer");
    expect(await batch()).toMatchObject({ executed: 0, blocked: 1 });
    await db.sql.unsafe("alter table users drop column shoe_size");
    await db.sql`update lethe.deletion_request set next_attempt_at = null where state = 'scheduled'`;
    expect(await executeDue(db.sql)).toMatchObject({ executed: 1, blocked: 0 });
  });

  test("a worker that writes it down holds up nobody", async () => {
    await schedule(db.sql, await newPerson(db.sql), { grace: "0" });
    const other = await db.connect();
    await other`begin`;
    await other`update lethe.drift_look set looked_at = looked_at`;
    expect(await executeDue(db.sql)).toMatchObject({ executed: 1 });
    await other`rollback`;
  });
});
