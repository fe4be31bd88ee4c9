/** Whose rows they are: an owner of the annotation, read as plainly as it can be. */
import type { Annotation, Rule, Strategy, TableAnnotation } from "../../../generator/annotation/model.ts";
import type { Catalog } from "../../../generator/catalog/model.ts";
import type { Departure } from "./build.ts";
import { claims, effective, isWhole } from "./fates.ts";
import { holds, same } from "./rows.ts";
import type { Row, State } from "./state.ts";

export interface World {
  annotation: Annotation;
  catalog: Catalog;
}

interface Known {
  world: World;
  state: State;
}

/** Without `options` the question is whose the rows are, whatever a request asks for. */
export type Who = Pick<Departure, "person" | "strategy"> & Partial<Pick<Departure, "options">>;

export function ownedRows({ world, state }: Known, table: string, rule: Rule, who: Who): Row[] {
  const { options } = who;
  if (options !== undefined && rule.when !== undefined && options[rule.when] !== true) return [];
  if (options !== undefined && rule.unless !== undefined && options[rule.unless] === true) return [];
  const rows = (state.get(table) ?? []).filter((row) => holds(rule.where, row));
  const { owner } = rule;
  switch (owner?.by) {
    case "column":
      return rows.filter((row) => same(row[owner.column], who.person));
    case "polymorphic":
      return rows.filter((row) => row[owner.type] === owner.value && same(row[owner.id], who.person));
    case "via": {
      const parents = theirs({ world, state }, owner.table, who);
      const { columns = [], references = [] } = owner;
      return rows.filter((row) =>
        parents.some((above) =>
          columns.every((name, place) => same(row[name], above[references[place] as string])),
        ),
      );
    }
    // What theirs point at now; whether it goes is seen when they have gone.
    case "referenced_by": {
      const pointing = theirs({ world, state }, owner.table, who);
      const link = world.catalog.tables
        .find((each) => each.name === owner.table)
        ?.foreignKeys.find((fk) => fk.columns.join() === owner.columns?.join());
      return rows.filter((row) =>
        pointing.some((below) =>
          link?.columns.every((name, place) =>
            same(below[name], row[link.references.columns[place] as string]),
          ),
        ),
      );
    }
    default:
      throw new Error(`the interpreter doesn't know an owner by ${owner?.by}`);
  }
}

/** Rows that a rule of their table, one with an owner, says are this person's. */
export function claimedRows(known: Known, table: string, who: Who): Row[] {
  const { strategies } = known.world.annotation.lifecycle;
  return (known.world.annotation.tables[table] as TableAnnotation).rules
    .filter((each) => claims(each, strategies) && effective(each).owner?.by !== "referenced_by")
    .flatMap((each) => ownedRows(known, table, effective(each), { ...who, options: undefined }));
}

/** The rows of a table that other tables' rows are found through. */
function theirs({ world, state }: Known, table: string, who: Who): Row[] {
  const rules = (world.annotation.tables[table] as TableAnnotation).rules.map(effective);
  // What stays takes nothing below it along, where another rule says whose the rows are.
  const going = rules.filter((each) => !staysWhole(world, each, who.strategy));
  const owning = going.length > 0 ? going : rules;
  return owning.flatMap((each) => ownedRows({ world, state }, table, each, who));
}

/** What no strategy is asked for goes by what holds under all of them. */
function staysWhole(world: World, rule: Rule, strategy: Strategy): boolean {
  if (strategy !== "soft_delete") return isWhole(rule, strategy);
  const { strategies } = world.annotation.lifecycle;
  const acting = strategies.filter((each) => each !== "soft_delete");
  const judged: Strategy[] = acting.length > 0 ? acting : ["anonymize", "hard_delete"];
  return judged.some((each) => isWhole(rule, each));
}
