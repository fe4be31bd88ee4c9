/** Migrations, one after the other, while people are being erased: each erasure is wholly by one of the two annotations. */
import type postgres from "postgres";
import { beforeAll, expect, test } from "vitest";
import { content, keep, pii, secret, session, subject } from "../../../generator/index.ts";
import { useDatabase } from "../../support/database.ts";
import { apply, type Erasure, migrationFor, sqlState, terms } from "../../support/schema-case.ts";
import { states, until } from "../worker/support.ts";
import { notAsRecorded, nothingRuns, PATIENCE, SCALE } from "./invariants.ts";

const PEOPLE = 4_000 * SCALE;
const MIGRATIONS = 6 * SCALE;
const LEAVING = 300 * SCALE;
const db = useDatabase("empty");

/** The other one changes what is written into two tables, guards a third no longer, and doesn't hide anybody. */
const erasure = (word: string, other: boolean): Erasure => ({
  ...terms,
  lifecycle: { strategies: ["anonymize"], gracePeriod: "14 days", cancelCooldown: "24 hours" },
  access: { ...terms.access, currentUser: "nullif(current_setting('app.user_id', true), '')::bigint" },
  tables: {
    people: subject({
      key: "id",
      ...(other ? {} : { view: "active_people", rls: "hide" as const }),
      columns: { id: keep(), email: pii.email(), name: pii.replace(word), password: secret() },
    }),
    logins: other ? content({ rows: "delete" }) : session(),
    comments: content({ columns: { body: pii.replace(word) } }),
    posts: content({ columns: { body: pii.replace(word) } }),
  },
});

beforeAll(async () => {
  await db.sql.unsafe(`
    create table people (id bigint primary key, email text not null unique, name text not null, password text);
    create table comments (id bigint generated always as identity primary key, person_id bigint not null references people, body text);
    create table posts (id bigint generated always as identity primary key, person_id bigint not null references people, body text);
    create table logins (id bigint generated always as identity primary key, person_id bigint not null references people);
    create index on logins (person_id); create index on posts (person_id); create index on comments (person_id);
    insert into people select n, 'p' || n || '@example.com', 'Person ' || n, 'secret' from generate_series(1, ${PEOPLE}) n;
    insert into logins (person_id) select id from people;
    insert into posts (person_id, body) select id, 'post' from people, generate_series(1, 5);
    insert into comments (person_id, body) select id, 'comment' from people, generate_series(1, 5);
    analyze;
  `);
  await apply(db.sql, await migrationFor(db.sql, erasure("[one]", false)));
});

test(
  "nobody is locked out, a migration applies or gives up whole, and nobody is erased by two rules",
  async () => {
    const migrations = [
      await migrationFor(db.sql, erasure("[two]", true)),
      await migrationFor(db.sql, erasure("[one]", false)),
    ];
    const staying = await everythingOf(PEOPLE - 100);
    const seen = { applied: 0, executed: 0, failures: [] as string[] };
    let next = 1;
    const goesOn = () =>
      (seen.applied < MIGRATIONS || seen.executed < LEAVING) &&
      next < PEOPLE - 110 &&
      seen.failures.length === 0;
    const work = async () => {
      const sql = await db.connect();
      while (goesOn()) {
        const from = next;
        next += 5;
        const asked = await sqlState(
          sql`select lethe.schedule_deletion(n, grace => '0') from generate_series(${from}::bigint, ${from + 4}) n`,
        );
        const executed = await sqlState(
          sql`select * from lethe.execute_due_deletions(10)`.then(([done]) => {
            seen.executed += done?.executed;
          }),
        );
        seen.failures.push(...[asked, executed].filter((code) => code !== "none"));
      }
    };
    const migrate = async () => {
      const sql = await db.connect();
      while (goesOn()) {
        const was = await inForce(sql);
        const before = seen.executed;
        const code = await sqlState(apply(sql, migrations[seen.applied % 2] as string));
        if (code === "none") seen.applied++;
        else if (code !== "55P03") seen.failures.push(`migration ${code}`);
        else expect(await inForce(sql)).toEqual(was);
        // Now it's the workers' turn.
        await until("somebody is erased in between", () => seen.executed > before + 40 || !goesOn());
      }
    };
    await Promise.all([work(), work(), migrate()]);
    expect(seen.failures).toEqual([]);
    expect(seen.applied).toBeGreaterThanOrEqual(MIGRATIONS);

    for (let left = 1; left > 0; ) {
      const [done] = await db.sql`select * from lethe.execute_due_deletions(500)`;
      left = Number(done?.remaining);
    }
    expect(await states(db.sql)).toEqual({ completed: next - 1 });
    expect(await notAsRecorded(db.sql)).toEqual([]);
    await nothingRuns(db.sql);
    const words = await db.sql`
    select w.words, count(*)::integer as people
    from people p
    cross join lateral (
      select array_agg(distinct each.word order by each.word) as words
      from (
        select p.name as word
        union all select t.body from posts t where t.person_id = p.id
        union all select t.body from comments t where t.person_id = p.id
        union all select 'still signed in' from logins t where t.person_id = p.id
      ) each
    ) w
    where p.id < ${next}
    group by w.words order by w.words
  `;
    expect(words.map((row) => row.words)).toEqual([["[one]"], ["[two]"]]);
    expect(await everythingOf(PEOPLE - 100)).toEqual(staying);
  },
  PATIENCE,
);

/** Which annotation holds, by what its parts left in the database. */
async function inForce(sql: postgres.Sql): Promise<object[]> {
  return [
    ...(await sql`
      select (select hash from lethe.annotation) as hash,
             (select md5(string_agg(o::text, ' ' order by o.name)) from lethe.object o) as objects,
             (select count(*)::integer from pg_policy) as policies
    `),
  ];
}

/** Rows of those from this number on, who stay. */
async function everythingOf(first: number): Promise<object[]> {
  return [
    ...(await db.sql`
      select (select md5(string_agg(p.email || p.name || p.password, ' ' order by id)) from people p where id >= ${first}) as people,
             (select md5(string_agg(t::text, ' ' order by id)) from posts t where person_id >= ${first}) as posts,
             (select md5(string_agg(t::text, ' ' order by id)) from comments t where person_id >= ${first}) as comments,
             (select md5(string_agg(t::text, ' ' order by id)) from logins t where person_id >= ${first}) as logins
    `),
  ];
}
