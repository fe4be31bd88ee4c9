/** Reading files; what goes wrong on the way is in annotation-errors. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { loadAnnotation } from "../../../generator/annotation/load.ts";
import { FindingsError, UsageError } from "../../../generator/errors.ts";

const folder = mkdtempSync(join(tmpdir(), "lethe-load-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "lethe.schema.ts");
const builders = fileURLToPath(new URL("../../../generator/index.ts", import.meta.url));

function write(lifecycle: string): void {
  writeFileSync(
    file,
    `import { defineErasure } from ${JSON.stringify(builders)};\nexport default defineErasure({ lifecycle: ${lifecycle}, tables: {} });\n`,
  );
}

test("a changed file is read again", async () => {
  write('{ gracePeriod: "7 days" }');
  expect((await loadAnnotation(file)).annotation.lifecycle.gracePeriod).toBe("7 days");
  write('{ gracePeriod: "9 days" }');
  const { annotation, locate } = await loadAnnotation(file);
  expect(annotation.lifecycle.gracePeriod).toBe("9 days");
  expect(locate(["lifecycle", "gracePeriod"])).toMatchObject({ file, line: 2 });
});

test("findings are thrown together, rendered and as data", async () => {
  write('{ gracePeriod: "soon", cancelCooldown: 1 }');
  const error = await loadAnnotation(file).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(FindingsError);
  expect((error as FindingsError).findings.map((finding) => finding.code)).toEqual(["L004", "L003"]);
  expect((error as FindingsError).message).toContain("lethe.schema.ts:2:");
});

test("a file that isn't there", async () => {
  await expect(loadAnnotation(join(folder, "none.ts"))).rejects.toThrow(UsageError);
});
