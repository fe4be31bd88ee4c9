/** Makes a complete annotation file of every example: a whole one as it stands, a part wrapped into a small one. */
import { join } from "node:path";
import * as builders from "../../../generator/annotation/builders.ts";
import { type Block, root } from "./blocks.ts";

const PARTS = ["tables", "columns", "settings"];

export const isAnnotation = (block: Block): boolean =>
  block.text.includes("defineErasure") || PARTS.includes(block.label);

export function fileOf(block: Block): string {
  if (!isAnnotation(block)) return withNames(here(block.text));
  return here(PARTS.includes(block.label) ? wrap(block) : block.text);
}

/** The package's own name leads to the sources. */
function here(text: string): string {
  return text
    .replaceAll('"pg-lethe/worker"', JSON.stringify(join(root, "worker/index.ts")))
    .replaceAll('"pg-lethe/effects"', JSON.stringify(join(root, "worker/effects/index.ts")))
    .replaceAll('"pg-lethe"', JSON.stringify(join(root, "generator/index.ts")));
}

/** Code for the team's own programs may speak of what they have. */
function withNames(text: string): string {
  return [
    "declare const connectionString: string;",
    'declare const tasks: import("graphile-worker").TaskList;',
    'declare const cronItems: import("graphile-worker").CronItem[];',
    text,
  ].join("\n");
}

function wrap({ label, text }: Block): string {
  const columns = label === "columns" ? `id: keep(),\n${text}` : "id: keep(), email: pii.email()";
  const users = `users: subject({ key: "id", columns: { ${columns} } }),`;
  const settings = [
    label === "settings" ? text : "",
    ...(/^options:/m.test(text) ? [] : ["options: { delete_content: false },"]),
    ...(/^ghosts:/m.test(text) ? [] : ['ghosts: { departed: ghost({ id: "1" }) },']),
  ];
  const tables = label === "tables" ? text : "";
  const subject = tables.includes("subject(") ? "" : users;
  const body = `export default defineErasure({\n${settings.join("\n")}\ntables: {\n${subject}\n${tables}\n},\n});\n`;
  const calls = body.replaceAll("...", " ");
  const used = Object.keys(builders).filter((name) => new RegExp(`(?<![\\w.])${name}[.(]`).test(calls));
  return `import { ${used.join(", ")} } from "pg-lethe";\n${body}`;
}
