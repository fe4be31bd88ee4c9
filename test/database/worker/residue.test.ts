/** The worker looks each day for what was written after erasures, and erases it: a log line with a count, an event, a counter. */
import { runOnce } from "graphile-worker";
import { expect, test } from "vitest";
import { letheCronItems, letheTasks } from "../../../worker/index.ts";
import { useDatabase } from "../../support/database.ts";
import { erase, eventsOf, newPerson, requestOf } from "../../support/scenario.ts";
import { collectLog } from "./support.ts";

const db = useDatabase("reference");

async function run(...tasks: string[]): Promise<string> {
  const { log, text } = collectLog();
  for (const task of tasks) {
    await db.sql`select graphile_worker.add_job(${task})`;
    await runOnce({
      connectionString: db.url,
      // Pieces of two: three people take two looks.
      taskList: letheTasks({ role: "app_worker", logger: log, batch: 2 }),
    });
  }
  return text();
}

test("found in the last of several pieces, erased by the next sweep", async () => {
  const people = [await newPerson(db.sql), await newPerson(db.sql), await newPerson(db.sql)];
  for (const person of people) await erase(db.sql, person);
  const last = people[2] as string;
  await db.sql`insert into events (user_id, name, payload) values (${last}, 'x', '{"email": "ada@example.com"}')`;

  const lines = await run("lethe_residue");
  expect(lines).toContain('"requests":1');
  expect(lines).not.toMatch(/ada@example|late/);
  const { id } = await requestOf(db.sql, last);
  expect(await eventsOf(db.sql, id)).toContain("residue_found");

  await run("lethe_sweep");
  expect((await requestOf(db.sql, last)).state).toBe("completed");
  const [event] = await db.sql`select payload ? 'email' as there from events where user_id = ${last}`;
  expect(event?.there).toBe(false);
  expect(await run("lethe_residue")).not.toContain("after their erasure");
});

test("each day at five", () => {
  expect(letheCronItems().find(({ task }) => task === "lethe_residue")?.match).toBe("0 5 * * *");
});
