/** Runs one case against a database: what the planner refuses is put to the test, what it accepts is lived through. */
import type postgres from "postgres";
import { expect } from "vitest";
import type { Annotation } from "../../../generator/annotation/model.ts";
import type { Catalog } from "../../../generator/catalog/model.ts";
import { readCatalog } from "../../../generator/catalog/read.ts";
import { emit } from "../../../generator/emit/emit.ts";
import type { Finding } from "../../../generator/errors.ts";
import type { Plan } from "../../../generator/plan/model.ts";
import { plan } from "../../../generator/plan/plan.ts";
import { apply } from "../schema-case.ts";
import { build, type Case } from "./build.ts";
import { live } from "./live.ts";
import type { Recipe } from "./recipe.ts";
import { examine } from "./refusals.ts";
import { repair } from "./repair.ts";
import type { Tally } from "./tally.ts";

const SCHEMAS = '"app", "My App", "Second Space", lethe';
const ATTEMPTS = 12;

export async function runCase(sql: postgres.Sql, recipe: Recipe, tally: Tally): Promise<void> {
  const drawn = build(recipe);
  await sql.unsafe(`drop schema if exists ${SCHEMAS} cascade`);
  await sql.begin((tx) => tx.unsafe(drawn.sql));
  const catalog = await readCatalog(sql);

  const accepted = await negotiate(sql, drawn, catalog, tally);
  if (accepted === null) return;
  try {
    await apply(sql, emit(accepted.plan));
    tally.orphaned += await live(sql, drawn, { annotation: accepted.annotation, catalog }, accepted.findings);
  } catch (error) {
    if (isForetold(error, accepted.findings)) {
      tally.foretold++;
      return;
    }
    // A recipe says nothing to a reader; what it stands for does.
    throw new Error(`${told(drawn, accepted.annotation)}\n\n${String(error)}`, { cause: error });
  }
  tally.accepted++;
}

/** Which rows a `where` leaves out, no catalog knows: the planner can only warn that a foreign key may meet them. */
function isForetold(error: unknown, findings: Finding[]): boolean {
  const warned = findings.some((each) => each.level === "warning" && /`where` leaves out/.test(each.message));
  if (warned && /violates (RESTRICT|foreign key)|"error": "23[05]0[13]/i.test(String(error))) return true;
  const nullWarned = findings.some((each) => /then fails: the column is NOT NULL/.test(each.message));
  return nullWarned && /violates not-null|"error": "23502/i.test(String(error));
}

function told(drawn: Case, annotation: Annotation): string {
  const tables = Object.entries(annotation.tables).map(
    ([name, table]) => `${name}: ${JSON.stringify(table)}`,
  );
  const departures = drawn.departures.map((who) => JSON.stringify(who));
  return [drawn.sql, ...tables, `${drawn.batch ? "together" : "one by one"}:`, ...departures].join("\n");
}

interface Accepted {
  annotation: Annotation;
  plan: Plan;
  findings: Finding[];
}

/** Plans, and mends what is refused, until the planner accepts or nothing more can be tried. */
async function negotiate(
  sql: postgres.Sql,
  drawn: Case,
  catalog: Catalog,
  tally: Tally,
): Promise<Accepted | null> {
  let annotation = drawn.annotation;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const made = plan(annotation, catalog);
    const errors = made.findings.filter((finding) => finding.level === "error");
    if (made.plan !== null && errors.length === 0)
      return { annotation, plan: made.plan, findings: made.findings };
    if (attempt === 0) await examine(sql, annotation, catalog, errors, tally);
    const mended = repair(annotation, catalog, errors);
    if (JSON.stringify(mended) === JSON.stringify(annotation)) {
      for (const error of errors) tally.refused(error.code);
      return null;
    }
    annotation = mended;
  }
  for (const error of plan(annotation, catalog).findings)
    if (error.level === "error") tally.refused(error.code);
  expect(annotation.lifecycle.strategies.length).toBeGreaterThan(0);
  return null;
}
