/** What hidden people wrote is hidden too, although the asker's own look at people is filtered (a trap that fails open). */
import { beforeAll, describe, expect, test } from "vitest";
import { content, keep, pii, subject, via } from "../../../generator/index.ts";
import { useDatabase } from "../../support/database.ts";
import { type Erasure, installLethe, terms } from "../../support/schema-case.ts";

const db = useDatabase("empty");
const people = 3000;

const erasure: Erasure = {
  ...terms,
  access: { ...terms.access, currentUser: "nullif(current_setting('app.user_id', true), '')::bigint" },
  tables: {
    users: subject({
      key: "id",
      view: "active_users",
      rls: "hide",
      columns: { id: keep(), email: pii.email() },
    }),
    comments: content({ view: "visible_comments", rls: "hide", columns: { body: pii.replace("[deleted]") } }),
    edits: content({
      owner: via("comments"),
      view: "visible_edits",
      rls: "hide",
      columns: { body: pii.null() },
    }),
    votes: content({
      owner: via("edits"),
      view: "visible_votes",
      rls: "hide",
      columns: { body: pii.null() },
    }),
    // A soft reference of another type, and policies of the team's own.
    notes: content({
      owner: "author",
      view: "visible_notes",
      rls: "restrict",
      columns: { body: pii.null() },
    }),
  },
};

beforeAll(async () => {
  await db.sql.unsafe(`
    create table users (id bigint primary key, email text not null unique);
    create table comments (id bigint primary key, author_id bigint references users, body text not null);
    create table edits (id bigint primary key, comment_id bigint not null references comments, body text);
    create table votes (id bigint primary key, edit_id bigint not null references edits, body text);
    create table notes (id bigint primary key, author text, body text);
    create index on comments (author_id); create index on edits (comment_id); create index on votes (edit_id); create index on notes (author);
    insert into users select n, format('p%s@example.com', n) from generate_series(1, ${people}) n;
    insert into comments select n, n, 'comment of ' || n from generate_series(1, ${people}) n;
    insert into comments values (0, null, 'of nobody');
    insert into edits select n, n, 'edit of ' || n from generate_series(0, ${people}) n;
    insert into votes select n, n, 'vote on ' || n from generate_series(0, ${people}) n;
    insert into notes select n, n::text, 'note of ' || n from generate_series(1, ${people}) n;
    insert into notes values (0, 'system', 'of no key');
    alter table notes enable row level security;
    create policy everybody_reads on notes for select using (id <> 13);
    grant select on all tables in schema public to app_user;
  `);
  await installLethe(db.sql, erasure);
  await db.sql`select lethe.schedule_deletion(5), lethe.schedule_deletion(7)`;
  await db.sql`select lethe.execute_deletion(7, early => true)`;
  await db.sql`analyze`;
});

const all = ["comments", "edits", "votes", "notes"].flatMap((each) => [each, `visible_${each}`]);

describe.each(all)("%s as app_user", (relation) => {
  test("live authors' rows, those of nobody, and none of hidden people's", async () => {
    const app = await db.as("app_user");
    const rows = await app<
      { id: number }[]
    >`select id::integer as id from ${app(relation)} where id <= 20 order by id`;
    const notTheTeams = relation.endsWith("notes") ? [13] : [];
    const expected = Array.from({ length: 21 }, (_, id) => id).filter(
      (id) => ![5, 7, ...notTheTeams].includes(id),
    );
    expect(rows.map((row) => row.id)).toEqual(expected);
  });
  test("a page of fifty asks for the hidden, and never reads all people", async () => {
    const app = await db.as("app_user");
    const rows = await app.unsafe(
      `explain (analyze, costs off, timing off, summary off, format json) select id, body from ${relation} order by id limit 50`,
    );
    const plan = JSON.stringify(rows[0]?.["QUERY PLAN"]);
    expect(plan).not.toContain('"Index Name":"users_pkey"');
    for (const node of nodesOf(rows[0]?.["QUERY PLAN"]))
      if (node["Relation Name"] === "users" || node["Index Name"] === "users_lethe_hidden")
        expect(node["Actual Rows"] as number, plan).toBeLessThanOrEqual(2);
    expect(plan).toContain("users_lethe_hidden");
    expect(plan).not.toMatch(/"Node Type":"Seq Scan"[^}]*"Relation Name":"users"/);
  });
});

test("the team's own write policies still decide; a hidden author's rows can't be changed by the application", async () => {
  await db.sql`grant update on comments to app_user`;
  const app = await db.as("app_user");
  expect((await app`update comments set body = 'x' where id in (5, 6)`).count).toBe(1);
});

test("cancel shows them again, in every one of them", async () => {
  await db.sql`select lethe.cancel_deletion(5)`;
  const app = await db.as("app_user");
  for (const relation of all) expect(await app`select from ${app(relation)} where id = 5`).toHaveLength(1);
});

test("of hidden people app_user learns the keys and nothing more", async () => {
  const columns =
    await db.sql`select attname::text as name from pg_attribute where attrelid = 'lethe.hidden_subjects'::regclass and attnum > 0`;
  expect([...columns]).toEqual([{ name: "subject_id" }]);
});

type PlanNode = Record<string, unknown> & { Plans?: PlanNode[] };

function nodesOf(explained: unknown): PlanNode[] {
  const [{ Plan }] = explained as [{ Plan: PlanNode }];
  const walk = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(walk)];
  return walk(Plan);
}
