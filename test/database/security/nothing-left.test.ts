/**
 * After an erasure no value of the departed is left in any table of the database, Lethe's and graphile-worker's
 * included, and every row of the application is what the annotation says: other people's are what they were.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { personalMarkers, userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { createDatabase, type Database } from "../../support/database.ts";
import { type Row, referenceModel, type Strategy } from "./reference-model.ts";

/** Nobody of these 40 owns an active collection; 4 and 5 write to each other; the last two cancelled once before. */
const departed = [4, 5, 10, 22, 31];
const ids = departed.map((n) => userId(n));

/** By table, then by key: the row as PostgreSQL prints it, and as JSON. */
type Dump = Map<string, Map<string, { text: string; json: Row }>>;

describe.each<Strategy>(["anonymize", "hard_delete"])("%s", (strategy) => {
  let db: Database;
  let before: Dump;
  let after: Dump;
  let secrets: string[];

  beforeAll(async () => {
    db = await createDatabase("reference");
    await seed(db.sql, { users: 40 });
    before = await dump(db);
    secrets = await leave(db, strategy);
    after = await dump(db);
  });
  afterAll(() => db.drop());

  test("the search would find them: every marker was there before", () => {
    const text = textsOf(before).join("\n");
    for (const n of departed) for (const marker of personalMarkers(n)) expect(text).toContain(marker);
  });

  test("no value of theirs is left anywhere, no reason they gave, no token", () => {
    // The title of a listing describes the place, and stays by annotation.
    const markers = departed.flatMap((n) =>
      personalMarkers(n).filter((each) => !each.startsWith("Listing #")),
    );
    expect(secrets.length).toBe(2 * 7);
    const left = textsOf(after).filter((line) =>
      [...markers, ...secrets].some((each) => line.includes(each)),
    );
    expect(left).toEqual([]);
  });

  test("every row of the application is what the annotation says, and nothing else is touched", () => {
    const model = referenceModel(
      strategy,
      ids,
      (comment) => before.get("public.comments")?.get(String(comment))?.json.author_id,
      (collection) => before.get("public.collections")?.get(String(collection))?.json.owner_id,
    );
    let untouched = 0;
    for (const [table, becomes] of Object.entries(model)) {
      const now = after.get(`public.${table}`) ?? new Map();
      const expected = new Map<string, Row>();
      for (const [key, { text, json }] of before.get(`public.${table}`) ?? []) {
        const row = becomes(json);
        if (row !== null) expected.set(key, row);
        if (row === json) {
          expect(now.get(key)?.text, `${table} ${key}`).toBe(text);
          untouched++;
        }
      }
      const found = new Map(
        [...now].map(([key, { json }]) => [key, table === "users" ? withoutTime(json) : json]),
      );
      expect(found, table).toEqual(expected);
    }
    expect(untouched).toBeGreaterThan(1_500);
    const tables = [...before.keys()].filter((each) => each.startsWith("public."));
    expect(tables.map((each) => each.slice("public.".length)).sort()).toEqual(Object.keys(model).sort());
  });
});

/** When they left is the one thing that the model can't know. */
function withoutTime(row: Row): Row {
  return row.deleted_at === null ? row : { ...row, deleted_at: "marked" };
}

/** Everybody leaves, some after a cancellation; returns what Lethe was told or gave in confidence. */
async function leave(db: Database, strategy: Strategy): Promise<string[]> {
  const secrets: string[] = [];
  const schedule = async (n: number, grace: string | null) => {
    const reason = `Reason ${secrets.length} of ${n}: somebody follows me`;
    const me = await db.as("app_user", { "app.user_id": userId(n) });
    const [made] = await me<{ cancel_token: string }[]>`
      select * from lethe.schedule_deletion(${userId(n)}, ${strategy}, ${reason}, ${grace}::text::interval)
    `;
    secrets.push(reason, made?.cancel_token ?? "no token");
  };
  for (const n of departed.slice(-2)) {
    await schedule(n, null);
    await db.sql`select lethe.cancel_deletion(${userId(n)})`;
  }
  await db.sql`update lethe.deletion_request set cancelled_at = cancelled_at - interval '25 hours'`;
  for (const n of departed) await schedule(n, "0");
  const [done] = await db.sql`select * from lethe.execute_due_deletions()`;
  expect(done).toMatchObject({ executed: departed.length, failed: 0, blocked: 0 });
  return secrets;
}

/** Every row of every table that isn't PostgreSQL's own. */
async function dump(db: Database): Promise<Dump> {
  const tables = await db.sql<{ name: string; key: string | null }[]>`
    select format('%I.%I', n.nspname, c.relname) as name,
           (
             select string_agg(format('t.%I::text', a.attname), ' || ''/'' || ' order by a.attnum)
             from pg_index i
             join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
             where i.indrelid = c.oid and i.indisprimary
           ) as key
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p')
      and n.nspname <> 'information_schema'
      and n.nspname !~ '^pg_'
    order by 1
  `;
  expect(tables.map((table) => table.name)).toEqual(
    expect.arrayContaining(["lethe.deletion_request", "lethe.effect", "graphile_worker._private_jobs"]),
  );
  const found: Dump = new Map();
  for (const { name, key } of tables) {
    const rows = await db.sql.unsafe<{ key: string; text: string; json: Row }[]>(
      `select ${key ?? "t::text"} as key, t::text as text, to_jsonb(t) as json from ${name} t`,
    );
    found.set(name, new Map(rows.map(({ key, text, json }) => [key, { text, json }])));
  }
  return found;
}

function textsOf(all: Dump): string[] {
  return [...all].flatMap(([table, rows]) => [...rows.values()].map((row) => `${table} ${row.text}`));
}
