/**
 * `lethe init` on two schemas that nobody here wrote: the draft loads, type-checks, leaves nothing but questions and errands, and
 * once a person has answered them, it erases people without a trace.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { groupNames } from "../../../generator/annotation/groups.ts";
import type { TableDecision } from "../../../generator/annotation/input.ts";
import { openAnnotation } from "../../../generator/annotation/load.ts";
import type { Catalog } from "../../../generator/catalog/model.ts";
import { readCatalog } from "../../../generator/catalog/read.ts";
import { serializeCatalog } from "../../../generator/catalog/snapshot.ts";
import { draft } from "../../../generator/draft/draft.ts";
import type { Draft } from "../../../generator/draft/model.ts";
import { renderDraft } from "../../../generator/draft/render.ts";
import { summarize } from "../../../generator/draft/summary.ts";
import { unrelated } from "../../../generator/index.ts";
import { inspect } from "../../../generator/pipeline.ts";
import { type Database, useDatabase } from "../../support/database.ts";
import { betterAuthErasure } from "../../support/real-schemas/better-auth.erasure.ts";
import { migrateBetterAuth } from "../../support/real-schemas/better-auth.ts";
import { fill, reachable } from "../../support/real-schemas/fill.ts";
import { missingIndexes } from "../../support/real-schemas/indexes.ts";
import { logtoErasure } from "../../support/real-schemas/logto.erasure.ts";
import { address, inhabit, mark, markers } from "../../support/real-schemas/logto.people.ts";
import { migrateLogto } from "../../support/real-schemas/logto.ts";
import { allRows, changesBetween, foretold, rowsWith, rowsWithout } from "../../support/real-schemas/rows.ts";
import { type Erasure, installLethe } from "../../support/schema-case.ts";
import { useRole } from "../../support/schema-case-role.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const run = promisify(execFile);
/** What a person has to do before `check` is content: decisions, triggers, indexes. */
const ERRANDS = ["L007", "L024", "L025"];
const tenantRole = useRole("logto_tenant");

const schemas = [
  {
    name: "better-auth",
    subject: "public.user",
    migrate: migrateBetterAuth,
    answers: () => betterAuthErasure(),
    // Nothing leads there, says the draft; that a value is somebody's key, it can't know.
    also: ["verification"],
    inhabit: async (sql: postgres.Sql, catalog: Catalog, people: string[]) => {
      const common = { rows: new Map(), hints: {}, marker: "common", key: "common" };
      await fill(sql, catalog, ["public.team"], common);
      for (const person of people) {
        const hints = {
          user: { email: address(person), emailVerified: "true" },
          verification: { value: person },
        };
        const tables = [...reachable(catalog, "public.user"), "public.verification"];
        await fill(sql, catalog, tables, {
          rows: new Map(common.rows),
          hints,
          marker: mark(person),
          key: person,
        });
      }
    },
  },
  {
    name: "Logto",
    subject: "public.users",
    migrate: (db: Database) => migrateLogto(db.sql, tenantRole.replace("logto_tenant_", "")),
    answers: () => logtoErasure(tenantRole),
    also: [
      // Nothing leads there but an address inside JSON, and a key inside that of another table.
      "service_logs",
      "cimd_grant_client_snapshots",
      "cimd_grant_organizations",
      // Ways in, as the table is that they are part of; and the class decides when they go.
      "secret_enterprise_sso_connector_relations",
      // Goes with the invitation, under the same strategies.
      "organization_invitation_role_relations",
    ],
    inhabit: (sql: postgres.Sql, catalog: Catalog, people: string[]) =>
      inhabit(sql, catalog, people, tenantRole),
  },
];

/** Whether a decision leaves something to a person. */
const isOpen = (decision: object) => /"class":"todo"/.test(JSON.stringify(decision));

