/** What only a database can say: that the snapshot is out of date, that Lethe's own view of it has drifted. */
import type postgres from "postgres";
import type { Annotation, AnnotationPath } from "../generator/annotation/model.ts";
import type { Catalog } from "../generator/catalog/model.ts";
import { readCatalog } from "../generator/catalog/read.ts";
import type { Finding } from "../generator/errors.ts";
import { ident, qualified, splitName } from "../generator/quote.ts";
import { type CatalogChange, catalogChanges, withPatterns } from "./catalog-changes.ts";

export async function databaseFindings(
  sql: postgres.Sql,
  annotation: Annotation,
  snapshot: Catalog,
): Promise<Finding[]> {
  const { schema } = annotation;
  const now = await readCatalog(sql, { letheSchema: schema });
  const changes = withPatterns(catalogChanges(snapshot, now), annotation, now);
  const stale = changes.map((change) => staleFinding(annotation, change));
  const [installed] = await sql<{ there: boolean }[]>`
    select to_regclass(${`${ident(schema)}.drift`}) is not null as there`;
  if (installed?.there !== true) return stale;
  return [
    ...stale,
    ...(await driftFindings(sql, annotation)),
    ...(await statisticsFindings(sql, annotation)),
  ];
}

/** L058: decisions are checked against the snapshot, so one that is out of date checks nothing. */
function staleFinding(annotation: Annotation, { kind, name, what }: CatalogChange): Finding {
  const message = {
    added: `the database has it, the snapshot doesn't${what === undefined ? "" : `: ${what}`}`,
    removed: "the snapshot has it, the database doesn't",
    changed: `it is not the same in the snapshot${what === undefined ? "" : ` (${what})`}`,
  }[kind];
  return {
    code: "L058",
    level: "error",
    subject: name,
    message,
    remedy: "run `lethe sync` and commit the snapshot",
    path: placeOf(annotation, name),
  };
}

interface Drift {
  table_name: string;
  object: string;
  kind: string;
  expected: string;
  found: string;
  severity: string;
  strategies: string[];
}

/** L059: a database with Lethe in it that isn't the one its migration was generated for. */
async function driftFindings(sql: postgres.Sql, annotation: Annotation): Promise<Finding[]> {
  const rows = await sql<Drift[]>`
    select table_name, object, kind, expected, found, severity, strategies from ${sql(annotation.schema)}.drift
    order by table_name, kind, object`;
  return rows.map((row) => {
    const waits =
      row.severity === "error" && row.strategies.length > 0 && annotation.lifecycle.drift === "refuse"
        ? `; requests to ${row.strategies.join(", ")} wait (LT009)`
        : "";
    return {
      code: "L059",
      level: row.severity === "error" ? "error" : "warning",
      subject: row.object === row.table_name ? row.table_name : `${row.table_name}, ${row.object}`,
      message: `${row.kind.startsWith("own ") ? `Lethe's ${row.kind}` : `the ${row.kind}`} isn't what the migration knows: expected ${row.expected}, found ${row.found}${waits}`,
      remedy: remedyOf(row),
      path: placeOf(annotation, row.table_name),
    };
  });
}

function remedyOf({ kind, found, object, table_name }: Drift): string {
  const { schema, name } = splitName(table_name);
  const table = qualified(schema, name);
  if (kind === "own trigger" && found === "disabled")
    return `alter table ${table} enable trigger ${ident(object)};`;
  if (kind.startsWith("own ")) return "apply Lethe's migration again: it makes what is missing";
  if (kind === "index" || kind === "unique index")
    return `create ${kind} concurrently on ${table} (${object.split(", ").map(ident).join(", ")});`;
  if (kind === "owner") return "give the table back to its owner, or make Lethe's a member of the new one";
  if (kind === "row security") return `alter table ${table} no force row level security;`;
  return "run `lethe sync`, decide what is new, run `lethe generate` and apply the migration";
}

/** L057: PostgreSQL keeps frequent values of a column; those of erased people stay until the next ANALYZE. */
async function statisticsFindings(sql: postgres.Sql, annotation: Annotation): Promise<Finding[]> {
  const rows = await sql<{ table_name: string; columns: string[] }[]>`
    select c.table_name, array_agg(c.column_name order by c.column_name) as columns
    from ${sql(annotation.schema)}.annotated_column c
    join pg_stat_user_tables u on u.schemaname || '.' || u.relname = c.table_name
    join pg_stats s on s.schemaname = u.schemaname and s.tablename = u.relname and s.attname = c.column_name
    where c.personal
      and (s.most_common_vals is not null or s.histogram_bounds is not null)
      and greatest(u.last_analyze, u.last_autoanalyze) < (
        select max(r.executed_at) from ${sql(annotation.schema)}.deletion_request r
      )
    group by c.table_name
    order by c.table_name`;
  return rows.map(({ table_name, columns }) => {
    const { schema, name } = splitName(table_name);
    return {
      code: "L057",
      level: "warning",
      subject: table_name,
      message: `people were erased since its last ANALYZE: PostgreSQL's statistics may still hold values of theirs (${columns.join(", ")})`,
      remedy: `analyze ${qualified(schema, name)} (${columns.map(ident).join(", ")});`,
      path: placeOf(annotation, table_name),
    };
  });
}

/** The table's decision, or the tables as a whole. `name` may be a column's. */
function placeOf(annotation: Annotation, name: string): AnnotationPath {
  const [schema = "", table = "", column] = name.split(".");
  const key = [`${schema}.${table}`, table].find((each) => each in annotation.tables);
  if (key === undefined) return ["tables"];
  const decision = annotation.tables[key];
  const columns = decision !== undefined && "columns" in decision ? decision.columns : undefined;
  return column !== undefined && columns !== undefined && column in columns
    ? ["tables", key, "columns", column]
    : ["tables", key];
}
