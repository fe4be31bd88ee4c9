/**
 * Cost grows with what is done, never with what is stored, and not by way of plans either: a session that made its plans
 * while the tables were nearly empty, and knows no statistics since, touches as many pages for as many people.
 */
import type postgres from "postgres";
import { expect, test } from "vitest";
import {
  content,
  defineErasure,
  keep,
  pii,
  referencedBy,
  retain,
  session,
  subject,
} from "../../../generator/index.ts";
import { useScenario } from "../../support/scenario.ts";
import { terms } from "../../support/schema-case.ts";

const db = useScenario(
  `create table people (id text primary key, email text);
   create table albums (id bigint primary key, title text);
   create table uploads (
     id bigint generated always as identity primary key, person_id text references people, storage_key text not null,
     album_id bigint references albums
   );
   create table sessions (id bigint generated always as identity primary key, person_id text not null references people);
   create table invoices (
     id bigint generated always as identity primary key, person_id text references people, name text, issued_at date
   );
   create index on uploads (person_id); create index on uploads (album_id);
   create index on sessions (person_id); create index on invoices (person_id);`,
  defineErasure({
    ...terms,
    lifecycle: { ...terms.lifecycle, strategies: ["anonymize"] },
    tables: {
      people: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
      sessions: session(),
      invoices: retain({
        owner: "person_id",
        for: "7 years",
        since: "issued_at",
        basis: "legal_obligation",
        columns: { name: pii.null(), issued_at: keep() },
      }),
      albums: content({ owner: referencedBy("uploads"), rows: "delete" }),
      uploads: content({ owner: "person_id", rows: "delete" }),
    },
    effects: {
      bucket: { handler: "s3", forEach: "uploads", payload: { key: "t.storage_key" } },
      index: { handler: "search", forEach: "uploads", payload: { key: "t.storage_key" }, after: "bucket" },
      reminder: { handler: "mail", at: "before", lead: "1 day", payload: { to: "t.email" } },
    },
  }),
);

interface Plan {
  "Shared Hit Blocks": number;
  "Shared Read Blocks": number;
}

/** Pages touched, those of every function's statements too. */
async function pages(sql: postgres.Sql, statement: string): Promise<number> {
  const [row] = await sql.unsafe<{ "QUERY PLAN": [{ Plan: Plan }] }[]>(
    `explain (analyze, buffers, timing off, format json) ${statement}`,
  );
  const plan = row?.["QUERY PLAN"][0].Plan;
  return (plan?.["Shared Hit Blocks"] ?? Number.NaN) + (plan?.["Shared Read Blocks"] ?? Number.NaN);
}

const RESULTS = (state: string) => `(
  select jsonb_agg(jsonb_build_object('effect', e.id, 'attempt', e.attempts, 'state', '${state}', 'code', 'x'))
  from lethe.effect e where e.state = 'delivering'
)`;

let people = 0;

/** As many wait for their time, and as many are erased; then ten more do each thing. */
async function among(sql: postgres.Sql, crowd: number): Promise<Record<string, number>> {
  const from = people + 1;
  people += 2 * crowd + 10;
  const each = `generate_series(${from}, ${people}) n`;
  await sql.unsafe(`insert into people select 'p' || n, n || '@example.com' from ${each}`);
  await sql.unsafe(`insert into albums select n, 'a' from ${each}`);
  await sql.unsafe(`insert into uploads (person_id, storage_key, album_id) select 'p' || n, n || '-' || m, n
    from ${each}, generate_series(1, 2) m`);
  await sql.unsafe(`insert into sessions (person_id) select 'p' || n from ${each}`);
  await sql.unsafe(
    `insert into invoices (person_id, name, issued_at) select 'p' || n, 'x', '2010-01-01' from ${each}`,
  );
  const schedule = (first: number, count: number, grace: string) =>
    `select lethe.schedule_deletion('p' || n, grace => '${grace}') from generate_series(${first}, ${first + count - 1}) n`;
  await sql.unsafe(schedule(from, crowd, "14 days"));
  await sql.unsafe(schedule(from + crowd, crowd, "0"));
  const ten = from + 2 * crowd;
  const cost: Record<string, number> = {};
  cost.schedule = await pages(sql, schedule(ten, 10, "14 days"));
  cost.status = await pages(
    sql,
    `select lethe.deletion_status('p' || n) from generate_series(${ten}, ${ten + 9}) n`,
  );
  cost.cancel = await pages(
    sql,
    `select lethe.cancel_deletion('p' || n) from generate_series(${ten}, ${ten + 9}) n`,
  );
  // Now and then an execution looks for drift, which reads the catalog: not in the one that is counted.
  await sql`select lethe.execute_due_deletions(1)`;
  cost.execute = await pages(sql, "select lethe.execute_due_deletions(10)");
  for (let left = 1; left > 0; ) {
    const [outcome] = await sql`select * from lethe.execute_due_deletions(500)`;
    expect(outcome).toMatchObject({ failed: 0, blocked: 0 });
    left = Number(outcome?.remaining);
  }
  for (const handler of ["s3", "search"]) {
    cost[`claim ${handler}`] = await pages(sql, `select * from lethe.claim_effects('${handler}', 10)`);
    cost[`finish ${handler}`] = await pages(sql, `select lethe.finish_effects(${RESULTS("done")})`);
  }
  await sql`select lethe.claim_effects('s3', 10)`;
  cost.fail = await pages(sql, `select lethe.finish_effects(${RESULTS("failed")})`);
  cost.retry = await pages(sql, "select lethe.retry_effects()");
  const request = `(select max(request_id) from lethe.deletion_event where event = 'executed')`;
  cost.certificate = await pages(sql, `select lethe.certificate(${request})`);
  cost["effect status"] = await pages(sql, `select * from lethe.effect_status(${request})`);
  cost.explain = await pages(sql, `select lethe.explain_deletion('p${ten}')`);
  return cost;
}

test("a hundred times as many stored: the same pages for ten people", async () => {
  const sql = await db.connect();
  // Somebody's transaction stays open: whatever is newer may have come meanwhile, and is looked up among the effects.
  const open = await db.connect();
  await open`begin`;
  await open`insert into people values ('open', 'open@example.com')`;
  // Plans are made here.
  await among(sql, 10);
  const few = await among(sql, 10);
  const many = await among(sql, 1000);
  await open`rollback`;
  // Versions that nobody has cleared away yet cost a few pages too.
  const grown = Object.entries(many).filter(([name, value]) => value > 2.2 * (few[name] ?? 0) + 600);
  expect(Object.fromEntries(grown.map(([name, value]) => [name, [few[name], value]]))).toEqual({});
});
