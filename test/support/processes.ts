/** The processes of a PostgreSQL server, so that a test can kill all of them at once, as a power cut would. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

type Process = { pid: number; parent: number; state: string };

/** Kills a process and all its children with SIGKILL, and comes back when none of them is left. */
export async function killFamily(pid: number): Promise<void> {
  // A stopped postmaster forks nobody while its children are being counted.
  signal(pid, "SIGSTOP");
  const family = [
    pid,
    ...processes()
      .filter((each) => each.parent === pid)
      .map((each) => each.pid),
  ];
  for (const member of family) signal(member, "SIGKILL");
  const deadline = Date.now() + 60_000;
  while (processes().some((each) => family.includes(each.pid) && each.state !== "Z")) {
    if (Date.now() > deadline)
      throw new Error(`processes ${family.join(", ")} survived SIGKILL for a minute`);
    await sleep(10);
  }
}

/** Ends a PostgreSQL server at once (SIGQUIT), without the event loop: for the moment when this process ends. */
export function quitNow(pid: number): void {
  signal(pid, "SIGQUIT");
  const deadline = Date.now() + 8_000; // the postmaster itself kills children that don't quit within 5 s
  const clock = new Int32Array(new SharedArrayBuffer(4));
  while (isAlive(pid) && Date.now() < deadline) Atomics.wait(clock, 0, 0, 10);
}

function isAlive(pid: number): boolean {
  return processes().some((each) => each.pid === pid && each.state !== "Z");
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function processes(): Process[] {
  return existsSync("/proc/self/stat") ? processesOfProc() : processesOfPs();
}

function processesOfProc(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        // The command stands in brackets and may hold spaces; state and parent follow it.
        const [state = "", parent = ""] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return [{ pid: Number(name), parent: Number(parent), state }];
      } catch {
        return []; // gone in the meantime
      }
    });
}

function processesOfPs(): Process[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat="], { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => {
    const [pid = "", parent = "", state = ""] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), state: state.charAt(0) };
  });
}
