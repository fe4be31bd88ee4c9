/** A trigger of the application that swallows or rewrites the erasure makes it an error, never a success (PITFALLS 3). */
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import {
  despiteDrift,
  execute,
  executeDue,
  newPerson,
  requestOf,
  rowsOf,
  schedule,
} from "../../support/scenario.ts";
import { failureOf } from "../../support/schema-case.ts";

const db = useDatabase("reference");

beforeAll(() => despiteDrift(db.sql));

afterEach(async () => {
  await db.sql.unsafe("drop function if exists public.meddle() cascade");
});

const meddle = (timing: string, table: string, body: string) =>
  db.sql.unsafe(`
    create function public.meddle() returns trigger language plpgsql as $$ begin ${body} end $$;
    create trigger meddle ${timing} on public.${table} for each row execute function public.meddle();
  `);

describe.each(["anonymize", "hard_delete", "soft_delete"])("%s", (strategy) => {
  test("BEFORE DELETE that returns NULL", async () => {
    await meddle("before delete", "backup_codes", "return null;");
    const person = await newPerson(db.sql);
    await schedule(db.sql, person, { strategy, grace: "0" });
    const failure = await failureOf(execute(db.sql, person));
    expect(failure.code).toBe("LT014");
    expect(failure.message).toContain("public.backup_codes");
    // All of it is back: an execution is whole or not at all.
    expect(await rowsOf(db.sql, "accounts", person)).toBe(1);
    expect(await executeDue(db.sql)).toMatchObject({ executed: 0, failed: 1 });
    expect((await requestOf(db.sql, person)).last_error).toBe("LT014 public.backup_codes");
    await db.sql`select lethe.cancel_deletion(${person})`;
  });

  test("BEFORE UPDATE that keeps a secret", async () => {
    await meddle("before update", "users", "new.hashed_password := old.hashed_password; return new;");
    const person = await newPerson(db.sql);
    await schedule(db.sql, person, { strategy, grace: "0" });
    const tried = execute(db.sql, person);
    // A row that goes takes its secret along.
    if (strategy === "hard_delete") expect(await tried).toBe("completed");
    else expect((await failureOf(tried)).message).toContain("public.users");
    await db.sql`select lethe.cancel_deletion(${person})`.catch(() => undefined);
  });
});

test.each([
  ["comments", "new.body := old.body; return new;"],
  ["events", "new.payload := old.payload; return new;"],
  ["users", "new.name := 'Somebody'; return new;"],
])("BEFORE UPDATE that rewrites %s", async (table, body) => {
  const person = await newPerson(db.sql);
  const [listing] =
    await db.sql`insert into property_listings (creator_id, title) values (${person}, 'x') returning id`;
  await db.sql`insert into comments (listing_id, author_id, body) values (${listing?.id}, ${person}, 'x')`;
  await db.sql`insert into events (user_id, name, payload) values (${person}, 'x', '{"email": "x"}')`;
  await schedule(db.sql, person, { grace: "0" });
  await meddle("before update", table, body);
  expect(await failureOf(execute(db.sql, person))).toMatchObject({ code: "LT014" });
  await db.sql.unsafe("drop function public.meddle() cascade");
  expect(await execute(db.sql, person)).toBe("completed");
});
