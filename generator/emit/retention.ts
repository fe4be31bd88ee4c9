/** Rows that are kept for a time: written down by key and date when their person is erased, purged when it is over. */
import type { OwnerPlan, Plan } from "../plan/model.ts";
import type { RetentionPlan, SinceType } from "../plan/retention.ts";
import { ident, literal } from "../quote.ts";
import { matchOwner } from "./matches.ts";
import { allOf } from "./operation.ts";
import { ofRequest, ownedBy } from "./owner.ts";
import { routine } from "./routine.ts";
import { column, type DatabaseObject, indent, table } from "./text.ts";

export function retention(plan: Plan): DatabaseObject[] {
  return [keepRetained(plan), retainedTables(plan), purgeFrom(plan)];
}

/** What rows are kept under; older ones stay, for the rows that were kept under them. */
export function retentionTerms(plan: Plan): string {
  const rows = [...new Set(plan.retentions.map((each) => `  (${termsOf(each).join(", ")})`))];
  if (rows.length === 0) return "-- Nothing is kept for a time.";
  return [
    "insert into lethe.retention (table_name, key_columns, since, kept_for, basis)",
    "values",
    rows.join(",\n"),
    "on conflict do nothing;",
  ].join("\n");
}

function termsOf(each: RetentionPlan): string[] {
  return [
    literal(each.table.name),
    keyColumns(each),
    literal(each.since),
    `interval ${literal(each.for)}`,
    literal(each.basis),
  ];
}

function keyColumns(each: RetentionPlan): string {
  return `array[${each.key.map((part) => literal(part.column)).join(", ")}]`;
}

function title(each: RetentionPlan): string {
  return `-- ${each.table.name}: ${each.basis.replace(/\s+/g, " ")}, ${each.for} since ${each.since}`;
}

function keepRetained(plan: Plan): DatabaseObject {
  return routine(plan, {
    kind: "function",
    name: "keep_retained",
    parameters: [{ name: "subjects", type: `${plan.key.type}[]` }],
    returns: "void",
    body: plan.retentions.length === 0 ? "return;" : plan.retentions.map(entries).join("\n\n"),
    comment:
      "Writes down the rows that outlive these subjects, by primary key, with the time when they are to be purged; before any rule detaches them.",
  });
}

function entries(each: RetentionPlan): string {
  return [
    title(each),
    "insert into lethe.retained (request_id, retention_id, row_key, purge_after)",
    `select q.id, ${retentionId(each)}, kept.row_key, kept.purge_after`,
    "from lethe.deletion_request q",
    "cross join lateral (",
    `  select ${rowKey(each)} as row_key,`,
    `         ${purgeAfter(each)} as purge_after`,
    `  from ${table(each.table)} t`,
    indent(`where ${allOf(ownedBy(each.rows, ofRequest))}`, 2),
    "  -- A look of its own for each person: flattened into one join, PostgreSQL 15 would read the table whole.",
    "  offset 0",
    ") kept",
    "where q.subject_id = any (subjects)",
    "  and q.state in ('scheduled', 'executing')",
    "on conflict do nothing;",
  ].join("\n");
}

/** In a drain rows are detached chunk by chunk; those that came after the first step are written down with their chunk. */
export function keepDetached(each: RetentionPlan, update: string): string {
  return [
    "with changed as (",
    indent(`${update.replace(/;$/, "")}\nreturning t.*`, 2),
    "), kept as (",
    "  insert into lethe.retained (request_id, retention_id, row_key, purge_after)",
    `  select q.id, ${retentionId(each)}, ${rowKey(each)},`,
    `         ${purgeAfter(each)}`,
    "  from changed t",
    "  join lethe.deletion_request q on q.subject_id = subject and q.state in ('scheduled', 'executing')",
    "  on conflict do nothing",
    ")",
    "select count(*) into touched from changed;",
  ].join("\n");
}

function retentionId(each: RetentionPlan): string {
  const [name, key, since, period, basis] = termsOf(each);
  return `(\n  select n.id from lethe.retention n\n  where n.table_name = ${name} and n.key_columns = ${key}\n    and n.since = ${since} and n.kept_for = ${period} and n.basis = ${basis}\n)`;
}

