/**
 * A real PostgreSQL server of one's own, from an npm package: for the test projects, for tests that kill
 * PostgreSQL itself, for the demo and for `npm run db`. It listens on 127.0.0.1 only, and its temporary
 * directory goes when the server is stopped or this process ends.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { giveAway, type PostgresVersion, serverUser, usableBinaries } from "./binaries.ts";
import { onProcessEnd } from "./process-end.ts";
import { killFamily, quitNow } from "./processes.ts";

export type Server = {
  version: PostgresVersion;
  port: number;
  /** The superuser's URL of the database `postgres`. */
  adminUrl: string;
  /** SIGKILL for the postmaster and all its children: a crash, not a shutdown. */
  kill(): Promise<void>;
  /** Starts the server again on the same port and data, after `kill` or while it runs. */
  restart(): Promise<void>;
  /** Shuts down, and removes the data unless the directory was given. */
  stop(): Promise<void>;
};

export type ServerOptions = {
  /** Keep the data here; without it a temporary directory is used and removed. */
  directory?: string;
  /** A fixed port; without it a free one is taken. */
  port?: number;
  /** The superuser's password; random without it. Must be the same for the life of a directory. */
  password?: string;
  /** Further settings of postgresql.conf. */
  settings?: Record<string, string>;
};

/** A commit must survive `kill`, so synchronous_commit stays on; only a power cut would need fsync. */
const TEST_SETTINGS: Record<string, string> = {
  fsync: "off",
  full_page_writes: "off",
  max_wal_size: "1GB", // it may be memory that holds it
  max_connections: "300",
  timezone: "UTC",
};

const MEMORY = "/dev/shm";
const ENOUGH_MEMORY = 8 * 2 ** 30;

/** Starts a server. Throws with the end of its log when it doesn't come up. */
export async function startServer(
  version: PostgresVersion = "18",
  options: ServerOptions = {},
): Promise<Server> {
  const user = serverUser();
  const temporary = options.directory === undefined;
  const parent = options.settings?.fsync === "on" ? tmpdir() : quickDirectory();
  const directory = options.directory ?? mkdtempSync(join(parent, `lethe-postgres-${version}-`));
  mkdirSync(directory, { recursive: true });
  giveAway(directory, user);
  const data = join(directory, "data");
  const log = join(directory, "server.log");
  const password = options.password ?? randomBytes(12).toString("hex");
  let running: ChildProcess | undefined;

  const removeNow = () => {
    // Waited for: a server that still runs would write into the directory while it's being removed.
    if (running?.pid !== undefined) quitNow(running.pid);
    running = undefined;
    if (temporary) rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  };
  const forget = onProcessEnd(removeNow);

  try {
    const bin = usableBinaries(version, user, directory);
    if (!existsSync(join(data, "PG_VERSION"))) initialise(bin, data, password, user);
    const port = options.port ?? (await freePort());

    const start = async () => {
      const settings = {
        ...TEST_SETTINGS,
        ...options.settings,
        listen_addresses: "127.0.0.1",
        unix_socket_directories: "",
        port: String(port),
      };
      const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
      const file = openSync(log, "a");
      const child = spawn(join(bin, "postgres"), ["-D", data, ...flags], {
        ...user,
        cwd: directory,
        env: { ...process.env, LC_ALL: "C" },
        stdio: ["ignore", file, file],
      });
      child.unref(); // a script that ends, or fails, isn't held up by its server
      running = child;
      await untilReady(child, data, log);
    };
    const shutDown = async () => {
      const child = running;
      running = undefined;
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGINT"); // "fast": sessions are ended, data is flushed
      const patience = setTimeout(() => child.kill("SIGQUIT"), 20_000);
      await ended;
      clearTimeout(patience);
    };

    await start();
    return {
      version,
      port,
      adminUrl: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      kill: async () => {
        if (running?.pid === undefined) throw new Error("the server isn't running: nothing to kill");
        await killFamily(running.pid);
        running = undefined;
      },
      restart: async () => {
        await shutDown();
        await start();
      },
      stop: async () => {
        await shutDown();
        removeNow();
        forget();
      },
    };
  } catch (error) {
    removeNow();
    forget();
    throw error;
  }
}

/**
 * Memory, where there is plenty of it and nobody has said otherwise with TMPDIR: a database is some 500 files, and
 * where a disk takes half a second to make them, memory takes 25 ms.
 */
export function quickDirectory(): string {
  if (process.env.TMPDIR !== undefined || !existsSync(MEMORY)) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY);
  return Math.min(bavail * bsize, process.availableMemory()) > ENOUGH_MEMORY ? MEMORY : tmpdir();
}

function initialise(bin: string, data: string, password: string, user: { uid?: number; gid?: number }): void {
  const passwordFile = `${data}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  giveAway(passwordFile, user);
  const flags = ["--username=postgres", "--auth=scram-sha-256", `--pwfile=${passwordFile}`];
  const result = spawnSync(
    join(bin, "initdb"),
    [`--pgdata=${data}`, ...flags, "--locale=C", "--encoding=UTF8", "--no-sync"],
    { ...user, cwd: join(data, ".."), env: { ...process.env, LC_ALL: "C" }, encoding: "utf8" },
  );
  rmSync(passwordFile, { force: true });
  if (result.status === 0) return;
  const reason = result.error?.message ?? result.stderr;
  throw new Error(
    `initdb failed: ${reason}\nThe server's user needs to reach ${data}; or give a server in TEST_DATABASE_URL.`,
  );
}

/** postmaster.pid says "ready" in its eighth line; the exit of the process says that it won't. */
async function untilReady(child: ChildProcess, data: string, log: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    const lines = existsSync(join(data, "postmaster.pid"))
      ? readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")
      : [];
    if (lines[0] === String(child.pid) && lines[7]?.trim() === "ready") return;
    await sleep(20);
  }
  child.kill("SIGQUIT");
  throw new Error(`PostgreSQL didn't start; the end of its log:\n${readFileSync(log, "utf8").slice(-2000)}`);
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      if (address === null || typeof address === "string") return reject(new Error("no free port"));
      probe.close(() => resolve(address.port));
    });
  });
}
