/** L051: a publication carries personal rows to other databases, where no erasure of this one reaches their copies. */
import { report } from "../context.ts";
import type { Lint } from "./index.ts";
import { decisionOf, partitionsOf } from "./support/names.ts";
import { erasedTables } from "./support/personal.ts";

export const publication: Lint = (plan, context) => {
  const published = new Map<string, string[]>();
  const erased = erasedTables(plan, context);
  for (const table of erased.values()) {
    const names = [table, ...partitionsOf(context, table)].flatMap((each) => each.publications);
    for (const name of new Set(names)) published.set(name, [...(published.get(name) ?? []), table.name]);
  }
  // One finding a publication: FOR ALL TABLES would otherwise be as many findings as tables.
  for (const [name, tables] of [...published].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const sorted = [...tables].sort();
    const first = erased.get(sorted[0] ?? "");
    report(context, {
      code: "L051",
      level: "warning",
      subject: `publication ${name}`,
      message: `it carries ${listed(sorted)} to its subscribers: updates and deletes follow, but what they have copied on, and their backups, stay`,
      remedy:
        "erase there too, with Lethe in the subscriber or an effect that tells it; or publish without the personal columns (publication column lists)",
      path: (first && decisionOf(context, first)?.path) ?? ["tables"],
    });
  }
};

function listed(names: string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