/** The draft with each question answered as the test's annotation has it, and each trigger acknowledged. */
function answered(asked: Erasure, answers: Erasure, also: string[]): Erasure {
  const tables = Object.fromEntries(
    Object.entries(asked.tables).flatMap(([key, each]): [string, TableDecision][] =>
      each.class === "group" ? groupNames(each).map(({ name }) => [name, each.decision]) : [[key, each]],
    ),
  );
  const open = Object.keys(tables).filter((key) => isOpen(tables[key] as object));
  for (const key of [...open, ...also]) tables[key] = answers.tables[key] ?? unrelated("configuration");
  for (const [key, decision] of Object.entries(answers.tables)) {
    const drafted = tables[key];
    if (drafted !== undefined && "triggers" in decision && decision.triggers !== undefined)
      tables[key] = { ...drafted, triggers: decision.triggers } as typeof drafted;
  }
  return { ...asked, access: answers.access, tables };
}

describe.each(schemas)("$name", ({ subject, migrate, answers, also, inhabit: populate }) => {
  const db = useDatabase("empty");
  const folder = mkdtempSync(join(tmpdir(), "lethe-init-"));
  const files = { config: join(folder, "lethe.schema.ts"), catalog: join(folder, "lethe.catalog.json") };
  let catalog: Catalog;
  let made: Draft;
  afterAll(() => rmSync(folder, { recursive: true }));

  beforeAll(async () => {
    await migrate(db);
    catalog = await readCatalog(db.sql);
    made = draft(catalog, subject);
    writeFileSync(files.config, renderDraft(made, { from: join(root, "generator/index.ts") }));
    writeFileSync(files.catalog, serializeCatalog(catalog));
  });

  test("the draft loads", async () => {
    expect((await openAnnotation(files.config)).findings).toEqual([]);
  });

  test("it type-checks", async () => {
    const config = { extends: join(root, "tsconfig.json"), include: ["lethe.schema.ts"] };
    const compilerOptions = {
      typeRoots: [join(root, "node_modules/@types")],
      // In place of the package it names a file of this repository, by its whole path.
      rewriteRelativeImportExtensions: false,
    };
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ ...config, compilerOptions }));
    const tsc = join(root, "node_modules/.bin/tsc");
    await expect(run(tsc, ["--noEmit", "-p", folder])).resolves.toMatchObject({ stdout: "" });
  });

  test("every table that leads to a person is in it", () => {
    const named = [made.subject.table, ...made.tables.map((table) => table.table)];
    expect(named).toEqual(expect.arrayContaining(reachable(catalog, subject)));
  });

  test("nothing is left but questions and errands", async () => {
    const { findings } = await inspect(files);
    const unexpected = findings.filter((finding) => !ERRANDS.includes(finding.code));
    expect(unexpected).toEqual([]);
    const open = summarize(made).open.length;
    expect(findings.filter((finding) => finding.code === "L007")).toHaveLength(open);
  });

  test("with the questions answered and the indexes made, people leave without a trace", async () => {
    const { default: asked } = (await import(files.config)) as { default: Erasure };
    const erasure = answered(asked, answers(), also);
    for (const statement of missingIndexes(erasure, catalog)) await db.sql.unsafe(statement);
    await installLethe(db.sql, erasure);
    await populate(db.sql, catalog, ["x-ada", "x-bob", "x-cyd"]);
    for (const [person, strategy] of [
      ["x-ada", "anonymize"],
      ["x-bob", "hard_delete"],
    ] as const) {
      const before = await allRows(db.sql);
      const others = rowsWithout(before, [person, ...markers(person)]);
      const forecast = await foretold(db.sql, person, strategy);
      await db.sql`select lethe.schedule_deletion(${person}, ${strategy})`;
      await db.sql`select lethe.execute_deletion(${person}, early => true)`;
      const after = await allRows(db.sql);
      expect(changesBetween(before, after)).toEqual(forecast);
      expect(rowsWithout(after, [person, ...markers(person)])).toEqual(expect.arrayContaining(others));
      expect(rowsWith(await allRows(db.sql, { lethe: true }), markers(person))).toEqual([]);
    }
  });
});
