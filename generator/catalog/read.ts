/**
 * Reads what pg_catalog says about the application: one statement for each kind of object, all of them in one
 * read-only transaction, so that the snapshot is of one moment.
 */
import type postgres from "postgres";
import type { Catalog } from "./model.ts";
import { inOrder } from "./order.ts";
import { readOwnObjects } from "./own-objects.ts";
import { readChecks } from "./queries/checks.ts";
import { readColumns } from "./queries/columns.ts";
import { readForeignKeys } from "./queries/foreign-keys.ts";
import { readIndexes } from "./queries/indexes.ts";
import { readPolicies } from "./queries/policies.ts";
import { type Reading, runQuery } from "./queries/run.ts";
import { readTables } from "./queries/tables.ts";
import { readTriggers } from "./queries/triggers.ts";
import { readViews } from "./queries/views.ts";

export interface ReadOptions {
  /** The schema Lethe is, or will be, installed in; "lethe" if left out. */
  letheSchema?: string;
}

/**
 * The catalog of the application: every schema but PostgreSQL's own, graphile-migrate's, graphile-worker's and
 * Lethe's, without what extensions own and without the objects that Lethe has added (as `lethe.object` lists
 * them). In canonical order, whatever the order of creation and the settings of the connection.
 */
export async function readCatalog(sql: postgres.Sql, options: ReadOptions = {}): Promise<Catalog> {
  const letheSchema = options.letheSchema ?? "lethe";
  const catalog = await sql.begin("isolation level repeatable read read only", (tx) =>
    readInTransaction(tx, letheSchema),
  );
  return inOrder(catalog);
}

async function readInTransaction(tx: Reading, letheSchema: string): Promise<Catalog> {
  await runQuery(tx, "settings.sql");
  const isOwn = await readOwnObjects(tx, letheSchema);
  const tables = await readTables(tx, letheSchema, isOwn);
  // As the text of an oid[]: no driver has to know that type.
  const relations = `{${tables.map((each) => each.relation).join(",")}}`;
  const { columns, isOwnColumn } = await readColumns(tx, relations, isOwn);
  const indexes = await readIndexes(tx, relations, isOwn, isOwnColumn);
  const foreignKeys = await readForeignKeys(tx, relations);
  const checks = await readChecks(tx, relations, isOwn, isOwnColumn);
  const triggers = await readTriggers(tx, relations, isOwn);
  const policies = await readPolicies(tx, relations, isOwn);
  const views = await readViews(tx, letheSchema, isOwn);
  return {
    version: 1,
    tables: tables.map(({ relation, table }) => ({
      ...table,
      columns: columns.get(relation) ?? [],
      indexes: indexes.get(relation) ?? [],
      foreignKeys: foreignKeys.get(relation) ?? [],
      checks: checks.get(relation) ?? [],
      triggers: triggers.get(relation) ?? [],
      policies: policies.get(relation) ?? [],
    })),
    views,
  };
}
