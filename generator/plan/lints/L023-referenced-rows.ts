/** L023: rows that a rule deletes, while rows that no rule deletes with them still point at them. */
import type { Strategy } from "../../annotation/model.ts";
import type { Table } from "../../catalog/model.ts";
import { type PlanContext, report } from "../context.ts";
import type { Lint } from "./index.ts";
import { coverOptions, type Declared } from "./support/declared.ts";
import { annotationName } from "./support/names.ts";
import { blocks, columnsOf, type ReachedReference, reachedReferences } from "./support/references.ts";

const GONE = ["delete", "detach", "reassign"];

export const referencedRows: Lint = (plan, context) => {
  const subject = plan.subject.table.name;
  const found = new Map<string, { reached: ReachedReference; by: Declared; strategies: Strategy[] }>();
  for (const reached of reachedReferences(plan, context)) {
    const { by, strategy } = reached.removal;
    if (by === null) continue;
    if (!holdsBack(reached, by, subject)) {
      leftOut(context, reached, by);
      continue;
    }
    // Two strategies that meet the same reference are one finding.
    const place = JSON.stringify([by.path, reached.child.name, reached.fk.name]);
    const known = found.get(place);
    if (known === undefined) found.set(place, { reached, by, strategies: [strategy] });
    else known.strategies.push(strategy);
  }
  for (const { reached, by, strategies } of found.values()) {
    const { removal, child, fk } = reached;
    report(context, {
      code: "L023",
      subject: `${child.name}.${columnsOf(fk)}`,
      message:
        `${who(reached, subject)} may point at the rows of ${removal.table.name} that the rule deletes under ` +
        `${strategies.join(", ")}: the foreign key ${fk.name} (on delete ${fk.onDelete}) then forbids it`,
      remedy: remedy(context, reached, subject, strategies),
      path: by.path,
    });
  }
};

function holdsBack(reached: ReachedReference, by: Declared, subject: string): boolean {
  const { child, fk } = reached;
  if (!blocks(fk)) return false;
  // The subject's own row is erased last; only a deferred foreign key waits for that.
  if (child.name === subject && fk.initiallyDeferred) return false;
  return !coverOptions(goneWith(reached, by), by.rows.option);
}

function goneWith({ rules, removal, child }: ReachedReference, by: Declared): Declared[] {
  return (
    rules
      .filter((rule) => GONE.includes(rule.action[removal.strategy]) || isTaken(rule, removal, child))
      // Sessions go as soon as the deletion is scheduled; so must what points at them.
      .filter((rule) => by.rule.class !== "session" || rule.rule.class === "session")
  );
}

/** Rows that are left to a foreign key go only where one cascades. */
function isTaken(rule: Declared, { strategy, table }: ReachedReference["removal"], child: Table): boolean {
  const taking = child.foreignKeys.some(
    (fk) => fk.onDelete === "cascade" && fk.references.table === table.name,
  );
  return rule.action[strategy] === "cascade" && taking;
}

/** What the only rule leaves out by its `where` can't be told from here; there may be no such rows. */
function leftOut(context: PlanContext, reached: ReachedReference, by: Declared): void {
  const [only, ...more] = goneWith(reached, by);
  if (!blocks(reached.fk) || only === undefined || more.length > 0 || only.rows.where === null) return;
  const { child, fk, removal } = reached;
  report(context, {
    code: "L023",
    level: "warning",
    subject: `${child.name}.${columnsOf(fk)}`,
    message: `the rows that \`where\` leaves out stay and may point at rows of ${removal.table.name} that are deleted: the foreign key ${fk.name} (on delete ${fk.onDelete}) then forbids it`,
    remedy: `add a rule for them in ${annotationName(context, child)}, or make sure that there are none`,
    path: only.path,
  });
}

function who({ child, removal, rules, fk }: ReachedReference, subject: string): string {
  if (removal.anybodys) return "any rows";
  if (child === removal.table) return "other rows of the same table";
  if (child.name === subject) return "people's own rows";
  return rules.length > 0
    ? "rows that stay"
    : `rows of ${child.name} that no rule reaches by ${columnsOf(fk)}`;
}

function remedy(
  context: PlanContext,
  reached: ReachedReference,
  subject: string,
  strategies: Strategy[],
): string {
  const { child, removal, rules, decision } = reached;
  const parent = annotationName(context, removal.table);
  if (removal.anybodys) {
    const whose = reached.removal.by?.table;
    return `keep the rows of ${whose === undefined ? parent : annotationName(context, whose)}: rows: "keep" or columns: { … }, or alter a foreign key: on delete set null`;
  }
  if (child === removal.table || child.name === subject) {
    return `write rows: "keep" or columns: { … } for ${parent}, or alter the foreign key: on delete set null`;
  }
  const by = removal.by?.rule.class;
  if (rules.length > 0 && (by === "session" || strategies.includes("soft_delete"))) {
    const builder = by === "session" ? "session" : "credential";
    return `write ${builder}({ owner: via(${JSON.stringify(parent)}) }) for ${child.name}: its rows then go when those of ${parent} do`;
  }
  if (rules.length > 0) {
    return `let the rule of ${child.name} delete its rows under ${strategies.join(", ")} too, for the same requests`;
  }
  const rule = `content({ owner: via(${JSON.stringify(parent)}), rows: "delete" })`;
  const place =
    decision.annotation.class === "table" ? `a rule in ${child.name}` : `${child.name} with a rule`;
  return `add ${place}: ${rule}, or keep the rows of ${parent}: rows: "keep", "detach"`;
}
