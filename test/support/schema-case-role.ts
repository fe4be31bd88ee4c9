/** A role for one test file. Roles belong to the whole server, so it has a name of its own and goes at the end. */
import { randomBytes } from "node:crypto";
import type postgres from "postgres";
import { afterAll, beforeAll, inject } from "vitest";
import { adminClient } from "./cluster.ts";
import "./provided.ts";

/** `options` as in CREATE ROLE, e.g. "noinherit". Call it before `useDatabase`: what the role owns must go first. */
export function useRole(prefix: string, options = ""): string {
  const name = `${prefix}_${process.pid}_${randomBytes(4).toString("hex")}`;
  beforeAll(() => administer((sql) => sql.unsafe(`create role ${name} ${options}`)));
  afterAll(() => administer((sql) => sql.unsafe(`drop role if exists ${name}`)));
  return name;
}

async function administer(work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = adminClient(inject("adminUrl"));
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}
