/** 500 tables with 3,000 columns of every sort: a draft within seconds, in little memory. */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applicationFolder, root } from "../../generator/edit/package.ts";
import { useDatabase } from "../../support/database.ts";

const db = useDatabase("empty");
const folder = applicationFolder();
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  await db.sql`create table users (id uuid primary key, email text not null unique, name text, bio text, phone text, image text)`;
  for (let from = 0; from < 499; from += 50) {
    const tables = Array.from({ length: Math.min(50, 499 - from) }, (_, at) => tableOf(from + at));
    await db.sql.unsafe(tables.join("\n"));
  }
});

/** Ten sorts of tables, each with six columns; every tenth is part of the one before it, and so on down. */
function tableOf(at: number): string {
  const owner = "user_id uuid not null references users on delete cascade";
  const sorts = [
    `posts_${at} (id uuid primary key, ${owner}, title text not null, body text, slug text unique, at timestamptz)`,
    `parts_${at} (id uuid primary key, post_id uuid not null references posts_${at - 1}, text_body text, ip inet, n integer, at date)`,
    `pieces_${at} (id uuid primary key, part_id uuid not null references parts_${at - 1} on delete cascade, quux text, a integer, b integer, c integer)`,
    `sessions_${at} (id uuid primary key, ${owner}, token text not null, ip inet, user_agent text, expires_at timestamptz)`,
    `messages_${at} (id uuid primary key, sender_id uuid references users, recipient_id uuid references users, body text, a text, b text)`,
    `things_${at} (id uuid primary key, created_by uuid references users, updated_by text, description text, n integer, at date)`,
    `soft_${at} (id uuid primary key, user_id text, email text, payload jsonb, kind text, at date)`,
    `pairs_${at} (id uuid primary key, item_type text, item_id uuid, note text, n integer, at date)`,
    `prices_${at} (id integer primary key, cents integer, currency text, active boolean, valid_from date, valid_to date)`,
    `teams_${at} (id uuid primary key, owner_id uuid not null references users, name text, about text, logo_url text, at date)`,
  ];
  return `create table ${sorts[at % 10]};`;
}

test("lethe init takes seconds and 160 MB of heap at most", () => {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    // Above this V8 gives up: memory that grows with the square of the tables doesn't fit.
    ["--max-old-space-size=160", join(root, "cli/main.ts"), "init", "-d", db.url, "-s", "users", "--json"],
    { cwd: folder, encoding: "utf8", maxBuffer: 64 << 20, env: { ...process.env, LETHE_DEBUG: "1" } },
  );
  const milliseconds = performance.now() - start;
  console.info(`lethe init on 500 tables, 3,000 columns: ${Math.round(milliseconds)} ms`);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const summary = JSON.parse(stdout) as { open: unknown[]; unreached: string[]; remaining: string[] };
  expect(summary.unreached).toHaveLength(50);
  expect(summary.remaining).toEqual([]);
  expect(milliseconds).toBeLessThan(60_000);
});
