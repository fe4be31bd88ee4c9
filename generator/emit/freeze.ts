/** What keeps erased rows of people erased, and the reserved domain to them: for the subject's table and for parts. */
import type { PersonTable, Plan } from "../plan/model.ts";
import { ident, literal } from "../quote.ts";
import { mayBeErased, surelyMarked } from "./marks.ts";
import { asKey, ownerKey } from "./owner.ts";
import { routine } from "./routine.ts";
import { column, type DatabaseObject, indent, nameFor, table } from "./text.ts";

const ERASED = "this person was erased: personal columns can''t be written again";
const COMES_BACK = "Make a new row for a person who comes back.";

export function freezeSubject(plan: Plan): DatabaseObject[] {
  const { subject } = plan;
  if (subject.frozen.length === 0) return [];
  const key = `old.${ident(plan.key.column)}`;
  const made = routine(plan, {
    kind: "function",
    name: "freeze",
    parameters: [],
    returns: "trigger",
    securityDefiner: true,
    body: [
      `if (\n${indent(changed(subject).join("\nor "), 2)}\n)`,
      `and lethe.is_finalised(${key})`,
      `and not lethe.is_executing(${key}) then`,
      `  perform lethe.refuse('LT011', ${key}, '${ERASED}',`,
      `    '${COMES_BACK}');`,
      "end if;",
      "return null;",
    ].join("\n"),
    comment: "Erased rows stay erased: refuses writes to personal columns of a finalised subject (LT011).",
  });
  // AFTER: a later trigger of the application could rewrite a value that a BEFORE trigger has checked.
  // The condition mentions the marks alone, so that the team can still alter and drop its own columns. A row whose
  // time is still to come isn't frozen; the first write of an erasure takes that mark off.
  return [
    made,
    {
      object: `trigger lethe_freeze on ${table(subject.table)}`,
      definition: `create or replace trigger lethe_freeze\n  after update on ${table(subject.table)}\n  for each row\n  when (${mayBeErased(plan, "old")})\n  execute function lethe.freeze();`,
      on: { table: subject.table, mode: "access exclusive" },
    },
  ];
}

function changed({ frozen }: PersonTable): string[] {
  return frozen.map((each) => {
    const cast = each.baseType === "json" || each.baseType === "xml" ? "::text" : "";
    return `new.${ident(each.column)}${cast} is distinct from old.${ident(each.column)}${cast}`;
  });
}

/** A part's row carries no mark: whose it is, and what became of them, is asked in the tables that say so. */
export function freezePart(plan: Plan, part: PersonTable): DatabaseObject[] {
  if (part.frozen.length === 0) return [];
  const name = nameFor("freeze", part.table);
  const target = table(part.table);
  const [now, before] = ["new", "old"].map((row) => ownerKey(part.rows.owner, row, plan.key)) as [
    string,
    string,
  ];
  const given = part.frozen.map((each) => `new.${ident(each.column)} is not null`);
  const made = routine(plan, {
    kind: "function",
    name,
    parameters: [],
    returns: "trigger",
    securityDefiner: true,
    declare: [`owner ${plan.key.type};`],
    body: [
      `if (tg_op = 'INSERT' or ${now} is distinct from ${before}) and (\n${indent(given.join("\nor "), 2)}\n) then`,
      `  owner := ${asKey(plan, part.rows.owner, now)};`,
      "  -- Waits for an erasure that is under way; the questions after it see what it left.",
      `  perform from ${table(plan.subject.table)} t where ${column(plan.key.column)} = owner for key share;`,
      "  perform lethe.refuse_erased(owner);",
      "end if;",
      "-- No lock here: an erasure holds the person and comes for this row, which is locked already.",
      `if tg_op = 'UPDATE' and (\n${indent(changed(part).join("\nor "), 2)}\n) then`,
      `  perform lethe.refuse_erased(${asKey(plan, part.rows.owner, before)});`,
      "end if;",
      ...reserved(plan, part, now),
      "return null;",
    ].join("\n"),
    comment: `Freeze of ${part.table.name}: nothing personal is written to the row of somebody who was erased (LT011).`,
  });
  return [
    made,
    {
      object: `trigger lethe_freeze on ${target}`,
      definition: `create or replace trigger lethe_freeze\n  after insert or update on ${target}\n  for each row\n  execute function lethe.${ident(name)}();`,
      on: { table: part.table, mode: "share row exclusive" },
    },
  ];
}

/** A CHECK can't see the marks of another table; the error is the same as that of the subject's. */
function reserved(plan: Plan, part: PersonTable, owner: string): string[] {
  return part.emailColumns.flatMap((each) => {
    const [now, before] = [`new.${ident(each)}`, `old.${ident(each)}`];
    return [
      `if lower(${now}::text) like '%@deleted.invalid'`,
      `and (tg_op = 'INSERT' or ${now} is distinct from ${before})`,
      `and not lethe.is_marked(${asKey(plan, part.rows.owner, owner)}) then`,
      `  raise exception 'new row for relation "%" violates check constraint "lethe_placeholder"', tg_table_name`,
      "    using errcode = 'check_violation', constraint = 'lethe_placeholder',",
      "      schema = tg_table_schema, table = tg_table_name,",
      "      hint = 'Addresses at deleted.invalid are for erased people alone.';",
      "end if;",
    ];
  });
}

/** Shared by the freezes of all parts. */
export function partChecks(plan: Plan): DatabaseObject[] {
  if (plan.parts.every((part) => part.frozen.length === 0)) return [];
  return [
    routine(plan, {
      kind: "function",
      name: "refuse_erased",
      parameters: [{ name: "subject", type: plan.key.type }],
      returns: "void",
      body: [
        "-- Live: somebody new under the key of a row that was deleted.",
        "if lethe.is_finalised(subject) and not lethe.is_live(subject) and not lethe.is_executing(subject) then",
        `  perform lethe.refuse('LT011', subject, '${ERASED}',`,
        `    '${COMES_BACK}');`,
        "end if;",
      ].join("\n"),
      comment: "LT011 when the person was erased; called by the freezes of parts.",
    }),
  ];
}

/** Nobody may register an address that somebody's erasure will need. */
export function placeholder(plan: Plan): DatabaseObject[] {
  if (plan.subject.emailColumns.length === 0) return [];
  const target = table(plan.subject.table);
  const conditions = plan.subject.emailColumns.map(
    (each) => `lower(${ident(each)}::text) not like '%@deleted.invalid'`,
  );
  return [
    {
      object: `constraint lethe_placeholder on ${target}`,
      definition: [
        "-- NOT VALID: rows that are there already are not read while the table is locked.",
        `alter table ${target} add constraint lethe_placeholder check (`,
        `  ${surelyMarked(plan, null)}`,
        `  or (${conditions.join(" and ")}) is not false`,
        ") not valid;",
        `comment on constraint lethe_placeholder on ${target} is ${literal("Addresses at deleted.invalid are for erased people alone.")};`,
      ].join("\n"),
      on: { table: plan.subject.table, mode: "access exclusive" },
    },
  ];
}
