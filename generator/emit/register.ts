/** The annotation as data in the database, and the check that the database is the one it was made for. */
import type { Plan, TouchedTable } from "../plan/model.ts";
import { privilegesOn } from "../plan/privileges.ts";
import { ident, literal } from "../quote.ts";
import { marksText } from "./marks-in-force.ts";
import { table } from "./text.ts";

export function annotationRow(plan: Plan): string {
  const { lifecycle, options, annotationHash } = plan;
  const values = [
    literal(annotationHash),
    `array[${lifecycle.strategies.map(literal).join(", ")}]`,
    `interval ${literal(lifecycle.gracePeriod)}`,
    `interval ${literal(lifecycle.cancelCooldown)}`,
    `${literal(JSON.stringify(options))}::jsonb`,
    literal(lifecycle.drift),
    literal(marksText(plan)),
    literal(plan.subject.marks.legacy),
    String(lifecycle.effectAttempts),
    `interval ${literal(lifecycle.payloadRetention)}`,
    ...(lifecycle.window === null
      ? ["null", "null", "'UTC'"]
      : [lifecycle.window.from, lifecycle.window.to, lifecycle.window.timeZone].map(literal)),
    String(lifecycle.requestAttempts),
  ];
  return [
    "insert into lethe.annotation as a (hash, strategies, grace_period, cancel_cooldown, options, drift, marks, legacy, effect_attempts, payload_retention, window_from, window_to, window_zone, request_attempts)",
    `values (${values.join(", ")})`,
    "on conflict (only_row) do update",
    "set hash = excluded.hash,",
    "    strategies = excluded.strategies,",
    "    grace_period = excluded.grace_period,",
    "    cancel_cooldown = excluded.cancel_cooldown,",
    "    options = excluded.options,",
    "    drift = excluded.drift,",
    "    marks = excluded.marks,",
    "    legacy = excluded.legacy,",
    "    effect_attempts = excluded.effect_attempts,",
    "    payload_retention = excluded.payload_retention,",
    "    window_from = excluded.window_from,",
    "    window_to = excluded.window_to,",
    "    window_zone = excluded.window_zone,",
    "    request_attempts = excluded.request_attempts",
    "where a.hash <> excluded.hash or a.marks is distinct from excluded.marks;",
  ].join("\n");
}

export function register(plan: Plan): string {
  const tables = plan.decided.map(
    (each) =>
      `(${literal(each.table.name)}, ${literal(each.class)}, ${touched(plan.drift.tables[each.table.name])}, ${privileges(plan, each.table.name)})`,
  );
  const objects = plan.drift.objects.map(
    (each) => `(${[each.table, each.kind, each.name, each.expected].map(literal).join(", ")})`,
  );
  const columns = plan.decided.flatMap((each) =>
    each.columns.map(
      (column) =>
        `(${[each.table.name, column.column, column.type].map(literal).join(", ")}, ${column.notNull}, ${literal(column.decision)}, ${column.personal})`,
    ),
  );
  return [
    merge(
      "annotated_table",
      ["table_name", "class", "strategies", "removes", "survives", "privileges"],
      1,
      tables,
    ),
    merge(
      "annotated_column",
      ["table_name", "column_name", "type", "not_null", "decision", "personal"],
      2,
      columns,
    ),
    merge("annotated_object", ["table_name", "kind", "name", "expected"], 3, objects),
  ].join("\n\n");
}

/** A table that is decided without being touched has no strategies: what changes there makes nobody wait. */
function touched(work: TouchedTable | undefined): string {
  const lists = [work?.strategies, work?.removes, work?.survives];
  return lists.map((list) => `${literal(`{${(list ?? []).join(",")}}`)}::text[]`).join(", ");
}

function privileges(plan: Plan, name: string): string {
  const needed = privilegesOn(plan, name);
  return needed === null ? "null::text[]" : `${literal(`{${needed.join(",")}}`)}::text[]`;
}

/** Makes the table hold exactly these rows, touching only those that differ. */
function merge(name: string, columns: string[], keys: number, rows: string[]): string {
  if (rows.length === 0) return `delete from lethe.${name};`;
  const key = columns.slice(0, keys);
  const rest = columns.slice(keys);
  return [
    `with declared (${columns.join(", ")}) as (`,
    "  values",
    rows.map((row) => `    ${row}`).join(",\n"),
    "), gone as (",
    `  delete from lethe.${name} r`,
    `  where not exists (select from declared d where ${key.map((each) => `d.${each} = r.${each}`).join(" and ")})`,
    ")",
    `insert into lethe.${name} as r (${columns.join(", ")})`,
    "select d.*",
    "from declared d",
    `where not exists (select from lethe.${name} r where (${columns.map((each) => `r.${each}`).join(", ")}) is not distinct from (${columns.map((each) => `d.${each}`).join(", ")}))`,
    `on conflict (${key.join(", ")}) do update`,
    `set ${rest.map((each) => `${each} = excluded.${each}`).join(", ")};`,
  ].join("\n");
}

/** Rows that stand in for departed people. */
export function ghosts(plan: Plan): string {
  return plan.ghosts
    .map((ghost) => {
      const columns = Object.keys(ghost.values);
      return [
        `-- ${ghost.name}`,
        `insert into ${table(plan.subject.table)} (${columns.map(ident).join(", ")})`,
        `select ${columns.map((each) => literal(ghost.values[each] ?? null)).join(", ")}`,
        `where not exists (select from ${table(plan.subject.table)} t where t.${ident(plan.key.column)} = ${literal(ghost.key)});`,
      ].join("\n");
    })
    .join("\n");
}
