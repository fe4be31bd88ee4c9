/** Where and with what it was measured. */
import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { median, timed } from "../measure.ts";
import type { BenchServer } from "../server.ts";

export interface Machine {
  date: string;
  commit: string;
  cpus: number;
  memoryGb: number;
  node: string;
  postgres: string;
  /** Milliseconds that a commit takes, on the storage that TMPDIR names: application code waits for one a person. */
  commitMs: number;
}

async function commitMs(admin: BenchServer["admin"]): Promise<number> {
  await admin`create table if not exists bench_commit (at timestamptz)`;
  const times: number[] = [];
  for (let n = 0; n < 51; n++)
    times.push(await timed(async () => admin`insert into bench_commit values (now())`));
  return median(times);
}

export async function machine({ admin }: BenchServer): Promise<Machine> {
  const [row] = await admin`show server_version`;
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    cpus: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    postgres: String(row?.server_version).split(" ")[0] ?? "",
    commitMs: await commitMs(admin),
  };
}

/** "unknown" outside of a repository. */
function commit(): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], {
      encoding: "utf8",
      stdio: "pipe",
    }).trim();
  } catch {
    return "unknown";
  }
}
