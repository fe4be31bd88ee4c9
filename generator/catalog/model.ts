/**
 * The catalog snapshot: what `pg_catalog` says about the application's tables, as data.
 * `lethe sync` writes it to `lethe.catalog.json`; everything after that works offline on it.
 * Lethe's own schema, columns, triggers, policies, views and constraints are never part of it.
 */
import { z } from "zod";

const name = z.string().min(1);

export const ColumnSchema = z.strictObject({
  name,
  /** As `format_type(atttypid, atttypmod)` prints it, schema-qualified where not in pg_catalog. */
  type: z.string(),
  /** The type without modifier and below any domain, e.g. "character varying", "uuid", "text[]". */
  baseType: z.string(),
  notNull: z.boolean(),
  /** The default's expression as pg_get_expr prints it. */
  default: z.string().nullable(),
  generated: z.enum(["stored", "virtual"]).nullable(),
  identity: z.enum(["always", "by default"]).nullable(),
  /** Characters a varchar(n) or char(n) may hold, the domain's included. */
  maxLength: z.number().int().nullable(),
  /** Labels of an enum type, in their order. */
  enumLabels: z.array(z.string()).nullable(),
  domain: z.strictObject({ name, notNull: z.boolean(), checks: z.array(z.string()) }).nullable(),
});

export const IndexSchema = z.strictObject({
  name,
  unique: z.boolean(),
  primary: z.boolean(),
  /** Access method: btree, hash, gin … */
  method: z.string(),
  /** Key columns in order; null stands for an expression. INCLUDE columns are left out. */
  columns: z.array(z.string().nullable()),
  /** The expressions behind the nulls of `columns`, in order. */
  expressions: z.array(z.string()),
  predicate: z.string().nullable(),
  nullsNotDistinct: z.boolean(),
  /** The constraint that owns the index may be deferred. */
  deferrable: z.boolean(),
  /** False while a CREATE INDEX CONCURRENTLY has not finished. */
  valid: z.boolean(),
});

export const ForeignKeySchema = z.strictObject({
  name,
  columns: z.array(name),
  references: z.strictObject({ table: name, columns: z.array(name) }),
  onDelete: z.enum(["no action", "restrict", "cascade", "set null", "set default"]),
  /** Columns of `on delete set null (…)`; null means all of them. */
  onDeleteColumns: z.array(name).nullable(),
  onUpdate: z.enum(["no action", "restrict", "cascade", "set null", "set default"]),
  deferrable: z.boolean(),
  initiallyDeferred: z.boolean(),
});

export const CheckSchema = z.strictObject({
  name,
  /** The bare expression. */
  expression: z.string(),
  columns: z.array(name),
});

export const TriggerSchema = z.strictObject({
  name,
  timing: z.enum(["before", "after", "instead of"]),
  events: z.array(z.enum(["insert", "update", "delete", "truncate"])),
  /** Columns of UPDATE OF; empty means every column. */
  updateOf: z.array(name),
  level: z.enum(["row", "statement"]),
  function: name,
  /** sha256 of pg_get_functiondef, hex: a changed function is a changed trigger. */
  functionHash: z.string(),
  /** Tables that INSERTs in the function's text name, in lower case as they stand there; dynamic SQL isn't seen. */
  writes: z.array(name).default([]),
  enabled: z.boolean(),
  /** The WHEN condition, if any. */
  when: z.string().nullable(),
});

export const PolicySchema = z.strictObject({
  name,
  permissive: z.boolean(),
  command: z.enum(["all", "select", "insert", "update", "delete"]),
  roles: z.array(name),
  using: z.string().nullable(),
  check: z.string().nullable(),
});

export const TableSchema = z.strictObject({
  /** schema.table, unquoted: the schema and the name joined by a dot. */
  name,
  schema: name,
  table: name,
  kind: z.enum(["table", "partitioned table", "partition", "foreign table"]),
  columns: z.array(ColumnSchema),
  indexes: z.array(IndexSchema),
  foreignKeys: z.array(ForeignKeySchema),
  checks: z.array(CheckSchema),
  triggers: z.array(TriggerSchema),
  policies: z.array(PolicySchema),
  rowSecurity: z.enum(["off", "on", "forced"]),
  partitionOf: name.nullable(),
  partitionKey: z.string().nullable(),
  inherits: z.array(name),
  replicaIdentity: z.enum(["default", "nothing", "full", "index"]),
  publications: z.array(name),
});

export const ViewSchema = z.strictObject({
  name,
  schema: name,
  view: name,
  materialized: z.boolean(),
  securityInvoker: z.boolean(),
  /** Tables and views it reads, by name. */
  reads: z.array(name),
});

export const CatalogSchema = z.strictObject({
  version: z.literal(1),
  /** Sorted by name. */
  tables: z.array(TableSchema),
  views: z.array(ViewSchema),
});

export type Column = z.infer<typeof ColumnSchema>;
export type Index = z.infer<typeof IndexSchema>;
export type ForeignKey = z.infer<typeof ForeignKeySchema>;
export type Check = z.infer<typeof CheckSchema>;
export type Trigger = z.infer<typeof TriggerSchema>;
export type Policy = z.infer<typeof PolicySchema>;
export type Table = z.infer<typeof TableSchema>;
export type View = z.infer<typeof ViewSchema>;
export type Catalog = z.infer<typeof CatalogSchema>;