function rowKey(each: RetentionPlan): string {
  return `jsonb_build_array(${each.key.map((part) => column(part.column)).join(", ")})`;
}

/** In UTC, so that it is the same in every session. Where the row has no date the time counts from now. */
function purgeAfter(each: RetentionPlan): string {
  return `(coalesce(${utc(each)}, now() at time zone 'UTC') + interval ${literal(each.for)}) at time zone 'UTC'`;
}

const IN_UTC: Record<SinceType, (value: string) => string> = {
  "timestamp with time zone": (value) => `${value} at time zone 'UTC'`,
  "timestamp without time zone": (value) => `${value}::timestamp`,
  date: (value) => `${value}::timestamp`,
};

function utc(each: RetentionPlan): string {
  return IN_UTC[each.sinceType](column(each.since));
}

function retainedTables(plan: Plan): DatabaseObject {
  const names = [...new Set(plan.retentions.map((each) => literal(each.table.name)))];
  return routine(plan, {
    kind: "function",
    name: "retained_tables",
    parameters: [],
    returns: "text[]",
    volatility: "stable",
    body: names.length === 0 ? "return '{}';" : `return array[${names.join(", ")}];`,
    comment: "Tables whose rows may be kept for a time, those that refer to others before those.",
  });
}

function purgeFrom(plan: Plan): DatabaseObject {
  const distinct = new Map(
    plan.retentions.map((each) => [
      JSON.stringify([each.table.name, each.key, each.since, each.rows.owner]),
      each,
    ]),
  );
  const byTerms = new Map<string, RetentionPlan[]>();
  for (const each of distinct.values()) {
    const test = `terms.table_name = ${literal(each.table.name)} and terms.key_columns = ${keyColumns(each)} and terms.since = ${literal(each.since)}`;
    byTerms.set(test, [...(byTerms.get(test) ?? []), each]);
  }
  const branches = [...byTerms].map(
    ([test, rules]) => `if ${test} then\n${indent(purge(rules), 2)}\n  return;\nend if;`,
  );
  return routine(plan, {
    kind: "function",
    name: "purge_from",
    parameters: [
      { name: "terms", type: "lethe.retention" },
      { name: "entries", type: "lethe.retained[]" },
    ],
    returns: "setof lethe.purge_outcome",
    body: [
      ...branches,
      "-- No rule of the annotation keeps such rows any more: nobody decided what becomes of these.",
      "return query",
      "select e.request_id, e.row_key, 'unknown', e.purge_after",
      "from unnest(entries) e;",
    ].join("\n"),
    comment:
      "Deletes the rows of these entries that are still the erased person's or nobody's, and whose date is still over; says what became of each.",
  });
}

