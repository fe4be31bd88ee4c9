/** L054: a view of the application that runs with its owner's rights, and so shows people whom a policy hides. */
import { qualified } from "../../quote.ts";
import { report } from "../context.ts";
import type { Lint } from "./index.ts";
import { hiddenTables } from "./support/hiding.ts";
import { tablesRead } from "./support/personal.ts";

export const definerView: Lint = (plan, context) => {
  const hidden = hiddenTables(plan, context).filter(({ rls }) => rls !== null);
  for (const view of context.catalog.views) {
    // A materialized view has its own finding: it holds rows, whoever reads.
    if (view.materialized || view.securityInvoker) continue;
    const read = tablesRead(context, view.name);
    const shown = hidden.filter(({ table }) => read.has(table.name));
    const [first] = shown;
    if (first === undefined) continue;
    const names = shown.map(({ table }) => table.name).join(", ");
    const name = qualified(view.schema, view.view);
    report(context, {
      code: "L054",
      level: "warning",
      subject: view.name,
      message: `the view reads ${names} with its owner's rights, for whom no policy holds: it shows people who are leaving or gone`,
      remedy: `alter view ${name} set (security_invoker = true); or let it read ${first.view === null ? "a view that Lethe makes (view: …)" : first.view.name}; then run \`lethe sync\``,
      path: [...first.path, "rls"],
    });
  }
};
