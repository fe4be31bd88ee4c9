/** `lethe check --database-url` as a person or a pipeline runs it: 0 → findings → 0, with exit codes. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { readCatalog } from "../../../generator/catalog/read.ts";
import { serializeCatalog } from "../../../generator/catalog/snapshot.ts";
import { lethe } from "../../support/cli.ts";
import { createDatabase, useDatabase } from "../../support/database.ts";
import { erase, newPerson } from "../../support/scenario.ts";
import { type Erasure, installLethe } from "../../support/schema-case.ts";

const db = useDatabase("reference");
const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lethe-check-"));
afterAll(() => rmSync(folder, { recursive: true }));
cpSync(join(root, "lethe.catalog.json"), join(folder, "lethe.catalog.json"));
writeFileSync(
  join(folder, "lethe.schema.ts"),
  readFileSync(join(root, "lethe.schema.ts"), "utf8").replace("./generator/", `${root}generator/`),
);

const check = (...args: string[]) => lethe(folder, ["check", ...args], db.url);

type Found = { code: string; level: string; subject: string; line: number };
async function found(): Promise<{ code: number; findings: string[] }> {
  const { code, out } = await check("--database-url", db.url, "--json");
  const { findings } = JSON.parse(out) as { findings: Found[] };
  return { code, findings: findings.map((each) => `${each.code} ${each.level} ${each.subject}`) };
}

test("a snapshot out of date and a drifted database", async () => {
  expect(await check("--database-url")).toEqual({ code: 0, out: "lethe.schema.ts: no findings\n", err: "" });

  await db.sql.unsafe(
    "alter table users add shoe_size integer; alter table users disable trigger lethe_freeze",
  );
  expect(await found()).toEqual({
    code: 1,
    findings: [
      "L058 error public.users.shoe_size",
      "L059 error public.users, lethe_freeze",
      "L059 error public.users, shoe_size",
    ],
  });
  const sarif = JSON.parse((await check("--database-url", "--sarif")).out) as {
    runs: { results: { ruleId: string; locations: unknown[] }[] }[];
  };
  expect(sarif.runs[0]?.results.map((result) => result.ruleId)).toEqual(["L058", "L059", "L059"]);
  expect(sarif.runs[0]?.results[0]?.locations).toMatchObject([
    { physicalLocation: { artifactLocation: { uri: "lethe.schema.ts" } } },
  ]);

  await db.sql.unsafe("alter table users drop shoe_size; alter table users enable trigger lethe_freeze");
  expect(await found()).toEqual({ code: 0, findings: [] });
});

test("L057: statistics keep values of erased people until the table is analyzed", async () => {
  const others = await Promise.all(Array.from({ length: 5 }, () => newPerson(db.sql)));
  await db.sql.unsafe("update users set city = 'Rome'; analyze users");
  expect((await found()).findings).toEqual([]);
  expect(await erase(db.sql, others[0] ?? "")).toBe("completed");
  expect(await found()).toEqual({ code: 0, findings: ["L057 warning public.users"] });
  await db.sql.unsafe("analyze users");
  expect((await found()).findings).toEqual([]);
});

test("the whole text, of a database that has left its annotation in every way", async () => {
  const home = new URL("cases/database/", import.meta.url);
  const text = (name: string) => readFileSync(new URL(name, home), "utf8");
  const other = await createDatabase("empty");
  try {
    await other.sql.unsafe(text("schema.sql"));
    const { default: erasure } = (await import(new URL("lethe.schema.ts", home).href)) as {
      default: Erasure;
    };
    await installLethe(other.sql, erasure);
    writeFileSync(join(folder, "drifted.json"), serializeCatalog(await readCatalog(other.sql)));
    writeFileSync(
      join(folder, "drifted.schema.ts"),
      text("lethe.schema.ts").replace("../../../../../", root),
    );
    const files = ["-c", "drifted.schema.ts", "--catalog", "drifted.json", "--database-url", other.url];
    expect((await check(...files)).out).toBe("drifted.schema.ts: no findings\n");
    await other.sql.unsafe(text("change.sql"));
    const { code, out } = await check(...files);
    expect(code).toBe(1);
    await expect(out.replaceAll(root, "")).toMatchFileSnapshot(fileURLToPath(new URL("expected.txt", home)));
  } finally {
    await other.drop();
  }
});

test("usage", async () => {
  expect(await check("--json", "--sarif")).toMatchObject({ code: 2 });
  expect(await check("--database-url", "mysql://x")).toMatchObject({ code: 2 });
});
