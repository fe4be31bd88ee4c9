/** L023: rows that a rule deletes, while rows that no rule deletes with them still point at them. */
import { type PlanContext, report } from "../context.ts";
import type { Lint } from "./index.ts";
import { coverOptions } from "./support/declared.ts";
import { annotationName } from "./support/names.ts";
import { blocks, columnsOf, type ReachedReference, reachedReferences } from "./support/references.ts";

export const referencedRows: Lint = (plan, context) => {
  for (const reached of reachedReferences(plan, context)) {
    if (reached.removal.by !== null && blocks(reached.fk))
      checkReference(context, reached, plan.subject.table.name);
  }
};

function checkReference(context: PlanContext, reached: ReachedReference, subject: string): void {
  const { removal, child, fk, rules } = reached;
  const by = removal.by;
  if (by === null) return;
  // The subject's own row is erased last; only a deferred foreign key waits for that.
  if (child.name === subject && fk.initiallyDeferred) return;
  const gone = rules.filter((rule) =>
    ["delete", "detach", "cascade", "reassign"].includes(rule.action[removal.strategy]),
  );
  if (coverOptions(gone, by.rows.option)) return;
  const parent = annotationName(context, removal.table);
  report(context, {
    code: "L023",
    subject: `${child.name}.${columnsOf(fk)}`,
    message: `${who(reached, subject)} may point at the rows of ${removal.table.name} that ${removal.strategy} deletes: the foreign key ${fk.name} (on delete ${fk.onDelete}) then holds them back`,
    remedy: remedy(reached, parent, subject),
    path: by.path,
  });
}

function who({ child, removal, rules, fk }: ReachedReference, subject: string): string {
  if (child === removal.table) return "other rows of the same table";
  if (child.name === subject) return "people's own rows";
  return rules.length > 0
    ? "rows that stay"
    : `rows of ${child.name} that no rule reaches by ${columnsOf(fk)}`;
}

function remedy(
  { child, removal, rules, decision }: ReachedReference,
  parent: string,
  subject: string,
): string {
  if (child === removal.table || child.name === subject) {
    return `write rows: "keep" or columns: { … } for ${parent}, or alter the foreign key: on delete set null`;
  }
  if (rules.length > 0)
    return `let the rule of ${child.name} delete its rows under ${removal.strategy} too, for the same requests`;
  const rule = `content({ owner: via(${JSON.stringify(parent)}), rows: "delete" })`;
  const place =
    decision.annotation.class === "table" ? `a rule in ${child.name}` : `${child.name} with a rule`;
  return `add ${place}: ${rule}, or keep the rows of ${parent}: rows: "keep", "detach"`;
}
