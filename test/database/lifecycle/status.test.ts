/** Where a person stands, and how many days are left. */
import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { execute, newPerson, schedule, statusOf } from "../../support/scenario.ts";

const db = useDatabase("reference");

async function flags(person: string) {
  const [row] = await db.sql`
    select lethe.is_deletion_scheduled(${person}) as scheduled, lethe.within_cooldown(${person}) as cooldown
  `;
  return row;
}

test("goes from not_scheduled over scheduled to deleted", async () => {
  const person = await newPerson(db.sql);
  expect(await statusOf(db.sql, person)).toMatchObject({
    status: "not_scheduled",
    days_remaining: null,
    scheduled_for: null,
    request_id: null,
  });
  expect(await flags(person)).toEqual({ scheduled: false, cooldown: false });

  const made = await schedule(db.sql, person, { strategy: "hard_delete" });
  expect(await statusOf(db.sql, person)).toMatchObject({
    status: "scheduled",
    days_remaining: 14,
    scheduled_for: made.scheduled_for,
    request_id: made.request_id,
    strategy: "hard_delete",
  });
  expect(await flags(person)).toEqual({ scheduled: true, cooldown: false });

  await execute(db.sql, person, true);
  expect(await statusOf(db.sql, person)).toMatchObject({ status: "deleted", days_remaining: 0 });
  expect(await flags(person)).toEqual({ scheduled: false, cooldown: false });
});

test("is not_scheduled again after a cancellation, in cooldown until it is over", async () => {
  const person = await newPerson(db.sql);
  await schedule(db.sql, person);
  await db.sql`select lethe.cancel_deletion(${person})`;
  expect((await statusOf(db.sql, person)).status).toBe("not_scheduled");
  expect(await flags(person)).toEqual({ scheduled: false, cooldown: true });
  const past = (by: string) =>
    db.sql`update lethe.deletion_request set cancelled_at = now() - ${by}::text::interval where subject_id = ${person}`;
  await past("23 hours 59 minutes");
  expect(await flags(person)).toEqual({ scheduled: false, cooldown: true });
  await past("24 hours");
  expect(await flags(person)).toEqual({ scheduled: false, cooldown: false });
  await schedule(db.sql, person);
  expect((await statusOf(db.sql, person)).status).toBe("scheduled");
});

test.each([
  ["13 days 1 second", 14],
  ["13 days", 13],
  ["1 hour", 1],
  ["0", 0],
  ["-3 days", 0],
])("%s left are %i days", async (left, days) => {
  const person = await newPerson(db.sql);
  const { request_id } = await schedule(db.sql, person);
  const client = await db.connect();
  await client`begin`;
  await client`update lethe.deletion_request set scheduled_for = now() + ${left}::text::interval where id = ${request_id}`;
  expect((await statusOf(client, person)).days_remaining).toBe(days);
  await client`rollback`;
});

test("everybody may ask about themselves, strangers may not", async () => {
  const person = await newPerson(db.sql);
  await schedule(db.sql, person);
  const self = await db.as("app_user", { "app.user_id": person });
  expect((await statusOf(self, person)).status).toBe("scheduled");
  const other = await db.as("app_user", { "app.user_id": await newPerson(db.sql) });
  await expect(statusOf(other, person)).rejects.toMatchObject({ code: "LT005" });
});
