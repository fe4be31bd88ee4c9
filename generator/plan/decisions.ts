/** Resolves the annotation's table keys (names, qualified names, patterns) to tables of the catalog. */

import { groupOf, isPattern } from "../annotation/groups.ts";
import type { AnyTableAnnotation } from "../annotation/model.ts";
import { type Decision, type PlanContext, report } from "./context.ts";
import { decisionFor, matcher } from "./groups.ts";

export function resolveDecisions(context: PlanContext): void {
  const patterns: [string, AnyTableAnnotation][] = [];
  for (const [key, annotation] of Object.entries(context.annotation.tables)) {
    if (isPattern(key)) {
      patterns.push([key, annotation]);
      continue;
    }
    const path = ["tables", key];
    const group = groupOf(context.annotation, key);
    const inList = group === undefined ? {} : { at: "key" as const };
    const candidates = context.catalog.resolveName(key, context.annotation.access.searchPath);
    const table = candidates[0];
    if (table === undefined) {
      report(context, {
        code: "L010",
        subject: key,
        message: "there is no such table in the catalog snapshot",
        remedy: `remove it, correct its name${nearest(key, context)}, or run \`lethe sync\` if the snapshot is old`,
        path,
        ...inList,
      });
      continue;
    }
    const twin = context.decisions.get(table.name);
    if (twin !== undefined) {
      report(context, {
        code: "L010",
        subject: table.name,
        message: "the table is decided twice",
        remedy: `remove one of ${JSON.stringify(twin.path[1])} and ${JSON.stringify(key)}`,
        path,
        ...inList,
      });
      continue;
    }
    const own = group === undefined ? annotation : decisionFor(context, group, table, annotation, path);
    context.decisions.set(table.name, { table, annotation: own, path });
  }
  // What is named outright wins over a pattern.
  for (const [key, annotation] of patterns) applyPattern(context, key, annotation);
}

function applyPattern(context: PlanContext, key: string, annotation: AnyTableAnnotation): void {
  const path = ["tables", key];
  if (annotation.class !== "unrelated" && annotation.class !== "keep" && annotation.class !== "todo") {
    report(context, {
      code: "L010",
      subject: key,
      message: "a pattern can only be unrelated() or keep()",
      remedy: `write ...group([${JSON.stringify(key)}], …): it lists the tables, so that a new one is a question`,
      path,
    });
    return;
  }
  const fits = matcher(key);
  let matches = 0;
  for (const table of context.catalog.tables) {
    if (!fits(table)) continue;
    matches++;
    if (!context.decisions.has(table.name)) context.decisions.set(table.name, { table, annotation, path });
  }
  if (matches === 0) {
    report(context, {
      code: "L010",
      subject: key,
      message: "the pattern matches no table",
      remedy: "remove it or correct it",
      path,
    });
  }
}

function nearest(key: string, context: PlanContext): string {
  const bare = key.split(".").at(-1) ?? key;
  const found = context.catalog.tables.find(
    (table) =>
      table.table.toLowerCase() === bare.toLowerCase() ||
      table.table === `${bare}s` ||
      `${table.table}s` === bare,
  );
  return found === undefined ? "" : ` (${JSON.stringify(found.name)}?)`;
}

/** The decision about the subject, or a finding. */
export function findSubject(context: PlanContext): Decision | undefined {
  const subjects = [...context.decisions.values()].filter(
    (decision) => decision.annotation.class === "subject",
  );
  if (subjects.length !== 1) {
    report(context, {
      code: "L031",
      subject: "tables",
      message: subjects.length === 0 ? "no table is the subject" : "more than one table is the subject",
      remedy:
        subjects.length === 0
          ? 'mark the table that stands for a person: users: subject({ key: "id", … })'
          : "keep one subject() in this file; another kind of subject goes into a file and a schema of its own",
      path: subjects[1]?.path ?? ["tables"],
    });
    return undefined;
  }
  return subjects[0];
}
