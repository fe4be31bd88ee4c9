/** The golden drafts and the edited files are right TypeScript, strict, without an import too many. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { applicationFolder, root } from "../edit/package.ts";

const folder = applicationFolder();
afterAll(() => rmSync(folder, { recursive: true }));

test("tsc finds nothing", () => {
  const drafts = join(root, "test/database/init/cases");
  for (const name of readdirSync(drafts))
    cpSync(join(drafts, name, "expected.ts"), join(folder, `${name}.ts`));
  const edits = join(root, "test/generator/edit/cases");
  for (const name of readdirSync(edits)) {
    if (!existsSync(join(edits, name, "after"))) continue;
    cpSync(join(edits, name, "before"), join(folder, "edits", name), { recursive: true });
    cpSync(join(edits, name, "after"), join(folder, "edits", name), { recursive: true });
  }
  const settings = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { types: [] },
    include: ["*.ts", "edits"],
    exclude: [],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
  const { stdout, status } = spawnSync(
    process.execPath,
    [join(root, "node_modules/typescript/bin/tsc"), "-p", folder],
    {
      encoding: "utf8",
    },
  );
  expect(stdout).toBe("");
  expect(status).toBe(0);
}, 120_000);
