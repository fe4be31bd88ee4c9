/** The life of a part: what a schedule does to it, what comes back on cancel, and what each strategy leaves. */
import { expect, test } from "vitest";
import { addPerson, detailsOf, PEOPLE, partErasure, profileOf } from "../../support/part-case.ts";
import { erase, execute, makeDue, requestOf, schedule, useScenario } from "../../support/scenario.ts";

const db = useScenario(PEOPLE, partErasure);

const before = (name: string) => ({
  contact: `${name}@work.example`,
  bio: `bio of ${name}`,
  mood: "happy",
  pending: "next@example.com",
  pin: "1234",
  totp: "seed",
  born: "1990-05-06",
  nick: name,
  language: "en",
});
const details = { phone: "+1 234", note: { home: "1 Main St", plan: "free" } };

test("scheduled: columns with at: schedule change, the others stay; a cancel restores what is to be restored", async () => {
  const id = await addPerson(db.sql, "ann");
  await schedule(db.sql, id);
  expect(await profileOf(db.sql, id)).toEqual({ ...before("ann"), mood: "away", pending: null });
  expect(await detailsOf(db.sql, id)).toEqual({ phone: "+1 234", note: { plan: "free" } });
  await db.sql`select lethe.cancel_deletion(${id})`;
  expect(await profileOf(db.sql, id)).toEqual({ ...before("ann"), pending: null });
  expect(await detailsOf(db.sql, id)).toEqual(details);
  expect((await requestOf(db.sql, id)).preserved).toBeNull();
});

test("a value that was NULL is NULL again, and a row that is gone or new meanwhile is left as it is", async () => {
  const [ben, cay, dee] = [
    await addPerson(db.sql, "ben"),
    await addPerson(db.sql, "cay"),
    await addPerson(db.sql, "dee"),
  ];
  await db.sql`update profiles set mood = null where id = ${ben}`;
  await db.sql`delete from "User Details" where "userRef" in (${ben}, ${cay})`;
  for (const id of [ben, cay, dee]) await schedule(db.sql, id);
  await db.sql`insert into "User Details" ("userRef", phone, note) values (${cay}, 'new', '{"home": "new"}')`;
  await db.sql`delete from "User Details" where "userRef" = ${dee}`;
  for (const id of [ben, cay, dee]) await db.sql`select lethe.cancel_deletion(${id})`;
  expect(await profileOf(db.sql, ben)).toEqual({ ...before("ben"), mood: null, pending: null });
  expect(await detailsOf(db.sql, ben)).toBeNull();
  expect(await detailsOf(db.sql, cay)).toEqual({ phone: "new", note: { home: "new" } });
  expect(await detailsOf(db.sql, dee)).toBeNull();
});

test("what an older annotation didn't keep stays as it is on cancel", async () => {
  const id = await addPerson(db.sql, "eve");
  await schedule(db.sql, id);
  await db.sql`update lethe.deletion_request set preserved = '{"columns": {}, "rows": {}}' where subject_id = ${id}`;
  await db.sql`select lethe.cancel_deletion(${id})`;
  expect(await profileOf(db.sql, id)).toEqual({ ...before("eve"), mood: "away", pending: null });
  expect((await db.sql`select email from users where id = ${id}`)[0]?.email).toBe("eve@example.com");
});

test("anonymize: the columns are transformed, what is kept stays, and what hangs on the part follows its own rule", async () => {
  const [id, other] = [await addPerson(db.sql, "fay"), await addPerson(db.sql, "gus")];
  expect(await erase(db.sql, id, { strategy: "anonymize" })).toBe("completed");
  expect(await profileOf(db.sql, id)).toEqual({
    contact: `deleted_${id}@deleted.invalid`,
    bio: "Gone",
    mood: "away",
    pending: null,
    pin: null,
    totp: null,
    born: "1990-01-01",
    nick: `nick_${id}`,
    language: "en",
  });
  expect(await detailsOf(db.sql, id)).toEqual({ phone: null, note: { plan: "free" } });
  expect(await db.sql`select from links where profile_id = ${id}`).toHaveLength(0);
  expect(await db.sql`select body from posts where author_id = ${id}`).toEqual([{ body: "[deleted]" }]);
  expect(await profileOf(db.sql, other)).toEqual(before("gus"));
  expect(await detailsOf(db.sql, other)).toEqual(details);
});

