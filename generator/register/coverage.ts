/** How much of the database has been decided. */
import type { Table } from "../catalog/model.ts";
import type { Decision } from "../plan/context.ts";
import { ruleFor } from "./columns.ts";
import type { Coverage, Figures } from "./model.ts";

export function coverageOf(tables: readonly Table[], decisions: Map<string, Decision>): Coverage {
  // A partition is decided with the table that it is part of.
  const whole = tables.filter((table) => table.partitionOf === null || decisions.has(table.name));
  const states = whole.map((table) => ({ table, columns: columnStates(table, decisions.get(table.name)) }));
  return {
    tables: figures(states.map(({ table, columns }) => tableState(decisions.get(table.name), columns))),
    columns: figures(states.flatMap(({ columns }) => columns)),
  };
}

type State = "decided" | "open" | "unmentioned";

function tableState(decision: Decision | undefined, columns: State[]): State {
  if (decision === undefined) return "unmentioned";
  return columns.includes("open") || decision.annotation.class === "todo" ? "open" : "decided";
}

/** Columns go with their table's decision unless one asks otherwise: deleted rows need none, keys stay keys. */
function columnStates(table: Table, decision: Decision | undefined): State[] {
  return table.columns.map((column) => {
    if (decision === undefined) return "unmentioned";
    if (decision.annotation.class === "todo") return "open";
    return ruleFor(decision, column.name)?.action === "todo" ? "open" : "decided";
  });
}

function figures(states: State[]): Figures {
  const count = (state: State) => states.filter((each) => each === state).length;
  return {
    total: states.length,
    decided: count("decided"),
    open: count("open"),
    unmentioned: count("unmentioned"),
  };
}
