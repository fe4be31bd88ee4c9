/** Every mail has a token of its own, made when it is sent: during grace none can be read in the database. */
import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { makeDue, schedule } from "../../support/scenario.ts";
import { installLethe, sqlState } from "../../support/schema-case.ts";
import { claim, effectOf, effectsOf, finish, passTime } from "./support.ts";
import { erasure, newMember, schema } from "./world.ts";

const db = useDatabase("empty");
beforeAll(async () => {
  await db.sql.unsafe(schema);
  await installLethe(db.sql, erasure);
});

const cancelBy = (token: string) =>
  db.sql<{ id: string }[]>`select lethe.cancel_deletion_by_token(${token}) as id`;
const tokenIn = (payload: unknown) => (payload as { token: string }).token;

/** The mail of this person's schedule, or their reminder on its day. */
async function mail(request: string, name: string) {
  const effect = (await effectsOf(db.sql, request)).find((each) => each.name === name);
  if (!effect) throw new Error("there is no such mail");
  await passTime(db.sql, effect.id);
  const mine = (await claim(db.sql, "mail")).filter((each) => each.effect_id === effect.id);
  expect(mine).toHaveLength(1);
  return mine[0] as (typeof mine)[number];
}

test("nothing that is stored during grace takes the deletion back", async () => {
  const id = await newMember(db.sql);
  const made = await schedule(db.sql, id);
  const [stored] = await db.sql<{ text: string }[]>`
    select string_agg(e::text, ' ') || (select r::text from lethe.deletion_request r where r.id = ${made.request_id}) as text
    from lethe.effect e where e.request_id = ${made.request_id}`;
  const seen = stored?.text.match(/[0-9a-f]{64}/g) ?? [];
  expect(seen.length).toBeGreaterThan(0);
  expect(seen).not.toContain(made.cancel_token);
  for (const text of seen) expect(await sqlState(cancelBy(text))).toBe("LT002");
  expect(await cancelBy(made.cancel_token)).toMatchObject([{ id }]);
});

test("a mail's token works, and is the same for every attempt", async () => {
  const id = await newMember(db.sql);
  const made = await schedule(db.sql, id);
  const first = await mail(made.request_id, "goodbye");
  const reminder = await mail(made.request_id, "reminder");
  expect(tokenIn(reminder.payload)).not.toBe(tokenIn(first.payload));
  expect(tokenIn(first.payload)).not.toBe(made.cancel_token);
  await finish(db.sql, [first], { state: "retry", code: "http_503" });
  const again = await mail(made.request_id, "goodbye");
  expect(again.payload).toEqual(first.payload);
  await finish(db.sql, [again, reminder], { state: "done" });
  const done = await effectOf(db.sql, first.effect_id);
  expect(JSON.stringify(done)).not.toContain(tokenIn(first.payload));

  expect(await cancelBy(tokenIn(first.payload))).toMatchObject([{ id }]);
  // Used: so are the others.
  for (const token of [tokenIn(first.payload), tokenIn(reminder.payload), made.cancel_token])
    expect(await sqlState(cancelBy(token))).toBe("LT002");
  // The next request is none of their business.
  await db.sql`update lethe.deletion_request set cancelled_at = now() - interval '2 days' where id = ${made.request_id}`;
  await schedule(db.sql, id);
  expect(await sqlState(cancelBy(tokenIn(reminder.payload)))).toBe("LT002");
});

test("after the execution it takes nothing back", async () => {
  const id = await newMember(db.sql);
  const { request_id: request } = await schedule(db.sql, id);
  const { payload } = await mail(request, "goodbye");
  await makeDue(db.sql, request);
  await db.sql`select lethe.execute_deletion(${id})`;
  expect(await sqlState(cancelBy(tokenIn(payload)))).toBe("LT002");
});
