/** A failure that speaks of a person: what it said is neither in the log nor in graphile-worker's tables. */
import { afterEach, beforeAll, expect, test } from "vitest";
import { personalMarkers, userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { useDatabase } from "../../support/database.ts";
import { despiteDrift } from "../../support/scenario.ts";
import { killWorkers, scheduleAll, startWorker } from "./support.ts";

const db = useDatabase("reference");
const people = [1, 2, 4, 5, 7, 8];

beforeAll(() => seed(db.sql, { users: 10 }));
afterEach(killWorkers);

test("of an error that concerns everybody only the code is logged and stored", async () => {
  await despiteDrift(db.sql);
  await db.sql.unsafe(`
    create function public.talk() returns trigger language plpgsql as $$
    begin
      raise exception 'the disk has no room for % (%)', old.email, old.id using errcode = 'disk_full', detail = old.name;
    end $$;
    create trigger talk before update of email on public.users for each row execute function public.talk();
  `);
  await scheduleAll(
    db.sql,
    people.map((n) => userId(n)),
  );
  const worker = startWorker(db.url, ["--once", "--role", "app_worker"]);
  expect(await worker.ended()).toBe(2);

  const [job] = await db.sql`select task_identifier, last_error from graphile_worker.jobs`;
  expect(job).toEqual({ task_identifier: "lethe_sweep", last_error: "53100" });
  expect(worker.output()).toContain("53100");
  const failed = await db.sql`select last_error from lethe.deletion_request where attempts > 0`;
  expect(failed.length).toBeGreaterThan(0);
  expect(new Set(failed.map((row) => row.last_error))).toEqual(new Set(["53100"]));

  const [stored] = await db.sql`
    select (select string_agg(j::text, ' ') from graphile_worker._private_jobs j)
      || (select string_agg(e::text, ' ') from lethe.deletion_event e) as text
  `;
  for (const text of [worker.output(), String(stored?.text)]) {
    expect(
      people.flatMap((n) => [userId(n), ...personalMarkers(n)]).filter((each) => text.includes(each)),
    ).toEqual([]);
  }
});
