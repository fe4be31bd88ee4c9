/** `lethe status` shows what is open outside, `lethe retry` puts dead letters back. */
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { lethe as runLethe } from "../../support/cli.ts";
import { useDatabase } from "../../support/database.ts";
import { addEffect, claim, effectOf, finish, newRequest } from "./support.ts";

const db = useDatabase("reference");

const lethe = (...args: string[]) => runLethe(tmpdir(), args, db.url);

async function deadLetter(handler: string): Promise<string> {
  const id = await addEffect(db.sql, await newRequest(db.sql), { handler });
  await finish(db.sql, await claim(db.sql, handler), { state: "failed", code: "http_400" });
  return id;
}

test("shown, and put back one by one, by handler, or all", async () => {
  const [one, two] = [await deadLetter("blob"), await deadLetter("blob")];
  const other = await deadLetter("polar");
  const waiting = await addEffect(db.sql, await newRequest(db.sql), { handler: "s3" });

  const shown = await lethe("status");
  expect(shown.code).toBe(0);
  expect(shown.out).toMatch(/blob .*failed .*2/);
  expect(shown.out).toMatch(/s3 .*pending .*1/);
  expect(shown.out).toMatch(new RegExp(`${one} .*#\\d+ .*avatar .*blob .*http_400`));
  const { deadLetters, effects } = JSON.parse((await lethe("status", "--json")).out);
  expect(deadLetters).toHaveLength(3);
  expect(effects).toContainEqual(expect.objectContaining({ handler: "polar", state: "failed", effects: 1 }));

  expect(await lethe("retry", one)).toEqual({ code: 0, out: "1 put back\n", err: "" });
  expect((await effectOf(db.sql, one)).state).toBe("pending");
  expect((await effectOf(db.sql, two)).state).toBe("failed");
  expect(JSON.parse((await lethe("retry", "--handler", "blob", "--json")).out)).toEqual({ retried: 1 });
  expect((await effectOf(db.sql, other)).state).toBe("failed");
  expect((await lethe("retry", "--all")).out).toBe("1 put back\n");
  expect((await effectOf(db.sql, other)).state).toBe("pending");

  const refused = await lethe("retry", waiting);
  expect(refused.code).toBe(2);
  expect(refused.err).toContain("the effect is pending, not failed (LT016)");
  expect((await lethe("retry")).code).toBe(2);
  expect((await lethe("retry", one, "--all")).code).toBe(2);
});
