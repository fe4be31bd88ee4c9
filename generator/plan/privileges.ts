/** What Lethe's functions must be allowed to do on tables that belong to somebody else. */
import type { Plan } from "./model.ts";

export type Privilege = "select" | "insert" | "update" | "delete" | "trigger";

/** Null: they must own the table, as everywhere but with `marks: "lethe"`. */
export function privilegesOn(plan: Plan, name: string): Privilege[] | null {
  if (plan.subject.marks.place === "columns") return null;
  // A policy is its table's owner's to make.
  if (plan.hiding.some((each) => each.table.name === name && each.rls !== null)) return null;
  const needed = new Set<Privilege>(["select"]);
  if (name === plan.subject.table.name) {
    // Locking a row asks for the right to update it.
    needed.add("update");
    if (plan.lifecycle.strategies.includes("hard_delete")) needed.add("delete");
    if (plan.ghosts.length > 0) needed.add("insert");
  }
  const operations = [
    ...plan.lifecycle.strategies.flatMap((strategy) => plan.operations[strategy]),
    ...plan.atSchedule,
  ];
  for (const { table, action, reassign } of operations) {
    if (table.name !== name) continue;
    needed.add(action === "delete" ? "delete" : "update");
    if (reassign?.orElse === "delete" || reassign?.onConflict === "delete") needed.add("delete");
  }
  if (plan.retentions.some((each) => each.table.name === name)) needed.add("update").add("delete");
  if (plan.suspensions.some((each) => each.table.name === name)) needed.add("insert").add("delete");
  for (const part of plan.parts.filter((each) => each.table.name === name)) {
    if (part.preserve.length > 0) needed.add("update");
    if (part.frozen.length > 0) needed.add("trigger");
  }
  if (plan.guards.some((each) => each.table.name === name)) needed.add("trigger");
  return [...needed].sort();
}
