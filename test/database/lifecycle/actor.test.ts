/** Who did it is on record: the administrator who executed by hand, or the worker. */
import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { erase, newPerson, requestOf, schedule } from "../../support/scenario.ts";

const db = useDatabase("reference");

async function actors(person: string): Promise<string[]> {
  const { id } = await requestOf(db.sql, person);
  const rows =
    await db.sql`select event, actor from lethe.deletion_event where request_id = ${id} order by seq`;
  return rows.map((row) => `${row.event} by ${row.actor}`);
}

test("an administrator's execution is theirs, a service's the worker's", async () => {
  const ines = await newPerson(db.sql);
  const marta = await newPerson(db.sql);
  const noor = await newPerson(db.sql);
  const admin = await db.as("app_admin", { "app.user_id": ines });
  await schedule(admin, marta);
  await admin`select lethe.execute_deletion(${marta}, true)`;
  expect(await actors(marta)).toEqual(["scheduled by admin", "executed by admin", "completed by admin"]);

  await erase(db.sql, noor);
  expect(await actors(noor)).toEqual(["scheduled by service", "executed by worker", "completed by worker"]);
});
