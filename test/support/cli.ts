/**
 * `lethe …` as a person runs it: its arguments, output and exit code. To start Node and read the modules takes longer
 * than all the rest, so one process, of its own working directory and environment, runs one command after the other.
 * That the command itself starts and ends as it should is what test/unit/cli/main.test.ts and test/e2e are for.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export type Asked = { args: string[]; folder: string; databaseUrl: string };
export type Ended = { code: number; out: string; err: string };

const script = fileURLToPath(new URL("cli-host.ts", import.meta.url));
let host: ChildProcess | undefined;
let before: Promise<unknown> = Promise.resolve();

/** In `folder`; without a database's URL as if DATABASE_URL weren't set. */
export function lethe(folder: string, args: string[], databaseUrl = ""): Promise<Ended> {
  const ended = before.then(() => ask({ args, folder, databaseUrl }));
  before = ended.catch(() => {});
  return ended;
}

async function ask(asked: Asked): Promise<Ended> {
  const child = running();
  const end = new AbortController();
  const { signal } = end;
  try {
    child.send(asked);
    return await Promise.race([
      once(child, "message", { signal }).then(([ended]) => ended as Ended),
      once(child, "exit", { signal }).then(([code]) => {
        throw new Error(`lethe ${asked.args.join(" ")} ended its process with ${code}`);
      }),
    ]);
  } finally {
    end.abort();
  }
}

function running(): ChildProcess {
  if (host?.connected) return host;
  const env = { ...process.env, LETHE_DEBUG: "", NO_COLOR: "1" };
  host = fork(script, { env, execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] });
  // The process of the tests doesn't wait for it: it ends when that one does.
  host.unref();
  host.channel?.unref();
  return host;
}
