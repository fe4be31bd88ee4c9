/** What makes effects, when, with which values; all of it in the transaction that causes them. */
import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { erase, execute, executeDue, makeDue, requestOf, schedule } from "../../support/scenario.ts";
import { installLethe } from "../../support/schema-case.ts";
import { addEffect, claim, effectsOf, finish } from "./support.ts";
import { erasure, newMember, schema } from "./world.ts";

const db = useDatabase("empty");
beforeAll(async () => {
  await db.sql.unsafe(schema);
  await installLethe(db.sql, erasure);
});

/** Name and payload, in a stable order. */
async function written(request: string, at: string): Promise<[string, unknown][]> {
  const effects = await effectsOf(db.sql, request);
  return effects
    .filter((effect) => effect.at === at)
    .map((effect): [string, unknown] => [effect.name, effect.payload])
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** What earlier tests have left is nobody's business here. */
const withoutMails = () => db.sql`delete from lethe.effect where handler = 'mail'`;

const latest = async (person: string) => (await requestOf(db.sql, person)).id;

test("anonymize: what is erased is handed over, as it was; what stays isn't", async () => {
  const id = await newMember(db.sql);
  expect(await erase(db.sql, id, { strategy: "anonymize" })).toBe("erased");
  expect(await written(await latest(id), "execute")).toEqual([
    ["avatar", { cover: `https://cdn/${id}/cover` }],
    ["avatar", { image: `https://cdn/${id}/image` }],
    ["avatar", { logo: `https://cdn/${id}/logo` }],
    ["billing", { externalId: `polar_${id}` }],
    // Cleared at schedule, and kept for the effects until now.
    ["contact", { next_email: `next.${id}@example.com` }],
    ["crm", { email: `${id}@example.com`, phone: `+1 ${id}`, strategy: "anonymize" }],
    // Of three uploads one is public, and one has none.
    ["thumbnails", { person: id, thumbnail: `${id}/a.thumb` }],
  ]);
  const [user] = await db.sql`select image, phone, next_email, email from users where id = ${id}`;
  expect(user).toEqual({
    image: null,
    phone: null,
    next_email: null,
    email: `deleted_${id}@deleted.invalid`,
  });
});

test("hard_delete: everything goes, and everybody is told, whatever `unless` says", async () => {
  const id = await newMember(db.sql);
  await db.sql`update users set logo_is_public = true where id = ${id}`;
  await erase(db.sql, id, { strategy: "hard_delete" });
  const names = (await written(await latest(id), "execute")).map(([name, payload]) =>
    name === "thumbnails" || name === "uploads" || name === "avatar"
      ? Object.values(payload as object).at(-1)
      : name,
  );
  expect(names.sort()).toEqual(
    [
      "billing",
      "contact",
      "crm",
      ...["cover", "image", "logo"].map((each) => `https://cdn/${id}/${each}`),
      ...["a", "b", "c"].map((each) => `${id}/${each}`),
      ...["a", "b"].map((each) => `${id}/${each}.thumb`),
    ].sort(),
  );
});

test("soft_delete: the outside keeps what the database keeps", async () => {
  const id = await newMember(db.sql);
  await erase(db.sql, id, { strategy: "soft_delete" });
  expect(await written(await latest(id), "execute")).toEqual([
    ["avatar", { cover: `https://cdn/${id}/cover` }],
  ]);
});

test("a value that stays makes no effect, and neither does one that isn't there", async () => {
  const id = await newMember(db.sql, { image: null, cover: null, polar_id: null, next_email: null });
  await db.sql`update users set logo_is_public = true where id = ${id}`;
  await erase(db.sql, id, { strategy: "anonymize" });
  expect((await written(await latest(id), "execute")).map(([name]) => name)).toEqual(["crm", "thumbnails"]);
});

test("options of the request", async () => {
  const id = await newMember(db.sql);
  await erase(db.sql, id, { options: { keep_billing: true } });
  expect((await written(await latest(id), "execute")).map(([name]) => name)).not.toContain("billing");
});

test("the rows of one rule: of messages only those that the person sent", async () => {
  const [id, other] = [await newMember(db.sql), await newMember(db.sql)];
  await db.sql`
    insert into messages (sender_id, recipient_id, attachment)
    values (${id}, ${other}, 'from'), (${other}, ${id}, 'to'), (${id}, ${id}, 'self'), (${id}, ${other}, null)
  `;
  await erase(db.sql, id);
  const sent = (await written(await latest(id), "execute")).filter(([name]) => name === "sent");
  expect(sent).toEqual([
    ["sent", { key: "from" }],
    ["sent", { key: "self" }],
  ]);
});

test("a batch writes each person's own, and those who wait wait", async () => {
  const people = [await newMember(db.sql), await newMember(db.sql), await newMember(db.sql)];
  for (const id of people) await schedule(db.sql, id, { strategy: "hard_delete", grace: "0" });
  expect((await executeDue(db.sql)).executed).toBe(3);
  for (const id of people) {
    const effects = await effectsOf(db.sql, await latest(id));
    const told = effects.filter((each) => each.at === "execute");
    expect(told).toHaveLength(11);
    expect(told.filter((each) => !JSON.stringify(each.payload).includes(id))).toEqual([]);
    expect(told.find((each) => each.name === "billing")).toMatchObject({
      next_attempt_at: null,
      after: ["uploads", "sent"],
    });
    expect(new Set(effects.map((each) => each.idempotency_key)).size).toBe(effects.length);
  }
});

test("at schedule: mails with a place for the token, the person's jobs; the reminder waits for its day", async () => {
  const id = await newMember(db.sql);
  const { request_id: request, scheduled_for: due } = await schedule(db.sql, id);
  const effects = await effectsOf(db.sql, request);
  expect(effects.map(({ name, at, handler }) => [name, at, handler]).sort()).toEqual([
    ["goodbye", "schedule", "mail"],
    ["pendingJobs", "schedule", "jobs"],
    ["reminder", "before", "mail"],
  ]);
  expect(effects.find((each) => each.name === "goodbye")?.payload).toMatchObject({
    to: `${id}@example.com`,
    token: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(effects.find((each) => each.name === "pendingJobs")?.payload).toEqual({
    tasks: ["send_mail"],
    payload: { userId: id },
  });
  const reminder = effects.find((each) => each.name === "reminder");
  expect(reminder?.next_attempt_at).toEqual(new Date(due.getTime() - 3 * 86_400_000));
  expect(reminder?.deliver_after).toEqual(reminder?.next_attempt_at);
});

test("a reminder whose day is over already isn't written", async () => {
  const id = await newMember(db.sql);
  const { request_id: request } = await schedule(db.sql, id, { grace: "2 days" });
  expect((await effectsOf(db.sql, request)).map((each) => each.name)).not.toContain("reminder");
});

test("cancel: what nobody has begun is skipped and wiped; the mail of the return comes after what is under way", async () => {
  await withoutMails();
  const id = await newMember(db.sql);
  const { request_id: request } = await schedule(db.sql, id);
  const [goodbye] = await db.sql<{ effect_id: string; attempt: number }[]>`
    select * from lethe.claim_effects('mail', 1)
  `;
  await db.sql`select lethe.cancel_deletion(${id})`;
  const effects = await effectsOf(db.sql, request);
  const line = (name: string) => effects.find((each) => each.name === name);
  for (const name of ["pendingJobs", "reminder"])
    expect(line(name)).toMatchObject({ state: "skipped", payload: null, receipt: { reason: "withdrawn" } });
  expect(line("goodbye")).toMatchObject({ state: "delivering", withdrawn: true, payload: null });
  expect(line("welcomeBack")).toMatchObject({
    state: "pending",
    next_attempt_at: null,
    payload: { to: `${id}@example.com` },
  });
  // It fails: not tried again, for its sense is gone.
  if (!goodbye) throw new Error("nothing was claimed");
  await finish(db.sql, [goodbye as never], { state: "retry", code: "http_503" });
  const after = await effectsOf(db.sql, request);
  expect(after.find((each) => each.name === "goodbye")).toMatchObject({ state: "skipped" });
  const claimed = await claim(db.sql, "mail");
  expect(claimed.map((each) => [each.name, each.at])).toEqual([["welcomeBack", "cancel"]]);
  await finish(db.sql, claimed, { state: "done" });
  expect(await requestOf(db.sql, id)).toMatchObject({ state: "cancelled", completed_at: null });
});

test("cancelled while a worker had it that then died: it ends, and the others go on", async () => {
  await withoutMails();
  const id = await newMember(db.sql);
  const { request_id: request } = await schedule(db.sql, id);
  await db.sql`select * from lethe.claim_effects('mail', 1)`;
  await db.sql`select lethe.cancel_deletion(${id})`;
  await db.sql`update lethe.effect set next_attempt_at = now() where request_id = ${request} and state = 'delivering'`;
  expect(await claim(db.sql, "mail")).toEqual([]);
  await db.sql`select * from lethe.due_effects()`;
  expect((await effectsOf(db.sql, request)).find((each) => each.name === "goodbye")).toMatchObject({
    state: "skipped",
    last_error: "lease expired",
  });
  expect((await claim(db.sql, "mail")).map((each) => each.name)).toEqual(["welcomeBack"]);
});

test("execution: a reminder that never got through is skipped, a mail of the schedule still counts", async () => {
  const id = await newMember(db.sql);
  const { request_id: request } = await schedule(db.sql, id);
  await makeDue(db.sql, request);
  expect(await execute(db.sql, id)).toBe("erased");
  const states = Object.fromEntries(
    (await effectsOf(db.sql, request)).map((each) => [each.name, each.state]),
  );
  expect(states).toMatchObject({ reminder: "skipped", goodbye: "pending", pendingJobs: "pending" });
});

test("nothing of a person's is left in payloads once all is done", async () => {
  const id = await newMember(db.sql);
  await erase(db.sql, id, { strategy: "hard_delete" });
  for (let round = 0; round < 3; round++)
    for (const handler of ["blob", "s3", "polar", "loops", "webhook", "jobs", "mail"])
      await finish(db.sql, await claim(db.sql, handler, 1000), { state: "done", receipt: { status: 200 } });
  expect((await requestOf(db.sql, id)).state).toBe("completed");
  const [row] = await db.sql`
    select string_agg(e::text, ' ') as text from lethe.effect e where request_id = ${await latest(id)}
  `;
  expect(row?.text).not.toContain(id);
});

test("many rows: the effects are written in the first step, and once", async () => {
  const id = await newMember(db.sql);
  await db.sql`
    insert into uploads (user_id, storage_key) select ${id}, ${id} || n from generate_series(1, 12000) n
  `;
  await db.sql`analyze uploads`;
  const { uploads, ...others } = erasure.tables;
  await installLethe(db.sql, {
    ...erasure,
    tables: { ...others, uploads: { ...uploads, heavy: 5000 } as typeof uploads & object },
  });
  await schedule(db.sql, id, { strategy: "hard_delete", grace: "0" });
  expect(await execute(db.sql, id)).toBe("executing");
  const count = async () =>
    (await effectsOf(db.sql, await latest(id))).filter((each) => each.name === "uploads").length;
  expect(await count()).toBe(12_003);
  let state = "executing";
  for (let step = 0; state === "executing" && step < 10; step++) state = await execute(db.sql, id);
  expect(state).toBe("erased");
  expect(await count()).toBe(12_003);
});

test("an effect that the team writes by hand counts too", async () => {
  const id = await newMember(db.sql);
  const { request_id: request } = await schedule(db.sql, id, { strategy: "soft_delete", grace: "0" });
  await addEffect(db.sql, request, { name: "by hand", handler: "hand" });
  expect(await execute(db.sql, id)).toBe("erased");
});
