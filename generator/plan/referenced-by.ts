/**
 * Owners that point up: rows that only somebody's rows refer to, such as the address that their orders name. They are
 * the person's while no other row points there, and go once none does.
 */
import type { AnnotationPath, Owner, Strategy } from "../annotation/model.ts";
import type { Table } from "../catalog/model.ts";
import { columnOrFail, type Decision, type PlanContext, ref, report, Unresolved } from "./context.ts";
import { rootOf } from "./lints/support/names.ts";
import type { Operation, OwnedRows, OwnerPlan, ReferencedBy, Referrer, SubjectPlan } from "./model.ts";

type Claimed = Pick<ReferencedBy, "claims" | "ghosts" | "key">;

/**
 * `armsOf`: the rules that say whose the rows are that point here; for the subject's own row there are none. `claims`: the
 * table's other rules that make rows somebody's.
 */
export function resolveReferencedBy(
  context: PlanContext,
  subject: Decision,
  own: OwnedRows,
  table: Table,
  owner: Extract<Owner, { by: "referenced_by" }>,
  path: AnnotationPath,
  { armsOf, ...claimed }: { armsOf: (child: Decision) => OwnedRows[] } & Claimed,
): OwnerPlan {
  const fail = (message: string, remedy: string): never => {
    report(context, { code: "L028", subject: table.name, message, remedy, path });
    throw new Unresolved();
  };
  const name = `referencedBy(${JSON.stringify(owner.table)})`;
  const child = context.catalog
    .resolveName(owner.table, context.annotation.access.searchPath)
    .map((candidate) => context.decisions.get(candidate.name))
    .find((decision) => decision !== undefined);
  if (child === undefined || (child !== subject && child.annotation.class !== "table"))
    return fail(
      `${name}: that table is not annotated as belonging to anybody`,
      "annotate it with an owner, or name another one",
    );
  const links = child.table.foreignKeys.filter(
    (fk) =>
      fk.references.table === table.name &&
      (owner.columns === undefined || fk.columns.join() === owner.columns.join()),
  );
  const [link, ...more] = links;
  if (link === undefined || more.length > 0)
    return fail(
      `${name}: ${link === undefined ? "no foreign key leads" : "several foreign keys lead"} from there to ${table.name}`,
      link === undefined
        ? "rows that nothing protects by a foreign key can't be told to be unused; add one"
        : `name its columns: referencedBy(${JSON.stringify(owner.table)}, { columns: ["…"] }), and a rule for each`,
    );
  const { columns: references } = link.references;
  return {
    by: "referenced_by",
    child: ref(child.table),
    columns: link.columns,
    references,
    types: references.map((column) => columnOrFail(context, table, column, path).type),
    arms: child === subject ? [own] : armsOf(child).map(whoeverPoints),
    referrers: referrersOf(context, table),
    ...claimed,
  };
}

/** What a row that may be orphaned itself points at: written down in any case, and asked of again when it has gone. */
function whoeverPoints(rows: OwnedRows): OwnedRows {
  return isOrphaned(rows) ? { ...rows, owner: { ...rows.owner, referrers: [], claims: [] } } : rows;
}

/** Everything that may point at rows of the table, partitions with their parent. */
function referrersOf(context: PlanContext, table: Table): Referrer[] {
  const found = context.catalog.referencing(table).map(
    ({ table: from, fk }): Referrer => ({
      table: ref(rootOf(context, from)),
      columns: fk.columns,
      references: fk.references.columns,
      released: [],
    }),
  );
  return [...new Map(found.map((each) => [JSON.stringify(each), each])).values()];
}

export function isOrphaned(rows: OwnedRows): rows is OwnedRows & { owner: ReferencedBy } {
  return rows.owner.by === "referenced_by";
}

/**
 * Puts such rows after everything that may point at them, and says of every reference which of its rows the strategy
 * takes away: a dry run doesn't count those.
 */
export function withReleased(
  operations: Operation[],
  subject: SubjectPlan,
  key: string,
  strategy: Strategy,
): Operation[] {
  const own: OwnedRows = { owner: { by: "column", column: key, cast: null }, where: null, option: null };
  const done = operations.filter((each) => !isOrphaned(each.rows));
  for (const operation of operations) {
    const { rows } = operation;
    if (!isOrphaned(rows)) continue;
    const referrers = rows.owner.referrers.map((each): Referrer => {
      if (each.table.name === subject.table.name) {
        const goes = strategy === "hard_delete" || empties(subject.changes[strategy], each.columns);
        return { ...each, released: goes ? [own] : [] };
      }
      const released = done
        .filter((other) => other.table.name === each.table.name && releases(other, each.columns))
        .map((other) => other.rows);
      return { ...each, released };
    });
    done.push({ ...operation, rows: { ...rows, owner: { ...rows.owner, referrers } } });
  }
  return done;
}

/** After it the rows point at nothing by these columns. */
export function releases(operation: Operation, columns: string[]): boolean {
  if (operation.action === "delete") return true;
  return operation.detach.some((name) => columns.includes(name)) || empties(operation.changes, columns);
}

export function empties(changes: Operation["changes"], columns: string[]): boolean {
  return changes.some(
    (each) => columns.includes(each.column) && each.transform.action === "null" && each.unless === null,
  );
}
