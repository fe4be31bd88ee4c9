/** Rows that go to somebody else: a ghost, or whoever an expression names. */
import { beforeEach, describe, expect, test } from "vitest";
import {
  content,
  defineErasure,
  ghost,
  keep,
  pii,
  presets,
  reassign,
  subject,
} from "../../../generator/index.ts";
import { erase, executeDue, requestOf, schedule, useScenario } from "../../support/scenario.ts";
import { failureOf, terms } from "../../support/schema-case.ts";

const heir = { sql: "(select g.owner_id from groups g where g.id = t.group_id)" };

const db = useScenario(
  `create table people (id bigint primary key, email text);
   create table groups (id bigint primary key, owner_id bigint);
   create table articles (id bigint primary key, author_id bigint not null references people, byline text);
   create table likes (
     person_id bigint references people, article_id bigint, slot text,
     unique (person_id, article_id), unique (person_id, slot), id bigint primary key
   );
   create table names (id bigint primary key, person_id bigint references people, label text);
   create unique index names_label on names (person_id, lower(label));
   create table pages (id bigint primary key, person_id bigint not null references people, group_id bigint);
   create table files (id bigint primary key, person_id bigint references people, group_id bigint);
   create table drafts (id bigint primary key, person_id bigint not null references people, group_id bigint);
   create table seats (id bigint primary key, person_id bigint not null references people, group_id bigint, row_no integer, unique (person_id, row_no));
   create index on articles (author_id);
   create index on likes (person_id);
   create index on names (person_id);
   create index on pages (person_id);
   create index on files (person_id);
   create index on drafts (person_id);
   create index on seats (person_id);`,
  defineErasure({
    ...terms,
    access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
    ghosts: { departed: ghost({ id: 1000, email: "departed@example.org" }) },
    tables: {
      people: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
      groups: { class: "unrelated", reason: "shared" },
      articles: content({
        owner: "author_id",
        rows: reassign("departed"),
        columns: { byline: pii.replace("Departed") },
      }),
      likes: content({
        owner: "person_id",
        rows: reassign("departed", { onConflict: "delete" }),
        columns: { article_id: keep(), slot: keep() },
      }),
      names: content({
        owner: "person_id",
        rows: reassign({ sql: "1000::bigint" }, { onConflict: "delete" }),
        columns: { label: keep() },
      }),
      pages: content({ owner: "person_id", rows: reassign(heir), columns: { group_id: keep() } }),
      files: content({
        owner: "person_id",
        rows: reassign(heir, { orElse: "detach" }),
        columns: { group_id: keep() },
      }),
      drafts: content({
        owner: "person_id",
        rows: reassign(heir, { orElse: "delete" }),
        columns: { group_id: keep() },
      }),
      seats: content({
        owner: "person_id",
        rows: reassign(heir, { orElse: "delete", onConflict: "delete" }),
        columns: { group_id: keep(), row_no: keep() },
      }),
    },
  }),
);

let base = 0;
beforeEach(async () => {
  base += 10;
  await db.sql`
    insert into people select p, 'p' || p || '@example.com' from generate_series(${base}::bigint, ${base + 5}::bigint) p
  `;
});

test("to a ghost, with its columns transformed", async () => {
  await db.sql`insert into articles values (${base}, ${base}, 'Ada'), (${base + 1}, ${base + 1}, 'Bob')`;
  await erase(db.sql, base);
  expect(await db.sql`select author_id, byline from articles where id >= ${base} order by id`).toEqual([
    { author_id: "1000", byline: "Departed" },
    { author_id: String(base + 1), byline: "Bob" },
  ]);
});

test("under hard_delete too: the person goes, the rows stay", async () => {
  await db.sql`insert into articles values (${base}, ${base}, 'Ada')`;
  await erase(db.sql, base, { strategy: "hard_delete" });
  expect(await db.sql`select author_id from articles where id = ${base}`).toEqual([{ author_id: "1000" }]);
  expect(await db.sql`select from people where id = ${base}`).toHaveLength(0);
});

