/** L061: a time that is counted from something that is no time. */
import { report } from "../context.ts";
import { isSinceType } from "../retention.ts";
import type { Lint } from "./index.ts";
import { declaredRules } from "./support/declared.ts";

export const retainSince: Lint = (plan, context) => {
  for (const { table, rule, path } of declaredRules(plan, context)) {
    if (rule.class !== "retain") continue;
    const column = context.catalog.column(table, rule.since);
    if (column === undefined || isSinceType(column.baseType)) continue;
    const dates = table.columns.filter((each) => isSinceType(each.baseType)).map((each) => each.name);
    report(context, {
      code: "L061",
      subject: `${table.name}.${rule.since}`,
      message: `the time is counted from a column of type ${column.type}, which holds no date`,
      remedy:
        dates.length === 0
          ? "add a date or timestamptz column that says when the time began, then run `lethe sync`"
          : `write a date or a time: since: ${dates.map((each) => JSON.stringify(each)).join(" or ")}`,
      path: [...path, "since"],
    });
  }
};
