/** `generate --ahead`: on a large subject table the index is built concurrently, before the migration and its locks. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { generate } from "../../../generator/generate.ts";
import { useDatabase } from "../../support/database.ts";

const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const database = useDatabase("empty");

test("the migration finds what was made ahead, and leaves it as it is", async () => {
  const { sql } = database;
  await sql.unsafe(readFileSync(root("migrations/committed/000001-reference-application.sql"), "utf8"));
  const made = await generate({ config: root("lethe.schema.ts"), catalog: root("lethe.catalog.json") });
  expect(made.ahead).toContain("create index concurrently");
  for (const statement of made.ahead.split(/;\n/)) if (statement.trim() !== "") await sql.unsafe(statement);
  const index = () => sql`select oid, relfilenode from pg_class where relname = 'users_lethe_hidden'`;
  const before = await index();
  expect(before).toHaveLength(1);

  await sql.begin((transaction) => transaction.unsafe(made.sql));
  expect(await index()).toEqual(before);
  const recorded = await sql`select name from lethe.object where name ~ '^(column|index)' order by name`;
  expect(recorded.map((row) => row.name)).toEqual([
    "column deleted_at of public.users",
    "column scheduled_deletion_at of public.users",
    "index public.users_lethe_hidden",
  ]);
});
