/** What scheduling does, all of it in one transaction. */
import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { eventsOf, newPerson, requestOf, rowsOf, schedule } from "../../support/scenario.ts";
import { failureOf, sqlState } from "../../support/schema-case.ts";

const db = useDatabase("reference");
const day = 24 * 60 * 60 * 1000;

test("marks the person, returns the request, and takes every session and token in the same transaction", async () => {
  const person = await newPerson(db.sql);
  const client = await db.connect();
  await client`begin`;
  const made = await schedule(client, person);
  expect(await rowsOf(client, "sessions", person)).toBe(0);
  expect(await rowsOf(client, "user_tokens", person)).toBe(0);
  const [row] = await client`
    select deleted_at = now() as deleted, scheduled_deletion_at, unconfirmed_email, email from users where id = ${person}
  `;
  expect(row).toMatchObject({ deleted: true, unconfirmed_email: null });
  expect(row?.scheduled_deletion_at).toEqual(made.scheduled_for);
  const request = await requestOf(client, person);
  expect(request).toMatchObject({
    id: made.request_id,
    state: "scheduled",
    strategy: "anonymize",
    attempts: 0,
  });
  expect(request.scheduled_for.getTime() - request.requested_at.getTime()).toBe(14 * day);
  expect(request.preserved).toMatchObject({ columns: { email: row?.email } });
  expect(await eventsOf(client, made.request_id)).toEqual(["scheduled"]);
  await client`rollback`;

  // All of it or nothing: whoever rolls back has everything again.
  expect(await rowsOf(db.sql, "sessions", person)).toBe(1);
  expect(await rowsOf(db.sql, "user_tokens", person)).toBe(1);
  expect(await db.sql`select from lethe.deletion_request`).toHaveLength(0);
});

test("leaves the rest as it is during grace: accounts, second factor, columns, other people", async () => {
  const person = await newPerson(db.sql);
  const other = await newPerson(db.sql);
  await schedule(db.sql, person);
  for (const table of ["accounts", "totp_credentials", "backup_codes"])
    expect(await rowsOf(db.sql, table, person), table).toBe(1);
  const [row] = await db.sql`select hashed_password, name, birth_date::text from users where id = ${person}`;
  expect(row).toEqual({ hashed_password: "hash", name: "Ada", birth_date: "1990-02-03" });
  for (const table of ["sessions", "user_tokens"]) expect(await rowsOf(db.sql, table, other), table).toBe(1);
});

test("stores the token's hash alone", async () => {
  const person = await newPerson(db.sql);
  const { cancel_token } = await schedule(db.sql, person);
  expect(cancel_token).toMatch(/^[0-9a-f]{64}$/);
  const [found] = await db.sql`
    select count(*) filter (where to_jsonb(r)::text like ${`%${cancel_token}%`})::integer as in_clear,
      count(*) filter (where r.cancel_token_hash = sha256(${cancel_token}::text::bytea))::integer as hashed
    from lethe.deletion_request r
  `;
  expect(found).toEqual({ in_clear: 0, hashed: 1 });
});

test("records who asked, and why", async () => {
  const person = await newPerson(db.sql);
  const user = await db.as("app_user", { "app.user_id": person });
  await schedule(user, person, { reason: "I found something better" });
  expect(await requestOf(db.sql, person)).toMatchObject({
    requested_by: person,
    reason: "I found something better",
  });
  const other = await newPerson(db.sql);
  await schedule(await db.as("app_worker"), other);
  expect(await requestOf(db.sql, other)).toMatchObject({ requested_by: "app_worker" });
});

describe("strategies", () => {
  test.each(["anonymize", "hard_delete", "soft_delete"])("%s by argument", async (strategy) => {
    const person = await newPerson(db.sql);
    await schedule(db.sql, person, { strategy });
    expect((await requestOf(db.sql, person)).strategy).toBe(strategy);
  });

  test("one that there is not is refused by its type", async () => {
    const person = await newPerson(db.sql);
    expect(await sqlState(schedule(db.sql, person, { strategy: "shred" }))).toBe("23514");
  });

  test("one that the annotation doesn't allow is refused", async () => {
    const person = await newPerson(db.sql);
    const client = await db.connect();
    await client`begin`;
    await client`update lethe.annotation set strategies = array['soft_delete']`;
    const failure = await failureOf(schedule(client, person, { strategy: "anonymize" }));
    expect(failure).toMatchObject({ code: "22023", hint: "The annotation allows: soft_delete." });
    await client`rollback`;
  });
});

describe("options", () => {
  test("take the annotation's defaults, and what the request says", async () => {
    const [person, other] = [await newPerson(db.sql), await newPerson(db.sql)];
    await schedule(db.sql, person);
    await schedule(db.sql, other, { options: { delete_content: true } });
    expect((await requestOf(db.sql, person)).options).toEqual({ delete_content: false });
    expect((await requestOf(db.sql, other)).options).toEqual({ delete_content: true });
  });

  test.each([
    ["unknown", { burn_everything: true }, "'burn_everything'"],
    ["not boolean", { delete_content: "yes" }, "'delete_content'"],
    ["null", { delete_content: null }, "'delete_content'"],
    ["not an object", [true], "must be a JSON object"],
  ])("%s: refused", async (_, options, said) => {
    const person = await newPerson(db.sql);
    const failure = await failureOf(schedule(db.sql, person, { options }));
    expect(failure.code).toBe("22023");
    expect(failure.message).toContain(said);
    expect(failure.hint).not.toBe("");
  });
});

describe("grace", () => {
  test("zero is due at once", async () => {
    const person = await newPerson(db.sql);
    await schedule(db.sql, person, { grace: "0" });
    const request = await requestOf(db.sql, person);
    expect(request.scheduled_for).toEqual(request.requested_at);
  });

  test.each(["-1 second", "32 days", "1 month 1 second"])("%s is refused", async (grace) => {
    const person = await newPerson(db.sql);
    expect((await failureOf(schedule(db.sql, person, { grace }))).code).toBe("22023");
    expect(await rowsOf(db.sql, "sessions", person)).toBe(1);
  });

  test("a month is the most, and that is due_by, too", async () => {
    const person = await newPerson(db.sql);
    await schedule(db.sql, person, { grace: "1 month" });
    const request = await requestOf(db.sql, person);
    expect(request.scheduled_for).toEqual(request.due_by);
  });
});
