/** The event log can't be altered by the application; what an owner does to it by force is found out. */
import type postgres from "postgres";
import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { erase, newPerson, schedule } from "../../support/scenario.ts";
import { sqlState } from "../../support/schema-case.ts";

const db = useDatabase("reference");
let request = "";

beforeAll(async () => {
  await erase(db.sql, await newPerson(db.sql));
  const person = await newPerson(db.sql);
  request = (await schedule(db.sql, person)).request_id;
  await db.sql`select lethe.cancel_deletion(${person})`;
  await db.sql`select lethe.record_events(array[${request}]::bigint[], 'noted', 'worker')`;
});

/** What verify_events() says after a forgery, which is then undone. */
async function after(
  forge: (tx: postgres.TransactionSql) => Promise<unknown>,
): Promise<[string, number, string][]> {
  let found: [string, number, string][] = [];
  const undo = new Error("undo");
  await db.sql
    .begin(async (tx) => {
      await tx`alter table lethe.deletion_event disable trigger lethe_append_only`;
      await forge(tx);
      const rows = await tx<
        { request_id: string; seq: number; problem: string }[]
      >`select * from lethe.verify_events()`;
      found = rows.map((row) => [row.request_id, row.seq, row.problem.replace(/:.*/, "")]);
      throw undo;
    })
    .catch((error) => {
      if (error !== undo) throw error;
    });
  return found;
}

test("nothing is wrong with a log that nobody touched", async () => {
  expect(await after(async () => {})).toEqual([]);
  const worker = await db.as("app_worker");
  expect(await worker`select * from lethe.verify_events(${request})`).toHaveLength(0);
  const user = await db.as("app_user");
  expect(await sqlState(user`select * from lethe.verify_events()`)).toBe("42501");
});

test.each<[string, (tx: postgres.TransactionSql) => Promise<unknown>, [number, string][]]>([
  [
    "changed",
    (tx) => tx`update lethe.deletion_event set actor = 'admin' where request_id = ${request} and seq = 2`,
    [[2, "changed"]],
  ],
  [
    "a time that is a microsecond off",
    (tx) =>
      tx`update lethe.deletion_event set at = at + interval '1 microsecond' where request_id = ${request} and seq = 1`,
    [[1, "changed"]],
  ],
  [
    "the first removed",
    (tx) => tx`delete from lethe.deletion_event where request_id = ${request} and seq = 1`,
    [[1, "removed"]],
  ],
  [
    "one in the middle removed",
    (tx) => tx`delete from lethe.deletion_event where request_id = ${request} and seq = 2`,
    [[2, "removed"]],
  ],
  [
    "the last removed",
    (tx) => tx`delete from lethe.deletion_event where request_id = ${request} and seq = 3`,
    [[3, "removed"]],
  ],
  [
    "all removed",
    (tx) => tx`delete from lethe.deletion_event where request_id = ${request}`,
    [[1, "removed"]],
  ],
  [
    "one added at the end, with the right hash",
    (tx) => tx`
      insert into lethe.deletion_event
      select request_id, 4, 'completed', actor, at, details,
             lethe.event_hash(hash, request_id, 4, 'completed', actor, at, details)
      from lethe.deletion_event where request_id = ${request} and seq = 3
    `,
    [[4, "inserted"]],
  ],
  [
    "two change places",
    async (tx) => {
      for (const [from, to] of [
        [2, 100],
        [1, 2],
        [100, 1],
      ] as const)
        await tx`update lethe.deletion_event set seq = ${to} where request_id = ${request} and seq = ${from}`;
    },
    [
      [1, "changed"],
      [2, "changed"],
      [3, "changed"],
    ],
  ],
  [
    "changed with a hash of its own: the next one tells",
    (tx) => tx`
      update lethe.deletion_event e
      set actor = 'admin',
          hash = lethe.event_hash(
            (select hash from lethe.deletion_event p where p.request_id = e.request_id and p.seq = 1),
            request_id, seq, event, 'admin', at, details)
      where request_id = ${request} and seq = 2
    `,
    [[3, "changed"]],
  ],
  [
    "the last changed with a hash of its own: the request tells",
    (tx) => tx`
      update lethe.deletion_event e
      set actor = 'admin',
          hash = lethe.event_hash(
            (select hash from lethe.deletion_event p where p.request_id = e.request_id and p.seq = 2),
            request_id, seq, event, 'admin', at, details)
      where request_id = ${request} and seq = 3
    `,
    [[3, "changed"]],
  ],
])("%s", async (_, forge, expected) => {
  expect(await after(forge)).toEqual(expected.map(([seq, problem]) => [request, seq, problem]));
});
