/** Runs the planner on a small catalog with an annotation, and gives the findings of one lint. */
import { defineErasure, keep, pii, subject } from "../../../../generator/annotation/builders.ts";
import type { ErasureInput, SubjectInput, TableDecision } from "../../../../generator/annotation/input.ts";
import { validateAnnotation } from "../../../../generator/annotation/schema.ts";
import type { Table } from "../../../../generator/catalog/model.ts";
import type { Finding } from "../../../../generator/errors.ts";
import { plan } from "../../../../generator/plan/plan.ts";
import { catalog, type Extra, table } from "../catalog-builder.ts";

export const users = (columns: Record<string, string> = {}, extra: Extra = {}): Table =>
  table("users", { id: "uuid pk", email: "text unique not null", ...columns }, extra);

export const person = (columns: SubjectInput["columns"] = {}, more: Partial<SubjectInput> = {}) =>
  subject({ key: "id", columns: { id: keep(), email: pii.email(), ...columns }, ...more });

export interface Case {
  tables: Table[];
  annotation: Record<string, TableDecision>;
  more?: Partial<ErasureInput>;
  views?: Parameters<typeof catalog>[1];
}

/** All findings of one code. */
export function findings(code: string, { tables, annotation, more, views }: Case): Finding[] {
  const checked = validateAnnotation(defineErasure({ ...more, tables: annotation }));
  if (checked.annotation === null) throw new Error(`a wrong test: ${JSON.stringify(checked.findings)}`);
  return plan(checked.annotation, catalog(tables, views)).findings.filter((finding) => finding.code === code);
}

/** What they are about. */
export function subjects(code: string, one: Case): string[] {
  return findings(code, one).map((finding) => finding.subject);
}
