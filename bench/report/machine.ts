/** Where and with what it was measured. */
import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import type { BenchServer } from "../server.ts";

export interface Machine {
  date: string;
  commit: string;
  cpus: number;
  memoryGb: number;
  node: string;
  postgres: string;
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
