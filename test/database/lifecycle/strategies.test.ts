/** What is left of a person after each strategy. */
import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { erase, eventsOf, newPerson, requestOf, rowsOf, schedule } from "../../support/scenario.ts";

const db = useDatabase("reference");
const signIn = ["accounts", "sessions", "user_tokens", "totp_credentials", "backup_codes"];

test.each(["anonymize", "soft_delete", "hard_delete"])("%s leaves no way to sign in", async (strategy) => {
  const [person, other] = [await newPerson(db.sql), await newPerson(db.sql)];
  expect(await erase(db.sql, person, { strategy })).toBe("completed");
  for (const table of signIn) {
    expect(await rowsOf(db.sql, table, person), table).toBe(0);
    expect(await rowsOf(db.sql, table, other), `${table} of somebody else`).toBe(1);
  }
});

test.each(["anonymize", "soft_delete", "hard_delete"])(
  "%s wipes what was kept for cancel",
  async (strategy) => {
    const person = await newPerson(db.sql);
    const { request_id } = await schedule(db.sql, person, { strategy, reason: "because of …" });
    await db.sql`select lethe.execute_deletion(${person}, true)`;
    const request = await requestOf(db.sql, person);
    expect(request).toMatchObject({ state: "completed", preserved: null, cancel_token_hash: null });
    expect(request.executed_at).not.toBeNull();
    expect(request.completed_at).not.toBeNull();
    expect(await eventsOf(db.sql, request_id)).toEqual(["scheduled", "executed", "completed"]);
  },
);

test("a self-written reason goes with the person, an administrator's stays", async () => {
  const [person, other, admin] = [await newPerson(db.sql), await newPerson(db.sql), await newPerson(db.sql)];
  const own = await db.as("app_user", { "app.user_id": person });
  const office = await db.as("app_admin", { "app.user_id": admin });
  await schedule(own, person, { grace: "0", reason: "mine" });
  await schedule(office, other, { grace: "0", reason: "spam" });
  for (const each of [person, other]) await db.sql`select lethe.execute_deletion(${each})`;
  expect((await requestOf(db.sql, person)).reason).toBeNull();
  expect((await requestOf(db.sql, other)).reason).toBe("spam");
});

describe("the row", () => {
  const rowOf = async (person: string) => {
    const [row] = await db.sql`
      select email, hashed_password, name, display_name, birth_date::text, locale,
        deleted_at is not null as marked, scheduled_deletion_at is null as done
      from users where id = ${person}
    `;
    return row;
  };

  test("anonymize: transformed, its key kept", async () => {
    const person = await newPerson(db.sql);
    await erase(db.sql, person, { strategy: "anonymize" });
    expect(await rowOf(person)).toEqual({
      email: `deleted_${person}@deleted.invalid`,
      hashed_password: null,
      name: null,
      display_name: "Deleted user",
      birth_date: null,
      locale: "en",
      marked: true,
      done: true,
    });
  });

  test("soft_delete: secrets cleared, personal columns stay", async () => {
    const person = await newPerson(db.sql);
    await erase(db.sql, person, { strategy: "soft_delete" });
    expect(await rowOf(person)).toMatchObject({
      hashed_password: null,
      name: "Ada",
      birth_date: "1990-02-03",
      marked: true,
      done: true,
    });
  });

  test("hard_delete: gone", async () => {
    const person = await newPerson(db.sql);
    await erase(db.sql, person, { strategy: "hard_delete" });
    expect(await rowOf(person)).toBeUndefined();
  });

  test("the time they left is the time of scheduling", async () => {
    const person = await newPerson(db.sql);
    await schedule(db.sql, person);
    const left = async () =>
      (await db.sql`select deleted_at from users where id = ${person}`)[0]?.deleted_at as Date;
    const before = await left();
    await db.sql`select lethe.execute_deletion(${person}, true)`;
    expect(await left()).toEqual(before);
  });
});

describe("content", () => {
  const world = async () => {
    const [person, other] = [await newPerson(db.sql), await newPerson(db.sql)];
    const [listing] = await db.sql`
      insert into property_listings (creator_id, title, contact_phone) values (${other}, 'Flat', '555') returning id
    `;
    await db.sql`
      insert into comments (listing_id, author_id, body)
      values (${listing?.id}, ${person}, 'mine'), (${listing?.id}, ${other}, 'theirs')
    `;
    await db.sql`
      insert into messages (sender_id, recipient_id, body)
      values (${person}, ${other}, 'from me'), (${other}, ${person}, 'to me')
    `;
    await db.sql`insert into invoices (user_id, billing_name, amount_cents) values (${person}, 'Ada', 100)`;
    const comments = () =>
      db.sql`select body from comments where listing_id = ${listing?.id} order by body collate "C"`.then(
        (rows) => rows.map((row) => row.body as string),
      );
    const messages = () =>
      db.sql`
        select sender_id = ${person} as mine, recipient_id = ${person} as to_me, body
        from messages where ${person} in (sender_id, recipient_id) or ${other} in (sender_id, recipient_id)
        order by id
      `;
    return { person, comments, messages };
  };

  test("anonymize: placeholders, so that conversations stay readable", async () => {
    const { person, comments, messages } = await world();
    await erase(db.sql, person);
    expect(await comments()).toEqual(["[deleted]", "theirs"]);
    expect(await messages()).toEqual([
      { mine: true, to_me: false, body: "[deleted]" },
      { mine: false, to_me: null, body: "to me" },
    ]);
  });

  test("anonymize with an option: their comments go", async () => {
    const { person, comments } = await world();
    await erase(db.sql, person, { options: { delete_content: true } });
    expect(await comments()).toEqual(["theirs"]);
  });

  test("hard_delete: theirs goes, what is also somebody else's stays, the invoice without them", async () => {
    const { person, comments, messages } = await world();
    const [invoice] = await db.sql`select id from invoices where user_id = ${person}`;
    await erase(db.sql, person, { strategy: "hard_delete" });
    expect(await comments()).toEqual(["theirs"]);
    expect(await messages()).toEqual([{ mine: false, to_me: null, body: "to me" }]);
    expect(
      await db.sql`select user_id, billing_name, amount_cents from invoices where id = ${invoice?.id}`,
    ).toEqual([{ user_id: null, billing_name: "Deleted customer", amount_cents: "100" }]);
  });

  test("soft_delete: nothing of it changes", async () => {
    const { person, comments, messages } = await world();
    const before = [await comments(), await messages()];
    await erase(db.sql, person, { strategy: "soft_delete" });
    expect([await comments(), await messages()]).toEqual(before);
  });
});
