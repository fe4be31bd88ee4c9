/** L034: a view to be made, whose name a table or view of the application has. */
import { report } from "../context.ts";
import type { Lint } from "./index.ts";
import { hiddenTables } from "./support/hiding.ts";

export const viewNameTaken: Lint = (plan, context) => {
  const made = new Set<string>();
  for (const { table, view, path } of hiddenTables(plan, context)) {
    if (view === null) continue;
    const isView = context.catalog.views.some((each) => each.name === view.name);
    const taken = isView || context.catalog.table(view.name) !== undefined;
    if (taken || made.has(view.name)) {
      report(context, {
        code: "L034",
        subject: view.name,
        message: taken
          ? `the view for ${table.name} can't have this name: the application has a ${isView ? "view" : "table"} so called`
          : `two tables name the same view, ${view.name}`,
        remedy: `choose another, such as view: ${JSON.stringify(`present_${table.table}`)}${isView ? ", or drop the application's and run `lethe sync`" : ""}`,
        path: [...path, "view"],
      });
    }
    made.add(view.name);
  }
};
