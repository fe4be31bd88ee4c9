/** A folder in which `pg-lethe` can be imported as in an application, in the state of this tree. */
import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("../../..", import.meta.url));

export function applicationFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "lethe-app-")));
  mkdirSync(join(folder, "package"));
  writeFileSync(
    join(folder, "package/package.json"),
    '{ "name": "pg-lethe", "type": "module", "exports": "./index.ts" }',
  );
  writeFileSync(join(folder, "package/index.ts"), `export * from "${join(root, "generator/index.ts")}";\n`);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  mkdirSync(join(folder, "node_modules"));
  // Followed to its real place, since Node strips no types inside node_modules.
  symlinkSync(join(folder, "package"), join(folder, "node_modules/pg-lethe"));
  return folder;
}
