/**
 * docs/quick-start.md, as a newcomer would live through it: the packed tarball in an empty project, a database of its
 * own, and every block of the page in its order. A comment behind a SELECT is what the page promises: it is compared.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../support/database.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/quick-start.md"), "utf8");
const blocks = [...page.matchAll(/^```(\w+) ?(\S*)\n([\s\S]*?)^```$/gm)].map(([, language, file, text]) => ({
  language: language as string,
  file: file as string,
  text: text as string,
}));

const database = useDatabase("empty");
let project: string;

function run(command: string): string {
  return execFileSync("bash", ["-c", `set -e; ${command}`], {
    cwd: project,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      DATABASE_URL: database.url,
      // What runs there is what its own node_modules hold, and this Node; nothing of this repository's.
      PATH: [join(process.execPath, ".."), ...pathElsewhere()].join(delimiter),
      NODE_ENV: "production",
    },
  });
}

function pathElsewhere(): string[] {
  return (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.startsWith(root));
}

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "lethe-quick-start-"));
  execFileSync("npm", ["pack", "--pack-destination", project], { cwd: root, stdio: "pipe" });
  const tarball = readdirSync(project).find((file) => file.endsWith(".tgz"));
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ name: "newcomer", private: true, type: "module" }),
  );
  run(`npm install --prefer-offline --no-audit --no-fund ./${tarball}`);
}, 300_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe("the quick start", () => {
  test("its annotation is the README's", () => {
    const annotation = blocks.find((block) => block.file === "lethe.schema.ts")?.text ?? "no annotation";
    const readme = readFileSync(join(root, "README.md"), "utf8");
    expect(readme).toContain(annotation.trim());
  });

  test("every block works, in its order", async () => {
    for (const block of blocks) {
      if (block.language === "ts") writeFileSync(join(project, block.file), block.text);
      if (block.language === "sh") for (const command of block.text.trim().split("\n")) run(command);
      if (block.language === "sql") await runSql(block.text);
    }
  }, 120_000);

  test("a session for somebody who is leaving is refused", async () => {
    await expect(database.sql`insert into sessions (user_id, token) values (1, 't3')`).rejects.toMatchObject({
      code: "LT010",
    });
  });
});

async function runSql(text: string): Promise<void> {
  for (const line of text.split(/(?<=;[^\n]*)\n/)) {
    if (line.trim() === "") continue;
    const promised = /;\s*-- (.*)$/.exec(line)?.[1];
    const rows = await database.sql.unsafe(line).values();
    if (promised === undefined) continue;
    const shown = rows.map((row: unknown[]) => row.map(String).join(", ")).join(" | ");
    expect(shown, line).toBe(promised.trim());
  }
}
