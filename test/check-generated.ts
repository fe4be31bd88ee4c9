/**
 * What is generated must be what is committed: the newest Lethe migration of the reference application is made
 * again from lethe.schema.ts and lethe.catalog.json and compared. Part of `npm run check`; exits 1 on a difference.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "../generator/generate.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const committed = join(root, "migrations", "committed");
const newest = readdirSync(committed)
  .filter((file) => file.endsWith("-lethe.sql"))
  .sort()
  .at(-1);
if (newest === undefined) throw new Error("no committed migration of Lethe's own");

const { sql } = await generate({
  config: join(root, "lethe.schema.ts"),
  catalog: join(root, "lethe.catalog.json"),
});
// graphile-migrate puts its header and the name of the current file before the body.
const body = readFileSync(join(committed, newest), "utf8").replace(/^(--! .*\n|\n)*/, "");
if (body.trim() !== sql.trim()) {
  const wanted = sql.trim().split("\n");
  const line = body
    .trim()
    .split("\n")
    .findIndex((each, index) => each !== wanted[index]);
  console.error(
    `${newest} is not what the generator writes now; first difference in line ${line + 1} of the body`,
  );
  console.error("run: npm run regenerate");
  process.exit(1);
}
console.log(`${newest} is what the generator writes`);
