/** Failures that the database can't catch itself: time-outs, and connections that are lost with the transaction. */
import { afterEach, beforeAll, expect, test } from "vitest";
import { userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { runWorker } from "../../../worker/index.ts";
import { useDatabase } from "../../support/database.ts";
import { despiteDrift } from "../../support/scenario.ts";
import { collectLog, killWorkers, scheduleAll, states } from "./support.ts";

const db = useDatabase("reference");
const people = Array.from({ length: 150 }, (_, n) => n + 1).filter((n) => n % 3 !== 0);

beforeAll(() => seed(db.sql, { users: 150 }));
afterEach(killWorkers);

test("one person whose row times out, and one who costs the connection, are found among a hundred", async () => {
  const [slow = "", deadly = "", ...others] = people.map((n) => userId(n));
  await despiteDrift(db.sql);
  await db.sql.unsafe(`
    create function public.trouble() returns trigger language plpgsql as $$
    begin
      if old.id = '${slow}' then
        perform pg_sleep(60);
      elsif old.id = '${deadly}' then
        perform pg_terminate_backend(pg_backend_pid());
      end if;
      return new;
    end $$;
    create trigger trouble before update of email on public.users for each row execute function public.trouble();
  `);
  await scheduleAll(db.sql, [slow, deadly, ...others]);
  const { log, text } = collectLog();
  await runWorker({
    connectionString: db.url,
    role: "app_worker",
    once: true,
    statementTimeout: 1_500,
    rest: 0,
    logger: log,
  });

  expect(await states(db.sql)).toEqual({ completed: others.length, scheduled: 2 });
  const failed = await db.sql`
    select subject_id, attempts, last_error, next_attempt_at > now() as later
    from lethe.deletion_request where state = 'scheduled' order by subject_id = ${deadly}
  `;
  expect(failed).toEqual([
    { subject_id: slow, attempts: 1, last_error: "57014", later: true },
    { subject_id: deadly, attempts: 1, last_error: "57P01", later: true },
  ]);
  expect(text()).not.toContain(slow);

  // Once the trouble is over and their time has come again, they follow.
  await db.sql`drop trigger trouble on public.users`;
  await db.sql`update lethe.deletion_request set next_attempt_at = now() where state = 'scheduled'`;
  await runWorker({ connectionString: db.url, role: "app_worker", once: true, logger: log });
  expect(await states(db.sql)).toEqual({ completed: people.length });
});