function purge(rules: RetentionPlan[]): string {
  const [each] = rules as [RetentionPlan, ...RetentionPlan[]];
  const theirs = rules.map((rule) =>
    [nobodyElses(rule.rows.owner), ...rule.others.map(nobodyLiving)].join("\nand "),
  );
  const found = each.key.map(
    (part, index) => `${column(part.column)} = (e.row_key ->> ${index})::${part.type}`,
  );
  const keys = each.key.map((part, index) => `${column(part.column)} as key_${index + 1}`);
  const same = each.key.map((part, index) => `${column(part.column)} = f.key_${index + 1}`);
  return [
    title(each).replace(`, ${each.for} since`, ": by their date"),
    "return query",
    "with entry as materialized (",
    "  select row_number() over () as number, e.request_id, e.row_key, e.purge_after, q.subject_id",
    "  from unnest(entries) e",
    "  join lethe.deletion_request q on q.id = e.request_id",
    "), found as materialized (",
    `  select e.number, ${keys.join(", ")},`,
    `         (\n${indent(anyTheirs(theirs), 11)}\n         ) as theirs,`,
    "         -- The date may have been corrected meanwhile.",
    `         coalesce((${utc(each)} + terms.kept_for) at time zone 'UTC', e.purge_after) as purge_after`,
    "  from entry e",
    `  join ${table(each.table)} t on ${found.join("\n    and ")}`,
    "  for update of t",
    "), purged as (",
    `  delete from ${table(each.table)} t`,
    "  using found f",
    `  where ${same.join("\n    and ")}`,
    "    and f.theirs",
    "    and f.purge_after <= now()",
    "  returning f.number",
    "), seen as (",
    "  -- Brought together by their numbers without a join, whose cost nobody can foresee for an array.",
    "  select e.number, e.request_id, e.row_key, null::boolean as theirs, null::timestamptz as purge_after, false as purged",
    "  from entry e",
    "  union all",
    "  select f.number, null, null, f.theirs, f.purge_after, false from found f",
    "  union all",
    "  select p.number, null, null, null, null, true from purged p",
    "), one as (",
    "  select max(s.request_id) as request_id,",
    "         (array_agg(s.row_key) filter (where s.row_key is not null))[1] as row_key,",
    "         bool_or(s.theirs) as theirs,",
    "         max(s.purge_after) as purge_after,",
    "         bool_or(s.purged) as purged",
    "  from seen s",
    "  group by s.number",
    ")",
    "select o.request_id, o.row_key,",
    "       case",
    "         when o.theirs is null then 'gone'",
    "         when not o.theirs then 'released'",
    "         when o.purge_after > now() then 'later'",
    "         -- Of two entries for one row either may have taken it.",
    "         when bool_or(o.purged) over (partition by o.row_key) then 'purged'",
    "         else 'swallowed'",
    "       end,",
    "       o.purge_after",
    "from one o;",
  ].join("\n");
}

function anyTheirs(theirs: string[]): string {
  return [...new Set(theirs)].map((each) => (theirs.length === 1 ? each : `(${each})`)).join("\nor ");
}

/** The row is still the erased person's, or nobody's since it was detached: never one that came later under the same key. */
function nobodyElses(owner: OwnerPlan, row = "t", depth = 1): string {
  const is = (value: string, cast: string | null) => {
    const key = cast === null ? "e.subject_id" : `e.subject_id::text::${cast}`;
    return `(${value} is null or ${value} = ${key})`;
  };
  switch (owner.by) {
    case "column":
      return is(column(owner.column, row), owner.cast);
    case "polymorphic": {
      const [type, id] = [column(owner.type, row), column(owner.id, row)];
      return `(${id} is null or ${type} = ${literal(owner.value)} and ${is(id, owner.cast)})`;
    }
    case "sql":
      return `(\n  select coalesce((${owner.expression.trim()}) = e.subject_id, true)\n  from (select ${row}.*) t\n)`;
    case "match":
      return `coalesce(${matchOwner(owner, row)} = e.subject_id, true)`;
    case "referenced_by":
      return "false";
    case "via": {
      const parent = `p${depth}`;
      const link = owner.columns.map(
        (name, index) => `${parent}.${ident(owner.references[index] ?? name)} = ${column(name, row)}`,
      );
      const arms = owner.arms.map((arm) => nobodyElses(arm.owner, parent, depth + 1));
      const absent = owner.columns.map((name) => `${column(name, row)} is null`);
      return `(${absent.join(" or ")} or exists (\n  select from ${table(owner.parent)} ${parent}\n  where ${link.join(" and ")}\n    and ${arms.length === 1 ? arms[0] : `(${arms.join("\n      or ")})`}\n))`;
    }
  }
}

/** Whoever else it belongs to by another rule has been erased too: otherwise it stays, and goes with them. */
function nobodyLiving(owner: OwnerPlan): string {
  const mine = nobodyElses(owner);
  if (owner.by !== "column" || owner.cast !== null) return mine;
  return `(\n  ${mine}\n  or exists (\n    select from lethe.deletion_request o\n    where o.subject_id = ${column(owner.column)}\n      and o.state in ('erased', 'completed')\n      and o.strategy <> 'soft_delete'\n  )\n)`;
}
