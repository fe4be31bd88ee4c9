/** What erases can't be called past the executor, not even by the owner. */
import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { execute, newPerson, rowsOf, schedule } from "../../support/scenario.ts";
import { sqlState } from "../../support/schema-case.ts";

const db = useDatabase("reference");
const calls = {
  anonymize: "call lethe.anonymize",
  hard_delete: "call lethe.hard_delete",
  soft_delete: "call lethe.soft_delete",
  erase_identity: "call lethe.erase_identity",
};

test.each(Object.entries(calls))("%s, called directly", async (_, call) => {
  const person = await newPerson(db.sql);
  const direct = () => db.sql.unsafe(`${call}(array['${person}']::uuid[])`);
  expect(await sqlState(direct()), "nothing is scheduled").toBe("LT005");
  await schedule(db.sql, person, { grace: "0" });
  expect(await sqlState(direct()), "scheduled and due").toBe("LT005");
  const app = await db.as("app_worker");
  expect(await sqlState(app.unsafe(`${call}(array['${person}']::uuid[])`)), "by the worker").toBe("42501");
  expect(await rowsOf(db.sql, "accounts", person)).toBe(1);
});

test("an execution opens no door behind it, neither for somebody else nor afterwards", async () => {
  const [person, other] = [await newPerson(db.sql), await newPerson(db.sql)];
  await schedule(db.sql, person, { grace: "0" });
  const client = await db.connect();
  await client`begin`;
  await execute(client, person);
  await client`savepoint before`;
  expect(await sqlState(client`call lethe.hard_delete(array[${other}]::uuid[])`)).toBe("LT005");
  await client`rollback to before`;
  expect(await sqlState(client`call lethe.hard_delete(array[${person}]::uuid[])`)).toBe("LT005");
  await client`rollback`;
});

test.each(["app_user", "app_admin"])("%s can't call what is the worker's", async (role) => {
  const client = await db.as(role);
  for (const call of [
    "lethe.execute_due_deletions()",
    "lethe.continue_deletion(1)",
    "lethe.executing_requests()",
    "lethe.record_failure(1, 'x')",
  ])
    expect(await sqlState(client.unsafe(`select ${call}`)), call).toBe("42501");
});