describe("on conflict: delete", () => {
  const likes = () =>
    db.sql`select id::integer, person_id::integer as p from likes where id between ${base} and ${base + 9} order by id`;

  test("what the ghost has already stays the ghost's; NULLs collide with nothing", async () => {
    await db.sql`
      insert into likes (id, person_id, article_id, slot) values
        (${base}, 1000, ${base}, null), (${base + 1}, ${base}, ${base}, null),
        (${base + 2}, ${base}, ${base + 1}, null), (${base + 3}, ${base}, null, null)
    `;
    await erase(db.sql, base);
    expect(await likes()).toEqual([
      { id: base, p: 1000 },
      { id: base + 2, p: 1000 },
      { id: base + 3, p: 1000 },
    ]);
  });

  test("two people of one batch leave the same: one row stays", async () => {
    await db.sql`
      insert into likes (id, person_id, article_id) values
        (${base}, ${base}, ${base}), (${base + 1}, ${base + 1}, ${base}), (${base + 2}, ${base + 2}, ${base})
    `;
    for (const person of [base, base + 1]) await schedule(db.sql, person, { grace: "0" });
    expect(await executeDue(db.sql)).toMatchObject({ executed: 2, failed: 0 });
    expect(await likes()).toEqual([
      { id: base, p: 1000 },
      { id: base + 2, p: base + 2 },
    ]);
  });

  test("where the index is over an expression nothing is deleted on a guess: the person waits", async () => {
    await db.sql`insert into names values (${base}, 1000, 'A'), (${base + 1}, ${base}, 'b')`;
    await erase(db.sql, base);
    expect(
      await db.sql`select from names where id in (${base}, ${base + 1}) and person_id = 1000`,
    ).toHaveLength(2);
    await db.sql`insert into names values (${base + 2}, ${base + 1}, 'a')`;
    await schedule(db.sql, base + 1, { grace: "0" });
    expect(await executeDue(db.sql)).toMatchObject({ executed: 0, failed: 1 });
    expect((await requestOf(db.sql, base + 1)).last_error).toBe("23505 public.names names_label");
    await db.sql`select lethe.cancel_deletion(${base + 1})`;
  });

  test("different heirs: equal rows of two people don't collide", async () => {
    await db.sql`insert into groups values (${base}, ${base + 4}), (${base + 1}, ${base + 5})`;
    await db.sql`
      insert into seats values (${base}, ${base}, ${base}, 1), (${base + 1}, ${base + 1}, ${base + 1}, 1)
    `;
    for (const person of [base, base + 1]) await schedule(db.sql, person, { grace: "0" });
    expect(await executeDue(db.sql)).toMatchObject({ executed: 2, failed: 0 });
    expect(
      await db.sql`select person_id::integer as p from seats where id in (${base}, ${base + 1}) order by id`,
    ).toEqual([{ p: base + 4 }, { p: base + 5 }]);
  });
});

describe("to whom an expression names", () => {
  // A group of somebody who stays, one of the leaver's own, and none.
  const rows = async (table: string) => {
    await db.sql`insert into groups values (${base}, ${base + 5}), (${base + 1}, ${base}) on conflict do nothing`;
    await db.sql`
      insert into ${db.sql(table)} values (${base}, ${base}, ${base}), (${base + 1}, ${base}, ${base + 1}), (${base + 2}, ${base}, null)
    `;
  };
  const owners = (table: string) =>
    db.sql`select person_id::integer as p from ${db.sql(table)} where id between ${base} and ${base + 9} order by id`;

  test("nobody: an error that says so, and the person waits", async () => {
    await rows("pages");
    await schedule(db.sql, base, { grace: "0" });
    const [client] = [await db.connect()];
    expect(await failureOf(client`select lethe.execute_deletion(${base})`)).toMatchObject({
      code: "LT003",
      message: "nobody to hand rows of public.pages to",
    });
    expect(await executeDue(db.sql)).toMatchObject({ failed: 1 });
    expect((await requestOf(db.sql, base)).last_error).toBe("LT003");
    await db.sql`update pages set group_id = ${base}`;
    await client`select lethe.execute_deletion(${base})`;
    expect(await owners("pages")).toEqual([{ p: base + 5 }, { p: base + 5 }, { p: base + 5 }]);
  });

  test("nobody, or else detach", async () => {
    await rows("files");
    await erase(db.sql, base);
    expect(await owners("files")).toEqual([{ p: base + 5 }, { p: null }, { p: null }]);
  });

  test("nobody, or else delete", async () => {
    await rows("drafts");
    await erase(db.sql, base);
    expect(await owners("drafts")).toEqual([{ p: base + 5 }]);
  });

  test("an heir who leaves in the same batch is nobody", async () => {
    await rows("files");
    for (const person of [base, base + 5]) await schedule(db.sql, person, { grace: "0" });
    await executeDue(db.sql);
    expect(await owners("files")).toEqual([{ p: null }, { p: null }, { p: null }]);
  });
});

describe.each(["scheduled", "erased", "marked by hand"])("an heir who is %s is nobody", (state) => {
  async function withHeir(): Promise<void> {
    await db.sql`insert into groups values (${base}, ${base + 1})`;
    if (state === "scheduled") await schedule(db.sql, base + 1);
    if (state === "erased") await erase(db.sql, base + 1);
    if (state === "marked by hand")
      await db.sql`update people set deleted_at = now() - interval '1 year' where id = ${base + 1}`;
  }

  test("so the row is deleted or detached, or the request waits", async () => {
    await withHeir();
    await db.sql`insert into drafts values (${base}, ${base}, ${base})`;
    await db.sql`insert into files values (${base}, ${base}, ${base})`;
    await erase(db.sql, base);
    expect(await db.sql`select from drafts where id = ${base}`).toHaveLength(0);
    expect(await db.sql`select person_id from files where id = ${base}`).toEqual([{ person_id: null }]);

    await db.sql`insert into pages values (${base}, ${base + 2}, ${base})`;
    await schedule(db.sql, base + 2, { grace: "0" });
    const failed = await failureOf(db.sql`select lethe.execute_deletion(${base + 2})`);
    expect(failed.code).toBe("LT003");
    expect(await db.sql`select person_id from pages where id = ${base}`).toEqual([
      { person_id: String(base + 2) },
    ]);
    await db.sql`select lethe.cancel_deletion(${base + 2})`;
  });
});
