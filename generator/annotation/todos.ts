/** The decisions that are still open: `sync` and `check` live with them, `generate` doesn't. */
import type { Finding } from "../errors.ts";
import { groupOf } from "./groups.ts";
import type { Annotation, AnnotationPath, ColumnRule, Rule } from "./model.ts";
import { subjectOf } from "./value.ts";

const DECIDE = 'write content({ … }), session({ … }), unrelated("why"), keep("why") …';
const inList = (name: string): string => {
  const text = JSON.stringify(name);
  return `write ${text} for todo(${text}) if it does; else take it out of the list and decide it by itself`;
};

export function findTodos(annotation: Annotation): Finding[] {
  const findings: Finding[] = [];
  const report = (path: AnnotationPath, question: string, remedy: string): void => {
    findings.push({
      code: "L007",
      level: "error",
      subject: subjectOf(path),
      message: `not decided yet: ${question}`,
      remedy,
      path,
    });
  };
  const columns = (record: Record<string, ColumnRule> | undefined, path: AnnotationPath): void => {
    for (const [name, column] of Object.entries(record ?? {})) {
      if (column.action !== "todo") continue;
      report(
        [...path, "columns", name],
        column.question,
        'write keep(), pii.null(), pii.replace("…"), secret() or set(…)',
      );
    }
  };
  const rule = (one: Rule, path: AnnotationPath): void => {
    columns(one.columns, path);
    if (one.class === "blocker" && one.otherwise) rule(one.otherwise, [...path, "otherwise"]);
  };
  const asked = new Set<string>();
  for (const [name, table] of Object.entries(annotation.tables)) {
    const path = ["tables", name];
    if (table.class === "todo") {
      const group = annotation.groups[groupOf(annotation, name) ?? ""];
      const open = group !== undefined && group.decision.class !== "todo";
      report(path, table.question, open ? inList(name) : DECIDE);
    }
    // The tables of a group have their columns' questions in common.
    const shared = groupOf(annotation, name);
    if (shared !== undefined && table.class === "table") {
      if (asked.has(shared)) continue;
      asked.add(shared);
    }
    if (table.class === "subject" || table.class === "table") columns(table.columns, path);
    if (table.class === "table")
      for (const [index, one] of table.rules.entries()) rule(one, [...path, "rules", index]);
  }
  return findings;
}
