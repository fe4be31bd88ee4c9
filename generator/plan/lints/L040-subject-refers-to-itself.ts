/** L040: people whose row points at another person's row (invited_by), when that one is hard-deleted. */
import { report } from "../context.ts";
import type { Lint } from "./index.ts";
import { blocks, columnsOf } from "./support/references.ts";
import { subjectTable } from "./support/updates.ts";

export const subjectRefersToItself: Lint = (plan, context) => {
  if (!plan.lifecycle.strategies.includes("hard_delete")) return;
  const table = subjectTable(plan, context);
  for (const { table: child, fk } of context.catalog.referencing(table)) {
    if (child !== table) continue;
    const nullable = (fk.onDeleteColumns ?? fk.columns).every(
      (name) => !context.catalog.column(table, name)?.notNull,
    );
    if (fk.onDelete === "set null" && nullable) continue;
    const message = blocks(fk)
      ? `other people's rows may point at the person's: the foreign key ${fk.name} (on delete ${fk.onDelete}) then forbids hard_delete`
      : fk.onDelete === "cascade"
        ? `the foreign key ${fk.name} (on delete cascade) deletes other people with the one who leaves`
        : `the foreign key ${fk.name} (on delete ${fk.onDelete}) changes other people's rows when one is hard-deleted`;
    report(context, {
      code: "L040",
      subject: `${table.name}.${columnsOf(fk)}`,
      message,
      remedy: `alter the foreign key: ${nullable ? "" : "drop the column's NOT NULL and make it "}on delete set null; or leave "hard_delete" out of lifecycle.strategies`,
      path: context.decisions.get(table.name)?.path ?? ["tables"],
    });
  }
};
