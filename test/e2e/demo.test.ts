/** The demo as a reader runs it: a process of its own, judged by what it prints, its exit code and what it leaves. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { quickDirectory } from "../support/server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const moduleOf = (path: string) => pathToFileURL(join(root, "examples/demo", path)).href;

/** All that the demo makes goes here, so that what it leaves is seen, whatever else runs on this machine. */
let temporary: string;
beforeAll(() => {
  temporary = mkdtempSync(join(quickDirectory(), "demo-test-"));
  chmodSync(temporary, 0o755); // as root, the server runs as another user
});
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

type Ended = { code: number | null; signal: NodeJS.Signals | null; output: string };
type Running = { child: ChildProcess; output: () => string; ended: Promise<Ended> };

function start(...args: string[]): Running {
  const { FORCE_COLOR: _, ...env } = process.env;
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...env, TMPDIR: temporary, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // a process group of its own, as a shell gives it: Ctrl-C goes to all of it
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal, output }));
  });
  return { child, output: () => output, ended };
}

const demo = () => start("examples/demo/main.ts");

/** Plays one chapter, given as the source of its `tell`. */
function chapter(tell: string): Running {
  const source = `
    import { play } from ${JSON.stringify(moduleOf("play.ts"))};
    import { claim } from ${JSON.stringify(moduleOf("claim.ts"))};
    process.exitCode = (await play([{ title: "A chapter", tell: ${tell} }])) ? 0 : 1;
  `;
  return start("--input-type=module", "--eval", source);
}

/** Files, and processes: the servers by the directory they were given, the rest by their process group. */
function traces({ child }: Running): { files: string[]; processes: string[] } {
  // Node keeps its cache of compiled code in TMPDIR, if it is told to keep one.
  const files = readdirSync(temporary).filter((name) => name !== "node-compile-cache");
  const processes = execFileSync("ps", ["-A", "-o", "pgid=,stat=,args="], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith(`${child.pid} `) || line.includes(temporary))
    .filter((line) => !/^\d+ +Z/.test(line));
  return { files, processes };
}

/** What is still there some time after the end: a process that has been ended may need a moment. */
async function leftovers(running: Running): Promise<string[]> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const { files, processes } = traces(running);
    if (processes.length === 0 || Date.now() > deadline) return [...files, ...processes];
    await sleep(50);
  }
}

async function untilPrinted({ output }: Running, text: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!output().includes(text)) {
    if (Date.now() > deadline) throw new Error(`never printed: ${text}\n${output()}`);
    await sleep(20);
  }
}

describe("npm run demo", () => {
  let running: Running;
  let ended: Ended;
  beforeAll(async () => {
    running = demo();
    ended = await running.ended;
  });

  test("everything it says is so", () => {
    expect(ended.output).toMatch(/All of this was so: \d{3,} checks held/);
    expect(ended).toMatchObject({ code: 0, signal: null });
  });

  test.each([
    "1. Meet Marta",
    "✓ Marta has rows in all 15 tables of the application.",
    "ERROR:  LT003: deletion is blocked: owns 2 active collections",
    "✓ Her deletion is scheduled, and 14 days remain.",
    "✓ Her sessions and e-mailed tokens are gone, her comments are still hers.",
    "ERROR:  LT010: sign-in refused",
    "✓ The application sees 119 people, and Marta is not among them.",
    'ERROR:  23505: duplicate key value violates unique constraint "users_email_key"',
    "✓ The token brings back Marta, and nobody else.",
    "ERROR:  LT004: a deletion was cancelled a short while ago",
    "ERROR:  LT005: nobody executes their own deletion",
    "✓ The worker, woken by NOTIFY, had erased her",
    "✓ Everybody but the billing service has said yes",
    "✓ All effects are done, and with the last of them the request is completed.",
    "Vercel Blob  delete https://mp4s7x.public.blob.vercel-storage.com/avatars/noor.jpg",
    "Mail         to noor.haddad@example.com: Your Marketplace account has been deleted",
    "✓ The blob store was told of each of her 3 files once, the others of her once.",
    "✓ The mail that waited for her in the queue is gone",
    "✓ It executed one request, and its log holds nothing of Noor's.",
    "✓ All 60 rows of Noor's are now as lethe.schema.ts says.",
    "rows of other people in 15 tables are the same to the last byte.",
    "✓ Now: 0 hits for 58 values in",
    "✓ The address is hers again, under a new key.",
    "✓ Marta's request and Noor's are told from beginning to end, and who did what.",
    "✓ Nothing is overdue.",
  ])("prints: %s", (line) => {
    expect(ended.output).toContain(line);
  });

  test("it fits in 100 columns, and respects NO_COLOR", () => {
    expect(ended.output.split("\n").filter((line) => [...line].length > 100)).toEqual([]);
    expect(ended.output).not.toContain("\u001b[");
  });

  test("it leaves no file and no process behind", async () => {
    expect(await leftovers(running)).toEqual([]);
  });
});

test("a claim that isn't so is named, makes the exit code 1, and leaves nothing behind", async () => {
  const running = chapter(`async ({ world }) => {
    const [found] = await world.sql\`select count(*)::integer as people from public.users\`;
    claim("Nobody is here.", found, { people: 0 });
  }`);
  const { code, output } = await running.ended;
  expect(output).toContain("✗ not so: Nobody is here.");
  expect(output).toContain("found    { people: 120 }");
  expect(code).toBe(1);
  expect(await leftovers(running)).toEqual([]);
});

test("a refusal that doesn't come is noticed, too", async () => {
  const running = chapter(`({ world }) => world.refused({ role: "app_user" }, "select 1", "LT005")`);
  const { code, output } = await running.ended;
  expect(output).toContain("✗ not so: Refused, with SQLSTATE LT005.");
  expect(output).toContain("found    'no error'");
  expect(code).toBe(1);
});

test.each([
  ["in the middle", "3. Marta leaves"],
  ["while the worker runs", "has started, in a process of its own"],
])("Ctrl-C %s leaves nothing behind", async (_, line) => {
  const running = demo();
  await untilPrinted(running, line);
  const during = traces(running);
  expect(during.files).toHaveLength(1);
  expect(during.processes.some((each) => each.includes("postgres"))).toBe(true);
  process.kill(-(running.child.pid ?? 0), "SIGINT");
  const { code } = await running.ended;
  expect(code).not.toBe(0);
  expect(await leftovers(running)).toEqual([]);
});
