/** Many callers at once: one request; cancel against execute: one winner, and the database says the same (row 13). */
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { executeDue, newPerson, requestOf, schedule } from "../../support/scenario.ts";
import { sqlState } from "../../support/schema-case.ts";

const db = useDatabase("reference");
let crowd: postgres.Sql;

beforeAll(() => {
  crowd = postgres(db.url, { max: 30, onnotice: () => {} });
});
afterAll(() => crowd.end());

test("200 schedules of one person at once: one request, 199 refusals", async () => {
  const person = await newPerson(db.sql);
  const states = await Promise.all(
    Array.from({ length: 200 }, () => sqlState(crowd`select lethe.schedule_deletion(${person})`)),
  );
  expect(states.filter((state) => state === "none")).toHaveLength(1);
  expect(states.filter((state) => state === "LT001")).toHaveLength(199);
  expect(await db.sql`select from lethe.deletion_request where subject_id = ${person}`).toHaveLength(1);
});

describe("cancel against execute", () => {
  const rounds = 110;
  /** In lanes, so that several races run at once; within a race both start together, one of them delayed a little. */
  const race = async (execute: (person: string, delay: number) => PromiseLike<unknown>) => {
    const people: string[] = [];
    for (let n = 0; n < rounds; n++) people.push(await newPerson(db.sql));
    const wins = { cancel: 0, execute: 0 };
    const lane = async (first: number) => {
      for (let n = first; n < rounds; n += 5) {
        const person = people[n] as string;
        await schedule(db.sql, person, { grace: "0" });
        const pause = (n % 11) / 2000;
        const [cancelled, executed] = await Promise.all([
          sqlState(
            crowd`select lethe.cancel_deletion(p) from (select ${person}::uuid as p, pg_sleep(${pause})) q`,
          ),
          execute(person, (10 - (n % 11)) / 2000),
        ]);
        const { state } = await requestOf(db.sql, person);
        const [row] = await db.sql`
          select email like '%@deleted.invalid' as erased, deleted_at is null as unmarked from users where id = ${person}
        `;
        if (cancelled === "none") {
          wins.cancel++;
          expect({ state, ...row }, `${n}: cancelled`).toEqual({
            state: "cancelled",
            erased: false,
            unmarked: true,
          });
        } else {
          wins.execute++;
          expect(cancelled).toBe("LT002");
          expect({ state, ...row }, `${n}: executed`).toEqual({
            state: "completed",
            erased: true,
            unmarked: false,
          });
        }
        if (typeof executed === "string") expect(executed).toBe(cancelled === "none" ? "LT002" : "none");
      }
    };
    await Promise.all([0, 1, 2, 3, 4].map(lane));
    // Not a race at all if one of them always won.
    expect(wins.cancel).toBeGreaterThan(0);
    expect(wins.execute).toBeGreaterThan(0);
    expect(wins.cancel + wins.execute).toBe(rounds);
  };

  test("execute_deletion", () =>
    race((person, delay) =>
      sqlState(
        crowd`select lethe.execute_deletion(p) from (select ${person}::uuid as p, pg_sleep(${delay})) q`,
      ),
    ));

  test("execute_due_deletions", () =>
    race(async (person, delay) => {
      await crowd`select pg_sleep(${delay})`;
      // A call skips whom somebody holds at that moment, as the sweep does: it comes again.
      for (let n = 0; n < 200; n++) {
        await executeDue(crowd, 3);
        if ((await requestOf(crowd, person)).state !== "scheduled") return;
      }
      throw new Error("nobody won");
    }));
});
