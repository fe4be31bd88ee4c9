/** What the application sees of people who are leaving or gone: nothing, through views and policies. */
import type { HidingPlan, OwnerPlan, Plan, TableRef } from "../plan/model.ts";
import { ident } from "../quote.ts";
import { marked, notMarked } from "./marks.ts";
import { ownerKey } from "./owner.ts";
import { column, type DatabaseObject, indent, nameFor, table } from "./text.ts";

export function hiding(plan: Plan): DatabaseObject[] {
  const { subject } = plan;
  const own: DatabaseObject[] = [];
  if (subject.view !== null)
    own.push(
      view(
        plan,
        subject.table,
        subject.view,
        subjectColumns(plan),
        `where ${visible(plan)}`,
        "people who are not leaving or gone",
      ),
    );
  if (subject.rls !== null) own.push(...policies(plan, subject.table, subject.rls, notMarked(plan, null)));
  return [
    ...hiddenIndex(plan),
    ...own,
    ...hiddenRowsOf(plan),
    ...plan.hiding.flatMap((each) => contentHiding(plan, each)),
  ];
}

/** Lethe's own table is asked through the view of hidden people: a reader has no rights on it. */
function visible(plan: Plan): string {
  if (plan.subject.marks.place === "columns") return notMarked(plan);
  return `not exists (\n  select from lethe.hidden_subjects h\n  where h.subject_id = ${column(plan.key.column)}\n)`;
}

/** Times that are marks aren't shown: they are null in every row of the view. A status is of use there. */
function subjectColumns(plan: Plan): string[] {
  const { columns, marks } = plan.subject;
  if (marks.place === "table") return columns;
  const hidden = [marks.deleted, marks.scheduled].filter((each) => each?.holds === "time");
  return columns.filter((name) => !hidden.some((each) => each?.column === name));
}

/** One, or none where the marks aren't in the subject's table. */
export function hiddenIndex(plan: Plan): DatabaseObject[] {
  if (plan.subject.marks.place === "table") return [];
  const name = hiddenIndexName(plan.subject.table);
  return [
    {
      object: `index ${ident(plan.subject.table.schema)}.${ident(name)}`,
      definition: `create index if not exists ${ident(name)} on ${table(plan.subject.table)} (${ident(plan.key.column)})\n  where ${marked(plan, null)};`,
      on: { table: plan.subject.table, mode: "access exclusive" },
    },
  ];
}

export function hiddenIndexName(ref: TableRef): string {
  return `${ref.table.slice(0, 40)}_lethe_hidden`;
}

function view(
  plan: Plan,
  from: TableRef,
  made: TableRef,
  columns: string[],
  condition: string,
  what: string,
): DatabaseObject {
  const list = columns.map((each) => column(each)).join(",\n       ");
  const roles = readers(plan);
  return {
    object: `view ${table(made)}`,
    definition: [
      "-- security_invoker: the reader's own rights and policies hold. Named again each time, because replacing drops it.",
      `create or replace view ${table(made)} with (security_invoker = true) as`,
      `select ${list}`,
      `from ${table(from)} t`,
      `${condition};`,
      `comment on view ${table(made)} is ${quoteComment(`${from.table}: ${what}.`)};`,
      ...(roles.length === 0 ? [] : [`grant select on ${table(made)} to ${roles.map(ident).join(", ")};`]),
    ].join("\n"),
  };
}

function quoteComment(text: string): string {
  return `'${text.replace(/'/g, "''")}'`;
}

function readers(plan: Plan): string[] {
  const admin = "sql" in plan.access.admin ? [] : plan.access.admin;
  return [...new Set([...plan.access.app, ...admin])];
}

/**
 * A restrictive policy hides; where the table had no policy at all, a permissive one keeps the rest visible:
 * row-level security without any permissive policy hides everything from everyone.
 */
