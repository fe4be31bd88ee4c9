/** Whoever has rights on the tables, or owns them, still can't forge a departure, undo one, or write into one. */
import { beforeAll, describe, expect, test } from "vitest";
import { userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { useDatabase } from "../../support/database.ts";
import { sqlState } from "../../support/schema-case.ts";

const db = useDatabase("reference");
const [inGrace, anonymized, hardDeleted, live] = [userId(4), userId(5), userId(7), userId(8)];

beforeAll(async () => {
  await seed(db.sql, { users: 20 });
  await db.sql`select lethe.schedule_deletion(${inGrace})`;
  await db.sql`select lethe.schedule_deletion(${anonymized}, 'anonymize', grace => '0')`;
  await db.sql`select lethe.schedule_deletion(${hardDeleted}, 'hard_delete', grace => '0')`;
  await db.sql`select lethe.execute_due_deletions()`;
  const states = await db.sql`select state from lethe.deletion_request order by id`;
  expect(states.map((row) => row.state)).toEqual(["scheduled", "completed", "completed"]);
});

/** The tables' owner (here the superuser, who passes every policy), and the application's own role. */
const owner = () => db.connect();
const app = () => db.as("app_user", { "app.user_id": live });

describe("marks", () => {
  test.each([
    [
      "taking the mark off in grace",
      "update users set deleted_at = null, scheduled_deletion_at = null where id = $1",
      () => inGrace,
    ],
    [
      "taking the mark off an erased row",
      "update users set deleted_at = null, email = 'back@example.com' where id = $1",
      () => anonymized,
    ],
    [
      "giving an erased row a time",
      "update users set scheduled_deletion_at = now() where id = $1",
      () => anonymized,
    ],
  ])("%s: LT011, as the owner", async (_, statement, who) => {
    const sql = await owner();
    expect(await sqlState(sql.unsafe(statement, [who()]))).toBe("LT011");
  });
  test("taking only the time off in grace changes nothing about the request", async () => {
    await db.sql
      .begin(async (sql) => {
        await sql`update users set scheduled_deletion_at = null where id = ${inGrace}`;
        const [status] = await sql`select (lethe.deletion_status(${inGrace})).*`;
        expect(status).toMatchObject({ status: "scheduled", days_remaining: 14 });
        await sql`select lethe.execute_deletion(${inGrace}, early => true)`;
        expect(await sql`select name from users where id = ${inGrace}`).toMatchObject([{ name: null }]);
        throw new Error("taken back");
      })
      .catch((error: Error) => expect(error.message).toBe("taken back"));
  });
  test("as app_user the hidden rows aren't there to be updated", async () => {
    const sql = await app();
    const result =
      await sql`update users set deleted_at = null, scheduled_deletion_at = null where id = any (${[inGrace, anonymized]})`;
    expect(result.count).toBe(0);
  });
  test("marking a live row by hand makes no request and can't be seen by anybody, nor erases anything", async () => {
    // The application's own soft delete under a SELECT policy fails for its own users (documented) …
    const sql = await app();
    expect(await sqlState(sql`update users set deleted_at = now() where id = ${userId(10)}`)).toBe("42501");
    // … and as the owner it is a row that Lethe has nothing to do with.
    await db.sql`update users set deleted_at = now(), scheduled_deletion_at = now() - interval '1 day' where id = ${userId(11)}`;
    await db.sql`select lethe.execute_due_deletions()`;
    expect(await db.sql`select name from users where id = ${userId(11)}`).toMatchObject([
      { name: "Name #11# Doe" },
    ]);
    await db.sql`update users set deleted_at = null, scheduled_deletion_at = null where id = ${userId(11)}`;
  });
});

describe("personal columns of an erased row", () => {
  test.each(["name", "phone", "hashed_password", "email", "unconfirmed_email"])(
    "%s: LT011, as the owner",
    async (column) => {
      const value = column === "email" ? "back@example.com" : "back";
      expect(
        await sqlState(db.sql`update users set ${db.sql(column)} = ${value} where id = ${anonymized}`),
      ).toBe("LT011");
    },
  );
  test("by an upsert, as the owner and as app_user", async () => {
    const upsert = `insert into users (id, email, name) values ('${anonymized}', 'back@example.com', 'Back')
      on conflict (id) do update set name = excluded.name`;
    expect(await sqlState((await owner()).unsafe(upsert))).toBe("LT011");
    expect(await sqlState((await app()).unsafe(upsert))).toBe("42501");
  });
  test("by a function of the application that runs as the owner", async () => {
    await db.sql.unsafe(`create function public.rename(who uuid) returns void language sql security definer
      as $$ update public.users set name = 'Back' where id = who $$; grant execute on function public.rename to app_user`);
    expect(await sqlState((await app())`select public.rename(${anonymized})`)).toBe("LT011");
  });
  test("by a trigger of the application that rewrites the row after every check before", async () => {
    await db.sql.unsafe(`create function public.z_rewrite() returns trigger language plpgsql
      as $$ begin new.name := 'Rewritten'; return new; end $$;
      create trigger z_rewrite before update on public.users for each row execute function public.z_rewrite()`);
    expect(await sqlState(db.sql`update users set locale = 'de' where id = ${anonymized}`)).toBe("LT011");
    await db.sql.unsafe("drop trigger z_rewrite on public.users; drop function public.z_rewrite()");
  });
  test("what isn't personal may be written", async () => {
    expect(
      await sqlState(db.sql`update users set locale = 'de', updated_at = now() where id = ${anonymized}`),
    ).toBe("none");
  });
});

describe("deleting past Lethe", () => {
  test.each([
    ["live", live],
    ["in grace", inGrace],
    ["anonymized", anonymized],
  ])("a row that is %s: LT012, as the owner", async (_, who) => {
    expect(await sqlState(db.sql`delete from users where id = ${who}`)).toBe("LT012");
  });
  test("as app_user: LT012", async () => {
    expect(await sqlState((await app())`delete from users where id = ${userId(13)}`)).toBe("LT012");
  });
  test("TRUNCATE, with cascade and as the owner: LT012", async () => {
    expect(await sqlState(db.sql`truncate users cascade`)).toBe("LT012");
  });
  test("deleting with a forged request: no role writes one", async () => {
    const forged = (sql: typeof db.sql) => sql`
      insert into lethe.deletion_request (subject_id, state, strategy, requested_by, scheduled_for, due_by, annotation_hash)
      values (${live}, 'executing', 'hard_delete', 'me', now(), now(), '')`;
    const running = (sql: typeof db.sql) => sql`insert into lethe.running (subject_id) values (${live})`;
    for (const role of ["app_user", "app_admin", "app_worker"]) {
      expect(await sqlState(forged(await db.as(role)))).toBe("42501");
      expect(await sqlState(running(await db.as(role)))).toBe("42501");
    }
  });
});

describe("the way back in", () => {
  const inserts = [
    "insert into sessions (user_id, token) values ($1, 'new')",
    "insert into user_tokens (user_id, context, token) values ($1, 'reset_password', 'new')",
    "insert into accounts (user_id, provider, provider_account_id) values ($1, 'apple', 'new')",
  ];
  test.each(inserts)(
    "%s: LT010 for those who are leaving or gone, as owner and as app_user",
    async (insert) => {
      for (const sql of [await owner(), await app()])
        for (const who of [inGrace, anonymized])
          expect(await sqlState(sql.unsafe(insert, [who]))).toBe("LT010");
      // Whose row is gone: the foreign key, whose trigger's name sorts first, refuses before the guard is asked.
      expect(await sqlState(db.sql.unsafe(insert, [hardDeleted]))).toBe("23503");
    },
  );
  test.each(["sessions", "user_tokens", "accounts"])(
    "an UPDATE of %s that hands a row to them: LT010",
    async (table) => {
      for (const who of [inGrace, anonymized])
        expect(
          await sqlState(db.sql`update ${db.sql(table)} set user_id = ${who} where user_id = ${live}`),
        ).toBe("LT010");
    },
  );
  test("for live people nothing is in the way", async () => {
    expect(
      await sqlState((await app())`insert into sessions (user_id, token) values (${live}, 'fine')`),
    ).toBe("none");
    expect(await sqlState((await app())`update sessions set user_agent = 'other' where token = 'fine'`)).toBe(
      "none",
    );
  });
  test("a key that nobody ever had is the foreign key's business", async () => {
    expect(
      await sqlState((await app())`insert into sessions (user_id, token) values (gen_random_uuid(), 'x')`),
    ).toBe("23503");
  });
});

describe("the placeholder's domain", () => {
  test.each(["deleted_1@deleted.invalid", "x@DELETED.invalid"])(
    "%s is no address for a live person",
    async (address) => {
      expect(await sqlState(db.sql`insert into users (email) values (${address})`)).toBe("23514");
      expect(await sqlState(db.sql`update users set email = ${address} where id = ${live}`)).toBe("23514");
    },
  );
});

describe("the event log", () => {
  test.each([
    "update lethe.deletion_event set event = 'x'",
    "delete from lethe.deletion_event",
    "truncate lethe.deletion_event",
  ])("%s: refused, as the owner", async (statement) => {
    expect(await sqlState(db.sql.unsafe(statement))).toBe("LT005");
  });
});
