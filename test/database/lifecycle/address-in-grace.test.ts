/** A unique index of live people alone gives a leaving person's address away (L042); the finding's own cure keeps it. */
import { expect, test } from "vitest";
import { validateAnnotation } from "../../../generator/annotation/schema.ts";
import { readCatalog } from "../../../generator/catalog/read.ts";
import type { Finding } from "../../../generator/errors.ts";
import { defineErasure, keep, pii, presets, subject } from "../../../generator/index.ts";
import { plan } from "../../../generator/plan/plan.ts";
import { useDatabase } from "../../support/database.ts";
import { execute, schedule } from "../../support/scenario.ts";
import { installLethe, sqlState, terms } from "../../support/schema-case.ts";

const db = useDatabase("empty");
const erasure = defineErasure({
  ...terms,
  access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
  tables: {
    people: subject({ key: "id", columns: { id: keep(), email: pii.email(), verified: keep() } }),
  },
});

async function found(): Promise<Finding[]> {
  const { annotation } = validateAnnotation(erasure);
  if (annotation === null) throw new Error("a wrong annotation");
  const catalog = await readCatalog(db.sql, { letheSchema: "lethe" });
  return plan(annotation, catalog).findings.filter((finding) => finding.code === "L042");
}

test("what the finding says to run keeps the address during grace, and frees it afterwards", async () => {
  await db.sql.unsafe(`
    create table people (id bigint primary key, email text not null, verified boolean not null, deleted_at timestamptz);
    create unique index live_email on people (email) where deleted_at is null;
    create unique index live_verified on people (lower(email)) where deleted_at is null and verified;
  `);
  const findings = await found();
  expect(findings.map((finding) => finding.message.split(" leaves ")[0])).toEqual([
    "the unique index live_email (where (deleted_at IS NULL))",
    "the unique index live_verified (where ((deleted_at IS NULL) AND verified))",
  ]);
  for (const finding of findings) {
    const statements = finding.remedy.replace(/^.*?`lethe sync`: /, "").split(/(?<=;) /);
    expect(statements).toHaveLength(3);
    // One by one: CONCURRENTLY can't run among others.
    for (const statement of statements) await db.sql.unsafe(statement);
  }
  expect(await found()).toEqual([]);

  await installLethe(db.sql, erasure);
  await db.sql`insert into people values (1, 'Ada@example.com', true)`;
  const register = (id: number) =>
    sqlState(db.sql`insert into people values (${id}, 'Ada@example.com', true)`);
  await schedule(db.sql, 1);
  expect(await register(2)).toBe("23505");
  await db.sql`select lethe.cancel_deletion(1)`;
  expect(await db.sql`select email, deleted_at from people`).toEqual([
    { email: "Ada@example.com", deleted_at: null },
  ]);

  await db.sql`update lethe.deletion_request set cancelled_at = now() - interval '2 days'`;
  await schedule(db.sql, 1, { grace: "0" });
  await execute(db.sql, 1);
  expect(await register(2)).toBe("none");
});