function policies(plan: Plan, ref: TableRef, mode: "hide" | "restrict", visible: string): DatabaseObject[] {
  const target = table(ref);
  const on = { table: ref, mode: "access exclusive" as const };
  const roles = plan.access.app.length === 0 ? "public" : plan.access.app.map(ident).join(", ");
  const hide: DatabaseObject = {
    object: `policy lethe_hide on ${target}`,
    definition: `create policy lethe_hide on ${target}\n  as restrictive\n  for all\n  to ${roles}\n  using (${indent(visible, 2).trimStart()});`,
    on,
  };
  if (mode === "restrict") return [hide];
  return [
    hide,
    {
      object: `policy lethe_allow on ${target}`,
      definition: `create policy lethe_allow on ${target}\n  as permissive\n  for all\n  to public\n  using (true)\n  with check (true);`,
      on,
    },
    {
      object: `row security on ${target}`,
      definition: `alter table ${target} enable row level security;`,
      on,
    },
  ];
}

function contentHiding(plan: Plan, each: HidingPlan): DatabaseObject[] {
  const made: DatabaseObject[] = [];
  if (each.view !== null) {
    const condition = each.owners.map((owner) => notHidden(plan, owner, "t", false)).join("\n  and ");
    made.push(
      view(
        plan,
        each.table,
        each.view,
        each.columns,
        `where ${condition}`,
        "what belongs to nobody who is leaving or gone",
      ),
    );
  }
  if (each.rls !== null) {
    const condition = each.owners
      .map((owner) => notHidden(plan, owner, ident(each.table.table), true))
      .join("\n  and ");
    made.push(...policies(plan, each.table, each.rls, `\n  ${condition}\n`));
  }
  return made;
}

/**
 * Asks whether the owner is hidden, never whether they are live: the hidden are few, and that question doesn't fail
 * open when the asker's own view of people is filtered. In a policy OFFSET 0 keeps it a look-up by key for each row
 * shown, instead of a hash of everybody hidden for a page of fifty.
 */
function notHidden(plan: Plan, owner: OwnerPlan, row: string, policy: boolean): string {
  return `not exists (\n    ${hiddenOwner(plan, owner, row)}${policy ? "\n    offset 0" : ""}\n  )`;
}

function hiddenOwner(plan: Plan, owner: OwnerPlan, row: string): string {
  const ask = (view: string, condition: string) => `select from ${view} h\n    where ${condition}`;
  if (owner.by === "via") {
    const same = owner.columns.map(
      (name, index) => `${column(owner.references[index] ?? name, "h")} = ${column(name, row)}`,
    );
    return ask(hiddenRowsName(owner), same.join(" and "));
  }
  const cast = owner.by === "column" || owner.by === "polymorphic" ? owner.cast : null;
  const subject = cast === null ? "h.subject_id" : `h.subject_id::${cast}`;
  return ask("lethe.hidden_subjects", `${subject} = ${ownerKey(owner, row, plan.key)}`);
}

type Via = Extract<OwnerPlan, { by: "via" }>;

function hiddenRowsName(owner: Via): string {
  return `lethe.${ident(nameFor(`hidden_by_${owner.references.join("_")}`, owner.parent))}`;
}

/**
 * Rows that own others, of hidden people. Asked with its owner's rights, as `hidden_subjects` is: a parent that the
 * asker's own policies hide would otherwise look like one of nobody's, and show what belongs to it.
 */
function hiddenRows(plan: Plan, owner: OwnerPlan): DatabaseObject[] {
  const above = owner.by === "via" ? owner.arms[0]?.owner : undefined;
  if (owner.by !== "via" || above === undefined) return [];
  const name = hiddenRowsName(owner);
  const made: DatabaseObject = {
    object: `view ${name}`,
    definition: [
      `create or replace view ${name} as`,
      `select ${owner.references.map((each) => column(each)).join(", ")}`,
      `from ${table(owner.parent)} t`,
      `where exists (\n    ${hiddenOwner(plan, above, "t")}\n  );`,
      `comment on view ${name} is ${quoteComment(`Keys of rows of ${owner.parent.name} that belong to hidden people, for policies and views.`)};`,
    ].join("\n"),
    roles: ["app", "admin", "worker"],
  };
  return [...hiddenRows(plan, above), made];
}

/** One view for all that ask the same. */
function hiddenRowsOf(plan: Plan): DatabaseObject[] {
  const all = plan.hiding.flatMap((each) => each.owners.flatMap((owner) => hiddenRows(plan, owner)));
  return [...new Map(all.map((each) => [each.object, each])).values()];
}
