/** Every statement that Lethe ships or emits is read by PostgreSQL's own parser. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, parsePlPgSQL } from "libpg-query";
import { describe, expect, test } from "vitest";
import { generate } from "../../../generator/generate.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const files = { config: join(root, "lethe.schema.ts"), catalog: join(root, "lethe.catalog.json") };

/** The bodies of `lethe_define` and `lethe_step` calls: what the migration executes. */
function definitions(migration: string): string[] {
  return [...migration.matchAll(/\$(define\d*|step\d*)\$([\s\S]*?)\$\1\$/g)].map((match) => match[2] ?? "");
}

async function isRead(sql: string): Promise<void> {
  const { stmts } = (await parse(sql)) as { stmts: { stmt: Record<string, unknown> }[] };
  for (const { stmt } of stmts) {
    const made = stmt.CreateFunctionStmt as { options: { DefElem: DefElem }[] } | undefined;
    const language = made?.options.find(({ DefElem }) => DefElem.defname === "language");
    if (language?.DefElem.arg.String?.sval === "plpgsql") await parsePlPgSQL(sql);
    // A body in SQL is text to the parser: it is read on its own.
    if (language?.DefElem.arg.String?.sval === "sql") await parse(bodyOf(sql));
  }
}

type DefElem = { defname: string; arg: Record<string, { sval?: string } | undefined> };

function bodyOf(sql: string): string {
  const body = /\$function\$([\s\S]*)\$function\$/.exec(sql)?.[1];
  if (body === undefined) throw new Error(`no body found in: ${sql.slice(0, 100)}`);
  return body;
}

describe("hand-written SQL", () => {
  const folder = join(root, "sql");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".sql"),
  );

  test.each(names.sort())("sql/%s", async (file) => {
    await isRead(readFileSync(join(folder, file), "utf8").replaceAll("{{key}}", "uuid"));
  });
});

describe("the reference application's migration", () => {
  test("as a whole, and every definition in it", async () => {
    const { sql } = await generate(files);
    await parse(sql);
    const made = definitions(sql);
    expect(made.length).toBeGreaterThan(80);
    for (const definition of made) await isRead(definition);
  });

  test("a broken definition would be noticed", async () => {
    await expect(
      isRead("create function f() returns void language plpgsql as $function$ begin if; end $function$"),
    ).rejects.toThrow();
    await expect(
      isRead("create function f() returns void language sql as $function$ selekt 1 $function$"),
    ).rejects.toThrow();
  });
});
