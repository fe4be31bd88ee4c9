/** A dead letter whose work somebody did by hand: closed with a note, and the request goes on to its end. */
import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { eventsOf, newPerson } from "../../support/scenario.ts";
import { sqlState } from "../../support/schema-case.ts";
import { addEffect, claim, effectOf, finish, newRequest } from "./support.ts";

const db = useDatabase("reference");

test("closed by an administrator, with a note; the last one completes its request", async () => {
  const request = await newRequest(db.sql);
  const id = await addEffect(db.sql, request, { handler: "letters" });
  await db.sql`update lethe.deletion_request set state = 'erased', executed_at = now() where id = ${request}`;
  const admin = await db.as("app_admin", { "app.user_id": await newPerson(db.sql) });
  const close = (note: string | null) => sqlState(admin`select lethe.close_effect(${id}, ${note})`);
  expect(await close("by hand"), "it is under way still").toBe("LT016");
  await finish(db.sql, await claim(db.sql, "letters"), { state: "failed", code: "http_400" });
  for (const note of [null, " ", "x".repeat(201)]) expect(await close(note)).toBe("22023");
  expect(await close("deleted in their console")).toBe("none");
  expect(await effectOf(db.sql, id)).toMatchObject({
    state: "skipped",
    payload: null,
    receipt: { closed_by: "admin", note: "deleted in their console" },
  });
  expect(await db.sql`select state from lethe.deletion_request where id = ${request}`).toEqual([
    { state: "completed" },
  ]);
  expect(await eventsOf(db.sql, request)).toEqual([
    "scheduled",
    "effect_failed",
    "effect_closed",
    "completed",
  ]);
  expect(await close("once more")).toBe("LT016");
  const user = await db.as("app_user", { "app.user_id": await newPerson(db.sql) });
  expect(await sqlState(user`select lethe.close_effect(${id}, 'mine')`)).toBe("42501");
});