test("hard_delete: the rows go; soft_delete: secrets, the second factor and what says onSoftDelete", async () => {
  const [hal, ida, other] = [
    await addPerson(db.sql, "hal"),
    await addPerson(db.sql, "ida"),
    await addPerson(db.sql, "joe"),
  ];
  expect(await erase(db.sql, hal, { strategy: "hard_delete" })).toBe("completed");
  expect(await profileOf(db.sql, hal)).toBeNull();
  expect(await detailsOf(db.sql, hal)).toBeNull();
  expect(await erase(db.sql, ida, { strategy: "soft_delete" })).toBe("completed");
  expect(await profileOf(db.sql, ida)).toEqual({
    ...before("ida"),
    mood: "away",
    pending: null,
    pin: null,
    totp: null,
    bio: "Gone",
  });
  expect(await profileOf(db.sql, other)).toEqual(before("joe"));
});

test("somebody without a part leaves like anybody else", async () => {
  const [made] = await db.sql`insert into users (email) values ('bare@example.com') returning id`;
  await schedule(db.sql, made?.id, { grace: "0" });
  await db.sql`select lethe.cancel_deletion(${made?.id})`;
  await db.sql`update lethe.annotation set cancel_cooldown = '0'`;
  for (const strategy of ["soft_delete", "anonymize", "hard_delete"] as const) {
    const [one] = await db.sql`insert into users (email) values (${`${strategy}@example.com`}) returning id`;
    expect(await erase(db.sql, one?.id, { strategy })).toBe("completed");
  }
});

test("explain counts the part under each strategy, and the export shows it as the person's own, with originals and no secret", async () => {
  const id = await addPerson(db.sql, "kim");
  const explained =
    await db.sql`select table_name, action, rows, reason from lethe.explain_deletion(${id}, 'anonymize') where table_name like '%rofiles'`;
  expect(explained).toEqual([
    { table_name: "public.profiles", action: "transform", rows: "1", reason: "part, owner id" },
  ]);
  await schedule(db.sql, id);
  const [shown] = await db.sql`select lethe.export_subject(${id}) as data`;
  const { profiles, details: _ } = { profiles: shown?.data["public.profiles"][0], details: null };
  expect(profiles).toEqual({
    id: Number(id),
    contact: "kim@work.example",
    bio: "bio of kim",
    mood: "happy",
    pending: null,
    born: "1990-05-06",
    "Nick Name": "kim",
    language: "en",
  });
  expect(shown?.data["public.User Details"][0]).toMatchObject({
    phone: "+1 234",
    note: { home: "1 Main St" },
  });
});

test("a person with very many rows loses the part in the first step, under hard_delete too", async () => {
  for (const strategy of ["anonymize", "hard_delete"] as const) {
    const id = await addPerson(db.sql, `many ${strategy}`);
    await db.sql`insert into posts (author_id, body) select ${id}, 'text ' || n from generate_series(1, 20) n`;
    await db.sql`analyze posts`;
    const { request_id } = await schedule(db.sql, id, { strategy });
    await makeDue(db.sql, request_id);
    expect(await execute(db.sql, id)).toBe("executing");
    expect(await profileOf(db.sql, id)).toMatchObject({
      bio: "Gone",
      pin: null,
      contact: `deleted_${id}@deleted.invalid`,
    });
    expect(await detailsOf(db.sql, id)).toEqual({ phone: null, note: { plan: "free" } });
    // Held back in the first step: rows are still found by it.
    expect(await db.sql`select from profiles where id = ${id} and "Nick Name" like 'many %'`).toHaveLength(1);
    for (let n = 0; n < 50 && (await execute(db.sql, id)) === "executing"; n++);
    expect((await requestOf(db.sql, id)).state).toBe("completed");
    expect(await db.sql`select from mentions where nick like 'many %'`).toHaveLength(0);
    expect((await profileOf(db.sql, id)) === null).toBe(strategy === "hard_delete");
  }
});
