/** What a dry run says will stay is what stays, row for row. */
import { beforeAll, expect, test } from "vitest";
import {
  content,
  defineErasure,
  keep,
  pii,
  presets,
  retain,
  subject,
  table,
} from "../../../generator/index.ts";
import { erase, useScenario } from "../../support/scenario.ts";
import { sqlState, terms } from "../../support/schema-case.ts";

const db = useScenario(
  `create table people (id bigint primary key, email text);
   create table bills (id bigint primary key, person_id bigint references people, name text, issued_at date);
   create table scores (id bigint primary key, person_id bigint references people, points integer);
   create table posts (id bigint primary key, author_id bigint references people, editor_id bigint references people, body text, draft boolean not null default false);
   create table likes (id bigint primary key, person_id bigint references people);
   create index on bills (person_id); create index on scores (person_id); create index on likes (person_id);
   create index on posts (author_id); create index on posts (editor_id);`,
  defineErasure({
    ...terms,
    lifecycle: { ...terms.lifecycle, strategies: ["anonymize", "soft_delete"] },
    access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
    options: { likes: false },
    tables: {
      people: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
      bills: retain({
        owner: "person_id",
        for: "10 years",
        since: "issued_at",
        basis: "tax law",
        columns: { name: pii.null(), issued_at: keep() },
      }),
      scores: content({ owner: "person_id", rows: "keep", columns: { points: keep() } }),
      posts: table({
        columns: { body: pii.replace("[deleted]"), draft: keep() },
        rules: [
          content({ owner: "author_id", where: "t.draft", rows: "delete" }),
          content({ owner: "author_id", rows: "keep" }),
          content({ owner: "editor_id", rows: "keep" }),
        ],
      }),
      likes: content({ owner: "person_id", when: "likes", rows: "delete" }),
    },
  }),
);

beforeAll(async () => {
  await db.sql.unsafe(`
    insert into people select p, 'p' || p from generate_series(1, 4) p;
    insert into bills select p * 10 + n, p, 'x', now() from generate_series(1, 4) p, generate_series(1, 3) n;
    insert into scores select p, p, 7 from generate_series(1, 4) p;
    insert into posts select p * 10 + n, p, case when n > 2 then p when n = 1 then p % 4 + 1 end, 'x', n = 4
    from generate_series(1, 4) p, generate_series(1, 4) n;
    insert into likes select p * 10 + n, p from generate_series(1, 4) p, generate_series(1, 2) n;
  `);
});

type Line = { table_name: string; rows: number; basis: string };
const remaining = async (person: number, strategy: string | null = null) => [
  ...(await db.sql<Line[]>`
    select table_name, rows::integer, basis from lethe.explain_remaining(${person}, ${strategy}) order by 1, 2
  `),
];
const left = async (person: number) => {
  const [row] = await db.sql<{ bills: number; scores: number; posts: number; likes: number }[]>`
    select (select count(*)::integer from bills where person_id = ${person}) as bills,
      (select count(*)::integer from scores where person_id = ${person}) as scores,
      (select count(*)::integer from posts where ${person} in (author_id, editor_id)) as posts,
      (select count(*)::integer from likes where person_id = ${person}) as likes
  `;
  return row;
};

test("anonymize: retained with its basis, kept, and what the request doesn't ask for; what goes isn't told", async () => {
  const told = await remaining(1);
  expect(told).toEqual([
    { table_name: "public.bills", rows: 3, basis: "retained (tax law) for 10 years since issued_at" },
    { table_name: "public.likes", rows: 2, basis: "the request doesn't ask for likes" },
    // Another's post that they edited; and their own but for the draft, each once.
    { table_name: "public.posts", rows: 1, basis: "the annotation keeps them" },
    { table_name: "public.posts", rows: 3, basis: "the annotation keeps them" },
    { table_name: "public.scores", rows: 1, basis: "the annotation keeps them" },
  ]);
  await erase(db.sql, 1);
  expect(await left(1)).toEqual({ bills: 3, scores: 1, posts: 4, likes: 2 });
});

test("with the option the rows go, and aren't told", async () => {
  await db.sql`select lethe.schedule_deletion(2, grace => '0', options => '{"likes": true}')`;
  expect((await remaining(2)).map((line) => line.table_name)).not.toContain("public.likes");
  await db.sql`select lethe.execute_deletion(2)`;
  expect((await left(2))?.likes).toBe(0);
});

test("soft_delete: everything stays", async () => {
  const told = await remaining(3, "soft_delete");
  expect(Object.fromEntries(told.map((line) => [line.basis, 1]))).toEqual({
    "retained (tax law) for 10 years since issued_at, as they are": 1,
    "soft_delete leaves them as they are": 1,
  });
  const before = await left(3);
  expect(told.reduce((sum, line) => sum + line.rows, 0)).toBe(
    Object.values(before ?? {}).reduce((sum, rows) => sum + rows, 0),
  );
  await erase(db.sql, 3, { strategy: "soft_delete" });
  expect(await left(3)).toEqual(before);
});

test("who may ask, and what there is to ask for", async () => {
  const other = await db.as("app_user", { "app.user_id": "4" });
  expect(await other`select from lethe.explain_remaining(4)`).not.toHaveLength(0);
  expect(await sqlState(other`select from lethe.explain_remaining(3)`)).toBe("LT005");
  expect(await sqlState(other`select from lethe.count_remaining(4, 'anonymize')`)).toBe("42501");
  expect(await sqlState(db.sql`select from lethe.explain_remaining(4, 'hard_delete')`)).toBe("22023");
});
