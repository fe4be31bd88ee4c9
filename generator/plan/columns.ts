/** Turns the annotation's column rules into column changes, checking that each column exists. */
import type { AnnotationPath, ColumnRule } from "../annotation/model.ts";
import type { Table } from "../catalog/model.ts";
import { type PlanContext, report } from "./context.ts";
import type { ColumnChange } from "./model.ts";

export interface DecidedColumn {
  column: string;
  rule: ColumnRule;
  change: ColumnChange | null;
  path: AnnotationPath;
}

export function decideColumns(
  context: PlanContext,
  table: Table,
  rules: Record<string, ColumnRule> | undefined,
  path: AnnotationPath,
): DecidedColumn[] {
  const decided: DecidedColumn[] = [];
  for (const [name, rule] of Object.entries(rules ?? {})) {
    const at = [...path, "columns", name];
    const column = context.catalog.column(table, name);
    if (column === undefined) {
      report(context, {
        code: "L011",
        subject: `${table.name}.${name}`,
        message: "there is no such column in the catalog snapshot",
        remedy: "remove it, correct its name, or run `lethe sync` if the snapshot is old",
        path: at,
      });
      continue;
    }
    if (rule.action === "keep" || rule.action === "todo") {
      decided.push({ column: name, rule, change: null, path: at });
      continue;
    }
    const {
      personal,
      secret,
      mfa,
      at: _at,
      restore: _restore,
      onSoftDelete: _soft,
      unless,
      effect: _effect,
      ...transform
    } = rule;
    decided.push({
      column: name,
      rule,
      path: at,
      change: {
        column: name,
        type: column.type,
        baseType: column.baseType,
        notNull: column.notNull || (column.domain?.notNull ?? false),
        transform,
        personal,
        secret: secret ?? false,
        mfa: mfa ?? false,
        unless: unless ?? null,
        yieldsTo: [],
      },
    });
  }
  return decided;
}

export function changesOf(decided: DecidedColumn[]): ColumnChange[] {
  return decided.flatMap((each) => (each.change === null ? [] : [each.change]));
}
