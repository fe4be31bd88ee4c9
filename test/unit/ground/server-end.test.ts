/** A script that fails, or is ended by a signal, must leave no server and no directory behind. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";

const SERVER = new URL("../../support/server.ts", import.meta.url).href;

/** Runs a script that starts a server, prints its data directory, and then does `ending`. */
async function run(ending: string, signal?: NodeJS.Signals) {
  const script = `
    const { startServer } = await import(${JSON.stringify(SERVER)});
    const { default: postgres } = await import("postgres");
    const server = await startServer("18");
    const sql = postgres(server.adminUrl, { max: 1 });
    const [row] = await sql\`select current_setting('data_directory') as data\`;
    await sql.end();
    console.log(row.data);
    ${ending}
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    if (signal) child.kill(signal);
  });
  const end = await new Promise((resolve) => child.on("close", (code, by) => resolve(by ?? code)));
  return { end, directory: output.trim() };
}

test.each([
  ["a failure keeps its exit code", "process.exitCode = 3;", undefined, 3],
  ["an error that nobody catches", "throw new Error('oops');", undefined, 1],
  ["SIGTERM still ends the process", "setInterval(() => {}, 1000);", "SIGTERM", "SIGTERM"],
] as const)("%s, and the server is gone", async (_, ending, signal, expected) => {
  const { end, directory } = await run(ending, signal);
  expect(end).toBe(expected);
  expect(directory).toContain("lethe-postgres-18-");
  expect(existsSync(directory)).toBe(false);
});
