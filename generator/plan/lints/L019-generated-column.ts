/** L019: a value for a column that PostgreSQL computes by itself. */
import { report } from "../context.ts";
import type { Lint } from "./index.ts";
import { columnChanges, updates } from "./support/updates.ts";

export const generatedColumn: Lint = (plan, context) => {
  for (const { table, change, path } of columnChanges(plan, context)) {
    const column = context.catalog.column(table, change.column);
    if (column?.generated) {
      report(context, {
        code: "L019",
        subject: `${table.name}.${change.column}`,
        message: `the column is generated (${column.generated}), and PostgreSQL refuses a value of one's own`,
        remedy: "write keep() here, and transform the columns that it is computed from: it follows them",
        path,
      });
    } else if (column?.identity === "always") {
      report(context, {
        code: "L019",
        subject: `${table.name}.${change.column}`,
        message: "the column is GENERATED ALWAYS AS IDENTITY, and PostgreSQL refuses a value of one's own",
        remedy: "write keep(): a number from a sequence says nothing about a person",
        path,
      });
    }
  }
  for (const update of updates(plan, context)) {
    for (const name of update.detach) {
      if (!context.catalog.column(update.table, name)?.generated) continue;
      report(context, {
        code: "L019",
        subject: `${update.table.name}.${name}`,
        message: "rows can't be detached by a generated column",
        remedy: "name the column that it is computed from as the owner",
        path: update.path,
      });
    }
  }
};
