/** Tables that one decision is about: rows of each are erased, exported, explained, and guarded like any other's. */
import { beforeAll, expect, test } from "vitest";
import { content, group, keep, keepRest, pii, session, subject, via } from "../../../generator/index.ts";
import { erase, useScenario } from "../../support/scenario.ts";
import { sqlState, terms } from "../../support/schema-case.ts";

const people = { ann: "ann", ben: "ben" };
const rated = ["book", "shop", "Club"];

const db = useScenario(
  `create table people (id text primary key, email text unique);
   ${rated
     .map(
       (thing) => `
   create table "${thing}_ratings" (
     id integer primary key, person_id text not null references people, stars integer${thing === "Club" ? ', "Mood" text' : ", note text not null"});
   create index on "${thing}_ratings" (person_id);
   create table "${thing}_tags" (rating_id integer references "${thing}_ratings", tag text);
   create index on "${thing}_tags" (rating_id);`,
     )
     .join("")}
   create schema app;
   create table app.web_tokens (person_id text not null references people);
   create table app.cli_tokens (person_id text not null references people);
   create index on app.web_tokens (person_id); create index on app.cli_tokens (person_id);
   create table books (id integer primary key);`,
  {
    ...terms,
    lifecycle: { ...terms.lifecycle, strategies: ["anonymize", "hard_delete"] },
    tables: {
      people: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
      ...group(
        ["*_ratings"],
        content({
          columns: { note: pii.replace("[deleted]"), Mood: pii.null(), ...keepRest({ stars: keep() }) },
        }),
        ["book_ratings", "shop_ratings", "Club_ratings"],
      ),
      ...group(["book_tags"], content({ owner: via("book_ratings"), rows: "delete" })),
      shop_tags: content({ owner: via("shop_ratings"), rows: "delete" }),
      Club_tags: content({ owner: via("Club_ratings"), rows: "delete" }),
      ...group(["app.*_tokens"], session(), ["app.web_tokens", "app.cli_tokens"]),
    },
  },
);

beforeAll(async () => {
  for (const [at, id] of Object.values(people).entries()) {
    await db.sql`insert into people values (${id}, ${`${id}@example.org`})`;
    for (const thing of rated) {
      await db.sql`insert into ${db.sql(`${thing}_ratings`)} values (${at}, ${id}, 5, ${`${id} was here`})`;
      await db.sql`insert into ${db.sql(`${thing}_tags`)} values (${at}, ${`${id}'s`})`;
    }
    await db.sql`insert into app.web_tokens values (${id})`;
    await db.sql`insert into app.cli_tokens values (${id})`;
  }
});

const rows = async () =>
  Object.fromEntries(
    await Promise.all(
      rated.map(async (thing) => [
        thing,
        await db.sql`select * from ${db.sql(`${thing}_ratings`)} order by id`.values(),
      ]),
    ),
  );

test("no drift, and each table is known by its own name", async () => {
  expect(await db.sql`select * from lethe.drift`).toEqual([]);
  const explained = await db.sql`select table_name, rows from lethe.explain_deletion('ann') order by 1`;
  expect(explained.map((row) => [row.table_name, Number(row.rows)])).toEqual(
    expect.arrayContaining([
      ["public.Club_ratings", 1],
      ["public.book_ratings", 1],
      ["public.book_tags", 1],
      ["app.cli_tokens", 1],
    ]),
  );
  const [exported] = await db.sql`select lethe.export_subject('ann') as data`;
  expect(exported?.data).toMatchObject({
    "public.Club_ratings": [{ Mood: "ann was here" }],
    "public.shop_ratings": [{ note: "ann was here" }],
  });
});

test("the rows of every table of the group go, or lose what is personal, and nobody else's", async () => {
  expect(await erase(db.sql, "ann", { strategy: "anonymize" })).toBe("completed");
  expect(await rows()).toEqual({
    book: [
      [0, "ann", 5, "[deleted]"],
      [1, "ben", 5, "ben was here"],
    ],
    shop: [
      [0, "ann", 5, "[deleted]"],
      [1, "ben", 5, "ben was here"],
    ],
    Club: [
      [0, "ann", 5, null],
      [1, "ben", 5, "ben was here"],
    ],
  });
  for (const thing of rated)
    expect(await db.sql`select tag from ${db.sql(`${thing}_tags`)}`).toEqual([{ tag: "ben's" }]);
  for (const token of ["web_tokens", "cli_tokens"]) {
    expect(await db.sql`select person_id from app.${db.sql(token)}`).toEqual([{ person_id: "ben" }]);
    expect(await sqlState(db.sql`insert into app.${db.sql(token)} values ('ann')`)).toBe("LT010");
  }
});

test("under hard_delete too", async () => {
  expect(await erase(db.sql, "ben", { strategy: "hard_delete" })).toBe("completed");
  const left = await rows();
  for (const thing of rated) expect(left[thing]).toHaveLength(1);
});
