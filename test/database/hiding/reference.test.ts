/** What app_user sees of people who are leaving or gone: nothing; and of everybody else: everything, as fast as ever. */
import { beforeAll, describe, expect, test } from "vitest";
import { emailOf, userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { useDatabase } from "../../support/database.ts";
import { sqlState } from "../../support/schema-case.ts";

const db = useDatabase("reference");
const people = 1500;
const [inGrace, anonymized, softDeleted, hardDeleted] = [4, 5, 7, 8];
const hidden = [inGrace, anonymized, softDeleted, hardDeleted];

beforeAll(async () => {
  await seed(db.sql, { users: people });
  await db.sql`select lethe.schedule_deletion(${userId(inGrace)})`;
  await db.sql`select lethe.schedule_deletion(${userId(anonymized)}, 'anonymize', grace => '0')`;
  await db.sql`select lethe.schedule_deletion(${userId(softDeleted)}, 'soft_delete', grace => '0')`;
  await db.sql`select lethe.schedule_deletion(${userId(hardDeleted)}, 'hard_delete', grace => '0')`;
  expect(await db.sql`select * from lethe.execute_due_deletions()`).toMatchObject([{ executed: 3 }]);
  await db.sql`analyze users`;
});

describe.each(["users", "active_users"])("app_user and %s", (relation) => {
  test("sees the live and nobody else", async () => {
    const app = await db.as("app_user");
    const [seen] = await app`select count(*)::integer as people from ${app(relation)}`;
    expect(seen).toEqual({ people: people - hidden.length });
  });
  test.each(hidden)("person %i: no getter finds them", async (n) => {
    const app = await db.as("app_user", { "app.user_id": userId(n) });
    expect(await app`select from ${app(relation)} where id = ${userId(n)}`).toHaveLength(0);
    // Signing in, resetting the password, signing in through a provider.
    expect(await app`select hashed_password from ${app(relation)} where email = ${emailOf(n)}`).toHaveLength(
      0,
    );
    expect(await app`select from ${app(relation)} where lower(email) = lower(${emailOf(n)})`).toHaveLength(0);
    expect(
      await app`select from accounts a join ${app(relation)} u on u.id = a.user_id where u.id = ${userId(n)}`,
    ).toHaveLength(0);
    expect(await app`select from ${app(relation)} where email like 'deleted\_%'`).toHaveLength(0);
  });
  test("a look-up by e-mail stays on its index", async () => {
    const app = await db.as("app_user");
    const plan = await explain(
      app,
      `select id, hashed_password from ${relation} where email = '${emailOf(10)}'`,
    );
    expect(plan).toContain("Index Scan using users_email_key");
    const generic = await explain(app, `select 1 from ${relation} where id = '${userId(10)}'`);
    expect(generic).toMatch(/Index (Only )?Scan using users_pkey/);
  });
});

test("app_admin is not app_user: the back office sees the departed in the table, not in the view", async () => {
  const admin = await db.as("app_admin");
  expect(await admin`select from users where id = ${userId(inGrace)}`).toHaveLength(1);
  expect(await admin`select from active_users where id = ${userId(inGrace)}`).toHaveLength(0);
});

describe("everybody else's rows work as before", () => {
  test("insert, update, delete and returning, as app_user", async () => {
    const app = await db.as("app_user", { "app.user_id": userId(10) });
    const [made] =
      await app`insert into users (email, name) values ('new@example.com', 'New') returning id, email`;
    expect(made).toMatchObject({ email: "new@example.com" });
    const [changed] = await app`update users set name = 'Newer' where id = ${made?.id} returning name`;
    expect(changed).toEqual({ name: "Newer" });
    const [upserted] = await app`insert into users (email, name) values ('new@example.com', 'x')
      on conflict (email) do update set name = 'Upserted' returning name`;
    expect(upserted).toEqual({ name: "Upserted" });
    expect((await app`delete from sessions where user_id = ${userId(11)}`).count).toBe(2);
    expect(await sqlState(app`insert into sessions (user_id, token) values (${made?.id}, 'signed in')`)).toBe(
      "none",
    );
    expect(
      await sqlState(
        app`insert into comments (listing_id, author_id, body) select listing_id, ${userId(10)}, 'hello' from comments limit 1`,
      ),
    ).toBe("none");
  });
  test("an upsert that meets somebody hidden is an error, not a change", async () => {
    const app = await db.as("app_user");
    const upsert = app`insert into users (id, email, name) values (${userId(inGrace)}, 'x@example.com', 'x') on conflict (id) do update set name = 'x'`;
    expect(await sqlState(upsert)).toBe("42501");
    expect(await db.sql`select name from users where id = ${userId(inGrace)}`).toMatchObject([
      { name: `Name #${inGrace}# Doe` },
    ]);
  });
});

describe("the address", () => {
  test("is reserved in grace, so that cancel can't fail on it", async () => {
    const app = await db.as("app_user");
    expect(await sqlState(app`insert into users (email) values (${emailOf(inGrace)})`)).toBe("23505");
  });
  test.each([anonymized, softDeleted, hardDeleted])("is free after execution (person %i)", async (n) => {
    const app = await db.as("app_user");
    expect(await sqlState(app`insert into users (email) values (${emailOf(n)})`)).toBe("none");
  });
});

test("cancel shows them again", async () => {
  const app = await db.as("app_user", { "app.user_id": userId(inGrace) });
  await app`select lethe.cancel_deletion(${userId(inGrace)})`;
  for (const relation of ["users", "active_users"])
    expect(await app`select from ${app(relation)} where email = ${emailOf(inGrace)}`).toHaveLength(1);
});

async function explain(sql: typeof db.sql, query: string): Promise<string> {
  const rows = await sql.unsafe(`explain (costs off) ${query}`);
  return rows.map((row) => row["QUERY PLAN"]).join("\n");
}
