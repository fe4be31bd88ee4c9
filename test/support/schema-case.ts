/**
 * A schema of one's own with Lethe on it: SQL text and an annotation's value → catalog → plan → emit → applied.
 * The same way as `lethe sync` and `lethe generate` go, without files.
 */
import type postgres from "postgres";
import { validateAnnotation } from "../../generator/annotation/schema.ts";
import { readCatalog } from "../../generator/catalog/read.ts";
import { emit } from "../../generator/emit/emit.ts";
import type { defineErasure } from "../../generator/index.ts";
import { plan } from "../../generator/plan/plan.ts";

export type Erasure = ReturnType<typeof defineErasure>;

/** Half of what an annotation says is the same in most cases. */
export const terms = {
  lifecycle: {
    strategies: ["anonymize", "hard_delete", "soft_delete"],
    gracePeriod: "14 days",
    cancelCooldown: "24 hours",
  },
  access: {
    currentUser: "nullif(current_setting('app.user_id', true), '')",
    app: ["app_user"],
    admin: ["app_admin"],
    worker: ["app_worker"],
    searchPath: ["public"],
  },
} satisfies Partial<Erasure>;

/** The migration for a database as it is now. Throws every finding of level "error", rendered. */
export async function migrationFor(sql: postgres.Sql, erasure: Erasure): Promise<string> {
  const { annotation, findings } = validateAnnotation(erasure);
  const catalog = await readCatalog(sql, { letheSchema: annotation?.schema ?? "lethe" });
  const made = annotation === null ? { plan: null, findings } : plan(annotation, catalog);
  const errors = made.findings.filter((finding) => finding.level === "error");
  if (made.plan === null || errors.length > 0)
    throw new Error(errors.map((each) => `${each.code} ${each.subject}: ${each.message}`).join("\n"));
  return emit(made.plan);
}

/** In one transaction, as graphile-migrate does it. */
export async function apply(sql: postgres.Sql, migration: string): Promise<void> {
  await sql.begin((tx) => tx.unsafe(migration));
}

/** Applies the migration that the annotation asks for in this database, and returns it. */
export async function installLethe(sql: postgres.Sql, erasure: Erasure): Promise<string> {
  const migration = await migrationFor(sql, erasure);
  await apply(sql, migration);
  return migration;
}

/** The SQLSTATE that a statement fails with; "none" where it succeeds. */
export async function sqlState(statement: PromiseLike<unknown>): Promise<string> {
  try {
    await statement;
    return "none";
  } catch (error) {
    return errorOf(error).code ?? String(error);
  }
}

/** What PostgreSQL said, as the driver's error holds it. */
export function errorOf(error: unknown): { code?: string; message?: string; detail?: string; hint?: string } {
  return typeof error === "object" && error !== null ? error : {};
}

/** The error of a statement that must fail. */
export async function failureOf(statement: PromiseLike<unknown>): Promise<ReturnType<typeof errorOf>> {
  try {
    await statement;
  } catch (error) {
    return errorOf(error);
  }
  throw new Error("the statement was expected to fail, but it succeeded");
}
