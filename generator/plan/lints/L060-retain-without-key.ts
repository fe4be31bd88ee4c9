/** L060: rows that are to be purged one day, with nothing that would find them again. */
import { report } from "../context.ts";
import type { Lint } from "./index.ts";
import { declaredRules } from "./support/declared.ts";

export const retainWithoutKey: Lint = (plan, context) => {
  for (const { table, rule, path } of declaredRules(plan, context)) {
    if (rule.class !== "retain" || context.catalog.primaryKey(table) !== null) continue;
    report(context, {
      code: "L060",
      subject: table.name,
      message:
        "the table has no primary key, so that its rows couldn't be found again when their time is over: hard_delete takes their owner off",
      remedy:
        'give the table a primary key, then run `lethe sync`; or write content({ rows: "delete" }) where nothing has to stay',
      path,
    });
  }
};
