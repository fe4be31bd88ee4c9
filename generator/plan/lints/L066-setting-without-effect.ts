/** L066: a setting of a column that only the person's own rows know. */
import type { AnnotationPath, ColumnRule } from "../../annotation/model.ts";
import { type PlanContext, report } from "../context.ts";
import type { Lint } from "./index.ts";
import { declaredRules } from "./support/declared.ts";
import { columnsPath } from "./support/updates.ts";

export const settingWithoutEffect: Lint = (plan, context) => {
  for (const { decision, table, rule, path } of declaredRules(plan, context)) {
    if (decision.annotation.class !== "table") continue;
    if (rule.class === "part") {
      effectTooLate(
        context,
        table.name,
        rule.columns ?? decision.annotation.columns ?? {},
        columnsPath(decision, path),
      );
      continue;
    }
    // The table's columns are every rule's; where one of them is a part, the settings are that one's.
    const shared = rule.columns === undefined;
    if (shared && decision.annotation.rules.some((each) => each.class === "part")) continue;
    const columns = rule.columns ?? decision.annotation.columns ?? {};
    for (const [name, column] of Object.entries(columns)) {
      const [setting] = settingsOf(column);
      if (setting === undefined) continue;
      report(context, {
        code: "L066",
        subject: `${table.name}.${name}`,
        message: `${setting} has no effect here: the rows of a ${rule.class} are left as they are until their person is erased`,
        remedy: `remove ${setting}, or write part({ … }) where the table holds one row of each person's own`,
        path: [...columnsPath(decision, path), name],
      });
    }
  }
};

/** What an effect asks for at execution has left a part by then; only of the subject's row it is written down before. */
function effectTooLate(
  context: PlanContext,
  table: string,
  columns: Record<string, ColumnRule>,
  path: AnnotationPath,
): void {
  for (const [name, column] of Object.entries(columns)) {
    if (column.action === "keep" || column.action === "todo") continue;
    if (column.at !== "schedule" || column.effect === undefined) continue;
    report(context, {
      code: "L066",
      subject: `${table}.${name}`,
      message: `the effect ${column.effect} would find nothing: the value leaves the part as soon as the deletion is scheduled`,
      remedy: 'remove at: "schedule" here, and hide the part with view or rls meanwhile',
      path: [...path, name],
    });
  }
}

function settingsOf(column: ColumnRule): string[] {
  if (column.action === "keep" || column.action === "todo") return [];
  return [
    ...(column.at === "schedule" ? ['at: "schedule"'] : []),
    ...(column.restore === true ? ["restore"] : []),
    ...(column.onSoftDelete === true ? ["onSoftDelete"] : []),
  ];
}
