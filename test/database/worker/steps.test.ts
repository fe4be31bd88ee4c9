/** How the worker goes through people with very many rows: past many of them, and from step to step. */
import { makeWorkerUtils, type WorkerUtils } from "graphile-worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { content, defineErasure, keep, pii, subject } from "../../../generator/index.ts";
import { contextOf } from "../../../worker/context.ts";
import { continueDeletion } from "../../../worker/database.ts";
import { executeDue } from "../../../worker/tasks/batches.ts";
import { transact } from "../../../worker/transaction.ts";
import { useScenario } from "../../support/scenario.ts";
import { terms } from "../../support/schema-case.ts";
import { collectLog, until } from "./support.ts";

const db = useScenario(
  `create table people (id bigint primary key, email text unique);
   create table posts (id bigint generated always as identity primary key, person_id bigint not null references people, body text);
   create index on posts (person_id);`,
  defineErasure({
    ...terms,
    tables: {
      people: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
      posts: content({ owner: "person_id", columns: { body: pii.replace("[deleted]") }, heavy: 1 }),
    },
  }),
);
const context = contextOf({ logger: collectLog().log, batch: 50 });
let utils: WorkerUtils;
beforeAll(async () => {
  utils = await makeWorkerUtils({ connectionString: db.url });
});
afterAll(() => utils.release());

/** People from..to, due in this order, with so many posts each. */
async function due(from: number, to: number, posts: number): Promise<void> {
  await db.sql`
    insert into people select p, 'p' || p || '@example.com' from generate_series(${from}::bigint, ${to}::bigint) p
  `;
  await db.sql`
    insert into posts (person_id, body)
    select p, 'text' from generate_series(${from}::bigint, ${to}::bigint) p, generate_series(1, ${posts}::integer)
  `;
  await db.sql`
    select lethe.schedule_deletion(p, grace => '0') from generate_series(${from}::bigint, ${to}::bigint) p
  `;
}

test("batches of such people alone, with more than a thousand others due behind them, don't end a sweep", async () => {
  await due(1, 150, 2);
  await due(1001, 2200, 0);
  const totals = await executeDue(context, utils.withPgClient, new AbortController().signal);
  expect(totals).toEqual({ executed: 1200, failed: 0, blocked: 0, held: false });
  expect(await db.sql`select from lethe.due`).toHaveLength(0);
  const waiting = await db.sql`select count(*)::integer as n from lethe.executing_requests()`;
  expect(waiting).toEqual([{ n: 150 }]);
});

test("whoever is held by somebody else is left for another sweep", async () => {
  await due(3001, 3001, 0);
  const holder = await db.connect();
  await holder`begin`;
  await holder`select from people where id = 3001 for update`;
  const totals = await executeDue(context, utils.withPgClient, new AbortController().signal);
  expect(totals).toMatchObject({ executed: 0, held: true });
  await holder`rollback`;
  expect(await executeDue(context, utils.withPgClient, new AbortController().signal)).toMatchObject({
    executed: 1,
    held: false,
  });
});

test("between batches it rests as long as they took, unless it is asked to stop", async () => {
  const batches: { began: number; took: number }[] = [];
  const watched: typeof utils.withPgClient = async (work) => {
    const began = performance.now();
    try {
      return await utils.withPgClient(work);
    } finally {
      batches.push({ began, took: performance.now() - began });
    }
  };
  await due(4001, 4150, 0);
  await executeDue({ ...context, rest: 2 }, watched, new AbortController().signal);
  expect(batches).toHaveLength(3);
  for (const [index, { began, took }] of batches.slice(0, -1).entries())
    expect((batches[index + 1]?.began ?? 0) - (began + took)).toBeGreaterThan(took);

  await due(5001, 5150, 0);
  const stop = new AbortController();
  const done = executeDue({ ...context, rest: 1000 }, utils.withPgClient, stop.signal);
  await until("one batch is done", async () => (await db.sql`select from lethe.due`).length === 100);
  stop.abort();
  expect(await done).toMatchObject({ executed: 50 });
});

test("a step that a crash can lose doesn't wait for the disk; the one that completes does", async () => {
  const [request] = await db.sql`select min(r)::text as id from lethe.executing_requests() r`;
  const seen: [string, string][] = [];
  for (let state = "executing"; state === "executing"; ) {
    await transact(context, utils.withPgClient, async (client) => {
      state = await continueDeletion(context, client, String(request?.id));
      const { rows } = await client.query<{ synchronous_commit: string }>("show synchronous_commit");
      seen.push([state, rows[0]?.synchronous_commit ?? ""]);
    });
  }
  expect(seen).toEqual([
    ["executing", "off"],
    ["completed", "on"],
  ]);
});
