/**
 * One order for everything in a catalog, so that the same schema always gives the same bytes, whatever was
 * created first. Names are compared by code unit: a locale would make the order differ between machines.
 */
import { type Catalog, CatalogSchema, type Table } from "./model.ts";

/** A copy in canonical order; what has an order of its own (columns of a table, of a key) keeps it. */
export function inOrder(catalog: Catalog): Catalog {
  // zod copies the keys in the order of the schema, so their order is fixed as well.
  const copy = CatalogSchema.parse(catalog);
  return {
    version: copy.version,
    tables: copy.tables.map(tableInOrder).sort(byNameThenSchema),
    views: copy.views.map((view) => ({ ...view, reads: view.reads.sort(compare) })).sort(byNameThenSchema),
  };
}

/** By code unit; for `sort`. */
export function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function tableInOrder(table: Table): Table {
  return {
    ...table,
    columns: table.columns.map((column) => ({
      ...column,
      domain: column.domain && { ...column.domain, checks: column.domain.checks.sort(compare) },
    })),
    indexes: table.indexes.sort(byName),
    foreignKeys: table.foreignKeys.sort(byName),
    checks: table.checks.sort(byName),
    triggers: table.triggers
      .map((trigger) => ({ ...trigger, writes: trigger.writes.sort(compare) }))
      .sort(byName),
    policies: table.policies.map((policy) => ({ ...policy, roles: policy.roles.sort(compare) })).sort(byName),
    publications: table.publications.sort(compare),
  };
}

function byName(left: { name: string }, right: { name: string }): number {
  return compare(left.name, right.name);
}

/** `a.b` of schema `c` and `b` of schema `c.a` may share a joined name. */
function byNameThenSchema(
  left: { name: string; schema: string },
  right: { name: string; schema: string },
): number {
  return compare(left.name, right.name) || compare(left.schema, right.schema);
}
