/** What the generator writes is what is committed, byte for byte, whenever and wherever it runs. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { generate } from "../../../generator/generate.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const files = { config: join(root, "lethe.schema.ts"), catalog: join(root, "lethe.catalog.json") };

test("the newest committed migration is what the generator writes", async () => {
  const committed = join(root, "migrations", "committed");
  const newest = readdirSync(committed)
    .filter((file) => file.endsWith("-lethe.sql"))
    .sort()
    .at(-1);
  const text = readFileSync(join(committed, newest ?? ""), "utf8");
  // graphile-migrate's own lines come first.
  const body = text.replace(/^(--! .*\n|\n)*/, "");
  const { sql } = await generate(files);
  expect(body.trimEnd()).toBe(sql.trimEnd());
});

test("the same two files give the same bytes, in another process, time zone and language too", async () => {
  const { sql } = await generate(files);
  expect((await generate(files)).sql).toBe(sql);
  const script = `import { generate } from ${JSON.stringify(join(root, "generator/generate.ts"))};
    process.stdout.write((await generate(${JSON.stringify(files)})).sql);`;
  const elsewhere = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    maxBuffer: 50_000_000,
    env: { ...process.env, TZ: "Pacific/Chatham", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" },
  });
  expect(elsewhere).toBe(sql);
});
