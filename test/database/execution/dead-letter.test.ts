/** Who can't be erased however often it is tried becomes a dead letter: seen, and put back by hand. */
import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import {
  despiteDrift,
  eventsOf,
  executeDue,
  newPerson,
  requestOf,
  schedule,
} from "../../support/scenario.ts";
import { sqlState } from "../../support/schema-case.ts";

const db = useDatabase("reference");
beforeAll(() => despiteDrift(db.sql));

test("after lifecycle.requestAttempts it is tried no more, and goes on once it is put back", async () => {
  await db.sql`update lethe.annotation set request_attempts = 3`;
  await db.sql.unsafe(`
    create function public.stubborn() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
    create trigger stubborn before delete on public.backup_codes for each row execute function public.stubborn();
  `);
  const person = await newPerson(db.sql);
  const { request_id } = await schedule(db.sql, person, { grace: "0" });
  for (let attempt = 1; attempt <= 3; attempt++) {
    expect(await executeDue(db.sql)).toMatchObject({ failed: 1 });
    if (attempt < 3)
      await db.sql`update lethe.deletion_request set next_attempt_at = now() where id = ${request_id}`;
  }
  expect(await executeDue(db.sql)).toMatchObject({ executed: 0, failed: 0, remaining: "0" });
  expect(await db.sql`select waits_because, attempts, last_error from lethe.overdue`).toEqual([
    { waits_because: "dead letter", attempts: 3, last_error: "P0001" },
  ]);
  expect((await eventsOf(db.sql, request_id)).filter((event) => event === "dead_letter")).toHaveLength(1);

  await db.sql`drop trigger stubborn on backup_codes`;
  const user = await db.as("app_user", { "app.user_id": person });
  expect(await sqlState(user`select lethe.retry_deletion(${request_id})`)).toBe("42501");
  await db.sql`select lethe.retry_deletion(${request_id})`;
  expect(await executeDue(db.sql)).toMatchObject({ executed: 1 });
  expect((await requestOf(db.sql, person)).state).toBe("completed");
  expect(await eventsOf(db.sql, request_id)).toContain("retried");
  expect(await sqlState(db.sql`select lethe.retry_deletion(${request_id})`)).toBe("LT016");
});
