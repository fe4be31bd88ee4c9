/** L050: a materialized view keeps a copy of what an erasure takes out of the tables it was made from. */
import { qualified } from "../../quote.ts";
import { report } from "../context.ts";
import type { Lint } from "./index.ts";
import { decisionOf } from "./support/names.ts";
import { erasedTables, tablesRead } from "./support/personal.ts";

export const materializedView: Lint = (plan, context) => {
  const erased = erasedTables(plan, context);
  for (const view of context.catalog.views) {
    if (!view.materialized) continue;
    const read = [...tablesRead(context, view.name)].filter((name) => erased.has(name)).sort();
    const first = erased.get(read[0] ?? "");
    if (first === undefined) continue;
    report(context, {
      code: "L050",
      level: "warning",
      subject: view.name,
      message: `the materialized view is made from ${read.join(", ")}, and keeps what was erased there until it is refreshed`,
      remedy: `refresh it after each erasure or once a day (refresh materialized view concurrently ${qualified(view.schema, view.view)}), or leave personal columns out of it`,
      path: decisionOf(context, first)?.path ?? ["tables"],
    });
  }
};
